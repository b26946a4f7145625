using System.Runtime.CompilerServices;

namespace MpcSigner.Cryptography.Interop.LibCrypto;

/// <summary>The system's libcrypto of OpenSSL 3 (Debian <c>libssl3</c>): one partial file for each header, names verbatim. Only functions of public values are imported here.</summary>
internal static partial class LibCrypto
{
    internal const string Name = "libcrypto.so.3";
    internal const string DebianPackage = "libssl3";

    /// <summary>For functions that answer 1 unless we called them wrongly or memory ran out: anything else stops us, in Release as well.</summary>
    internal static void MustSucceed(int returnCode, [CallerArgumentExpression(nameof(returnCode))] string call = "")
    {
        if (returnCode != 1)
            throw new NativeFailureException(call[..Math.Max(call.IndexOf('('), 0)], returnCode);
    }

    /// <summary>For functions that answer an object unless memory ran out.</summary>
    internal static nint MustExist(nint handle, [CallerArgumentExpression(nameof(handle))] string call = "") =>
        handle != 0 ? handle : throw new NativeFailureException(call[..Math.Max(call.IndexOf('('), 0)], 0);
}
