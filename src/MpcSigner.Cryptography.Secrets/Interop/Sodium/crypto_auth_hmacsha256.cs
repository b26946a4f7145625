using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary><c>sodium/crypto_auth_hmacsha256.h</c>: HMAC whose whole state lies in memory of ours.</summary>
internal static partial class SecretSodium
{
    internal const int crypto_auth_hmacsha256_BYTES = 32;
    internal const int crypto_auth_hmacsha256_STATEBYTES = 208;

    [LibraryImport(Name)]
    internal static partial nuint crypto_auth_hmacsha256_bytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_auth_hmacsha256_statebytes();

    [LibraryImport(Name)]
    internal static partial int crypto_auth_hmacsha256_init(Span<byte> state, ReadOnlySpan<byte> key, nuint keylen);

    [LibraryImport(Name)]
    internal static partial int crypto_auth_hmacsha256_update(Span<byte> state, ReadOnlySpan<byte> @in, ulong inlen);

    [LibraryImport(Name)]
    internal static partial int crypto_auth_hmacsha256_final(Span<byte> state, Span<byte> @out);
}
