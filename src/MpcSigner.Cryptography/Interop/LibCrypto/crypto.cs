using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Interop.LibCrypto;

/// <summary><c>openssl/crypto.h</c>, <c>openssl/err.h</c>.</summary>
internal static partial class LibCrypto
{
    internal const int OPENSSL_VERSION = 0;

    [LibraryImport(Name)]
    internal static partial nint OpenSSL_version(int type);

    [LibraryImport(Name)]
    internal static partial void ERR_clear_error();
}
