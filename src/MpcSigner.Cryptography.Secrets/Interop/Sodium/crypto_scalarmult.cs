using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary><c>sodium/crypto_scalarmult_ed25519.h</c>, <c>sodium/crypto_scalarmult_curve25519.h</c>.</summary>
internal static partial class SecretSodium
{
    internal const int crypto_scalarmult_curve25519_BYTES = 32;
    internal const int crypto_scalarmult_curve25519_SCALARBYTES = 32;

    /// <returns>0, or −1 for the scalar zero.</returns>
    [LibraryImport(Name)]
    internal static partial int crypto_scalarmult_ed25519_base_noclamp(Span<byte> q, ReadOnlySpan<byte> n);

    [LibraryImport(Name)]
    internal static partial nuint crypto_scalarmult_curve25519_bytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_scalarmult_curve25519_scalarbytes();

    /// <returns>0, or −1 if the result is all zero (a point of small order).</returns>
    [LibraryImport(Name)]
    internal static partial int crypto_scalarmult_curve25519(Span<byte> q, ReadOnlySpan<byte> n, ReadOnlySpan<byte> p);

    [LibraryImport(Name)]
    internal static partial int crypto_scalarmult_curve25519_base(Span<byte> q, ReadOnlySpan<byte> n);
}
