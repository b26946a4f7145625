using System.Runtime.InteropServices;

namespace MpcSigner.Cryptography.Interop.Sodium;

/// <summary><c>sodium/crypto_core_ed25519.h</c>, on public values.</summary>
internal static partial class Libsodium
{
    internal const int crypto_core_ed25519_BYTES = 32;
    internal const int crypto_core_ed25519_SCALARBYTES = 32;
    internal const int crypto_core_ed25519_NONREDUCEDSCALARBYTES = 64;

    [LibraryImport(Name)]
    internal static partial nuint crypto_core_ed25519_bytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_core_ed25519_scalarbytes();

    [LibraryImport(Name)]
    internal static partial nuint crypto_core_ed25519_nonreducedscalarbytes();

    /// <returns>1 if canonical, on the curve, in the prime-order subgroup and not of small order; else 0.</returns>
    [LibraryImport(Name)]
    internal static partial int crypto_core_ed25519_is_valid_point(ReadOnlySpan<byte> p);

    /// <returns>0, or -1 for the inverse of zero.</returns>
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
