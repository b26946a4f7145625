using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary><c>sodium/crypto_hash_sha256.h</c>: hashing whose whole state lies in memory of ours.</summary>
internal static partial class SecretSodium
{
    internal const int crypto_hash_sha256_BYTES = 32;
    internal const int crypto_hash_sha256_STATEBYTES = 104;

    [LibraryImport(Name)]
    internal static partial nuint crypto_hash_sha256_bytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_hash_sha256_statebytes();

    /// <summary>All at once; the state lies on the native stack and is wiped there.</summary>
    [LibraryImport(Name)]
    internal static partial int crypto_hash_sha256(Span<byte> @out, ReadOnlySpan<byte> @in, ulong inlen);

    [LibraryImport(Name)]
    internal static partial int crypto_hash_sha256_init(Span<byte> state);

    [LibraryImport(Name)]
    internal static partial int crypto_hash_sha256_update(Span<byte> state, ReadOnlySpan<byte> @in, ulong inlen);

    [LibraryImport(Name)]
    internal static partial int crypto_hash_sha256_final(Span<byte> state, Span<byte> @out);
}
