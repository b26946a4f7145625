using System.Runtime.CompilerServices;

namespace MpcSigner.Cryptography.Interop.Secp256k1;

/// <summary>The system's libsecp256k1 (Debian <c>libsecp256k1-1</c>): one partial file for each header, names verbatim. Only functions of public values are imported here.</summary>
/// <remarks>
/// A call that breaks the library's preconditions ends the process by its default callback: nothing from outside can cause one,
/// since every argument is an object that the library has made or a scalar that has been judged.
/// </remarks>
internal static partial class Libsecp256k1
{
    internal const string Name = "libsecp256k1.so.1";
    internal const string DebianPackage = "libsecp256k1-1";

    /// <summary>For public values: never blinded, never changed, and so shared by all threads.</summary>
    internal static readonly nint Context = CreateContext();

    internal static nint CreateContext()
    {
        var context = secp256k1_context_create(SECP256K1_CONTEXT_NONE);
        return context != 0 ? context : throw new NativeFailureException(nameof(secp256k1_context_create), 0);
    }

    /// <summary>For functions that answer 1 unless we called them wrongly: anything else is our bug and stops us, in Release as well.</summary>
    internal static void MustSucceed(int returnCode, [CallerArgumentExpression(nameof(returnCode))] string call = "")
    {
        if (returnCode != 1)
            throw new NativeFailureException(call[..Math.Max(call.IndexOf('('), 0)], returnCode);
    }
}
