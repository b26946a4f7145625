using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Secrets.Interop.Sodium;

/// <summary><c>sodium/crypto_core_ed25519.h</c>, constant-time arithmetic of scalars mod ℓ. Inputs are canonical; outputs may overlap them.</summary>
internal static partial class SecretSodium
{
    [LibraryImport(Name)]
    internal static partial int crypto_core_ed25519_scalar_invert(Span<byte> recip, ReadOnlySpan<byte> s);

    [LibraryImport(Name)]
    internal static partial void crypto_core_ed25519_scalar_add(Span<byte> z, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y);

    [LibraryImport(Name)]
    internal static partial void crypto_core_ed25519_scalar_sub(Span<byte> z, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y);

    [LibraryImport(Name)]
    internal static partial void crypto_core_ed25519_scalar_mul(Span<byte> z, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y);

    [LibraryImport(Name)]
    internal static partial void crypto_core_ed25519_scalar_reduce(Span<byte> r, ReadOnlySpan<byte> s);
}
