using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary><c>sodium/crypto_stream_chacha20.h</c> (RFC 8439's layout).</summary>
internal static partial class SecretSodium
{
    internal const int crypto_stream_chacha20_ietf_KEYBYTES = 32;
    internal const int crypto_stream_chacha20_ietf_NONCEBYTES = 12;

    [LibraryImport(Name)]
    internal static partial nuint crypto_stream_chacha20_ietf_keybytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_stream_chacha20_ietf_noncebytes();

    /// <summary>Input and output may be the same.</summary>
    [LibraryImport(Name)]
    internal static partial int crypto_stream_chacha20_ietf_xor(Span<byte> c, ReadOnlySpan<byte> m, ulong mlen, ReadOnlySpan<byte> n, ReadOnlySpan<byte> k);
}
