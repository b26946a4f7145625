using MpcSigner.Cryptography.Scalars;

namespace MpcSigner.Cryptography.Groups.P256;

/// <summary>A point of P-256 in affine coordinates, or O.</summary>
internal sealed class P256Point : GroupPoint
{
    /// <summary>x ‖ y, big endian.</summary>
    internal const int AffineSize = 64;

    private const int CoordinateSize = 32;

    private readonly byte[]? _affine;
    private byte[]? _encoded;

    /// <param name="affine">x ‖ y as libcrypto gave them; null for O.</param>
    internal P256Point(byte[]? affine)
        : base(P256Group.Instance) => _affine = affine;

    public override bool IsIdentity => _affine is null;

    /// <summary>x ‖ y; of a point other than O.</summary>
    internal ReadOnlySpan<byte> Affine => _affine ?? throw new InvalidOperationException("the identity has no coordinates");

    private protected override byte[] EncodedBytes =>
        _encoded ??= [(byte)(2 + (Affine[AffineSize - 1] & 1)), .. Affine[..CoordinateSize]];

    private protected override bool SameAs(GroupPoint other) => Affine.SequenceEqual(((P256Point)other).Affine);

    /// <summary>p of FIPS 186-4 D.1.2.3.</summary>
    private static Scalar256 FieldPrime => new(0xffffffffffffffff, 0x00000000ffffffff, 0, 0xffffffff00000001);

    /// <summary>(x, −y) where the mask is all ones, the point itself where it is zero, in constant time. No point has y = 0: the order is odd.</summary>
    internal static void NegateIf(ulong mask, Span<byte> affine)
    {
        var y = Scalar256.ReadBigEndian(affine[CoordinateSize..]);
        Limbs.Select(mask, Limbs.Subtract(FieldPrime, y, out _), y).WriteBigEndian(affine[CoordinateSize..]);
    }
}
