using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary><c>sodium/crypto_hash_sha512.h</c>: hashing whose whole state lies in memory of ours.</summary>
internal static partial class SecretSodium
{
    internal const int crypto_hash_sha512_BYTES = 64;
    internal const int crypto_hash_sha512_STATEBYTES = 208;

    [LibraryImport(Name)]
    internal static partial nuint crypto_hash_sha512_bytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_hash_sha512_statebytes();

    /// <summary>All at once; the state lies on the native stack and is wiped there.</summary>
    [LibraryImport(Name)]
    internal static partial int crypto_hash_sha512(Span<byte> @out, ReadOnlySpan<byte> @in, ulong inlen);

    [LibraryImport(Name)]
    internal static partial int crypto_hash_sha512_init(Span<byte> state);

    [LibraryImport(Name)]
    internal static partial int crypto_hash_sha512_update(Span<byte> state, ReadOnlySpan<byte> @in, ulong inlen);

    [LibraryImport(Name)]
    internal static partial int crypto_hash_sha512_final(Span<byte> state, Span<byte> @out);
}
