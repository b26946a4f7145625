using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Interop.Sodium;

/// <summary><c>sodium/crypto_scalarmult_ed25519.h</c>, on public values.</summary>
internal static partial class Libsodium
{
    /// <returns>0, or -1 if the point is not valid, the scalar is zero or the product is the identity.</returns>
    [LibraryImport(Name)]
    internal static partial int crypto_scalarmult_ed25519_noclamp(Span<byte> q, ReadOnlySpan<byte> n, ReadOnlySpan<byte> p);

    /// <returns>0, or -1 for the scalar zero.</returns>
    [LibraryImport(Name)]
    internal static partial int crypto_scalarmult_ed25519_base_noclamp(Span<byte> q, ReadOnlySpan<byte> n);
}
