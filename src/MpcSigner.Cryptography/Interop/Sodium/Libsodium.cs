using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

// The system's library by its soname and by no other road: nothing lying beside the program is probed.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]

namespace MpcSigner.Cryptography.Interop.Sodium;

/// <summary>The system's libsodium (Debian <c>libsodium23</c>): one partial file for each header, names verbatim. Only functions of public values are imported here.</summary>
/// <remarks>The static constructor runs <c>sodium_init</c> before the first import can be called.</remarks>
internal static partial class Libsodium
{
    internal const string Name = "libsodium.so.23";
    internal const string DebianPackage = "libsodium23";

    static Libsodium()
    {
        // 0: initialised now, 1: already was. libsodium guards it with its own lock.
        if (sodium_init() < 0)
            throw new NativeFailureException(nameof(sodium_init), -1);
    }

    /// <summary>Makes sure that <c>sodium_init</c> has run; for the imports of other assemblies.</summary>
    internal static void EnsureInitialised() => RuntimeHelpers.RunClassConstructor(typeof(Libsodium).TypeHandle);

    /// <summary>For functions that fail only if we called them wrongly: a failure is our bug and stops us, in Release as well.</summary>
    internal static void MustSucceed(int returnCode, [CallerArgumentExpression(nameof(returnCode))] string call = "")
    {
        if (returnCode != 0)
            throw new NativeFailureException(call[..Math.Max(call.IndexOf('('), 0)], returnCode);
    }

    internal static void MustBe(int expected, int actual, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        if (expected != actual)
            throw new ArgumentException($"expected {expected} bytes, got {actual}", what);
    }
}
