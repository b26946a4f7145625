using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Interop.Sodium;

/// <summary><c>sodium/crypto_sign.h</c> (Ed25519), verification.</summary>
internal static partial class Libsodium
{
    internal const int crypto_sign_BYTES = 64;
    internal const int crypto_sign_PUBLICKEYBYTES = 32;

    [LibraryImport(Name)]
    internal static partial nuint crypto_sign_bytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_sign_publickeybytes();

    /// <returns>0 if the signature is valid, -1 if not.</returns>
    [LibraryImport(Name)]
    internal static partial int crypto_sign_verify_detached(ReadOnlySpan<byte> sig, ReadOnlySpan<byte> m, ulong mlen, ReadOnlySpan<byte> pk);
}
