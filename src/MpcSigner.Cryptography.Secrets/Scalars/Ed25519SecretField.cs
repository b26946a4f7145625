using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Groups.Ed25519;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Interop.Sodium;

namespace MpcSigner.Cryptography.Secrets.Scalars;

/// <summary>Scalars mod ℓ, little endian, by libsodium.</summary>
internal sealed class Ed25519SecretField : SecretField
{
    internal static readonly Ed25519SecretField Instance = new();

    internal override bool IsCanonical(ReadOnlySpan<byte> scalar) =>
        SecretSodium.sodium_compare(Checked(scalar), Ed25519Scalars.Order, Size) < 0;

    internal override bool IsZero(ReadOnlySpan<byte> scalar) => SecretSodium.sodium_is_zero(Checked(scalar), Size) == 1;

    // ℓ lies just above 2^252: 253 bits, of which half are then below ℓ.
    internal override void TrimCandidate(Span<byte> candidate) => candidate[Size - 1] &= 0x1f;

    internal override void Add(Span<byte> sum, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        SecretSodium.crypto_core_ed25519_scalar_add(CheckedOutput(sum), Checked(a), Checked(b));

    internal override void Subtract(Span<byte> difference, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        SecretSodium.crypto_core_ed25519_scalar_sub(CheckedOutput(difference), Checked(a), Checked(b));

    internal override void Multiply(Span<byte> product, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        SecretSodium.crypto_core_ed25519_scalar_mul(CheckedOutput(product), Checked(a), Checked(b));

    internal override void Invert(Span<byte> inverse, ReadOnlySpan<byte> a)
    {
        if (SecretSodium.crypto_core_ed25519_scalar_invert(CheckedOutput(inverse), Checked(a)) != 0)
            throw new DivideByZeroException("zero has no inverse");
    }

    internal override void ReduceWideLittleEndian(Span<byte> reduced, ReadOnlySpan<byte> wide)
    {
        Libsodium.MustBe(IGroup.WideSize, wide.Length);
        SecretSodium.crypto_core_ed25519_scalar_reduce(CheckedOutput(reduced), wide);
    }

    internal override GroupPoint MultiplyBase(ReadOnlySpan<byte> scalar)
    {
        IGroup group = Ed25519Group.Instance;
        Span<byte> product = stackalloc byte[Libsodium.crypto_core_ed25519_BYTES];
        return SecretSodium.crypto_scalarmult_ed25519_base_noclamp(product, Checked(scalar)) switch
        {
            0 => group.FromOwnEncoding(product),
            _ when IsZero(scalar) => group.Identity,
            var code => throw new Cryptography.Interop.NativeFailureException(nameof(SecretSodium.crypto_scalarmult_ed25519_base_noclamp), code),
        };
    }

    /// <remarks>No protocol on this curve multiplies a point by a secret.</remarks>
    internal override GroupPoint Multiply(ReadOnlySpan<byte> scalar, GroupPoint point) =>
        throw new NotSupportedException("no secret multiples of points on edwards25519");

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> scalar)
    {
        Libsodium.MustBe(Size, scalar.Length);
        return scalar;
    }

    private static Span<byte> CheckedOutput(Span<byte> scalar)
    {
        Libsodium.MustBe(Size, scalar.Length);
        return scalar;
    }
}
