using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary><c>sodium/crypto_aead_xchacha20poly1305.h</c>.</summary>
internal static partial class SecretSodium
{
    internal const int crypto_aead_xchacha20poly1305_ietf_KEYBYTES = 32;
    internal const int crypto_aead_xchacha20poly1305_ietf_NPUBBYTES = 24;
    internal const int crypto_aead_xchacha20poly1305_ietf_ABYTES = 16;

    [LibraryImport(Name)]
    internal static partial nuint crypto_aead_xchacha20poly1305_ietf_keybytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_aead_xchacha20poly1305_ietf_npubbytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_aead_xchacha20poly1305_ietf_abytes();

    [LibraryImport(Name)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_encrypt(
        Span<byte> c, out ulong clen_p, ReadOnlySpan<byte> m, ulong mlen, ReadOnlySpan<byte> ad, ulong adlen,
        nint nsec, ReadOnlySpan<byte> npub, ReadOnlySpan<byte> k);

    /// <returns>0, or −1 if the tag does not verify; then nothing of the plaintext is written.</returns>
    [LibraryImport(Name)]
    internal static partial int crypto_aead_xchacha20poly1305_ietf_decrypt(
        Span<byte> m, out ulong mlen_p, nint nsec, ReadOnlySpan<byte> c, ulong clen, ReadOnlySpan<byte> ad, ulong adlen,
        ReadOnlySpan<byte> npub, ReadOnlySpan<byte> k);
}
