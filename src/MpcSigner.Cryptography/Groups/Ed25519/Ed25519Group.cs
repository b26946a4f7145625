using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Interop.Sodium;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>The prime-order subgroup of edwards25519 (RFC 8032, RFC 7748 §4.1).</summary>
/// <remarks>
/// libsodium multiplies the base point. Its other point functions decompress, and check the subgroup of, every argument every
/// time; public points are therefore computed with here in coordinates, validated once at decoding.
/// </remarks>
internal sealed class Ed25519Group : IGroup
{
    internal static readonly Ed25519Group Instance = new();

    private GroupPoint? _generator, _identity;

    private Ed25519Group() { }

    public Curve Curve => Curve.Edwards25519;

    public string Name => "edwards25519";

    public int PointSize => Libsodium.crypto_core_ed25519_BYTES;

    public bool SharesDoublings => true;

    public GroupPoint Identity => _identity ??= new Ed25519Point(EdwardsPoint.Identity);

    public GroupPoint Generator => _generator ??= MultiplyBasePublic(One);

    public PublicScalar Zero => FromUInt64(0);

    public PublicScalar One => FromUInt64(1);

    public bool TryDecodePoint(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out GroupPoint? point)
    {
        point = null;
        if (encoded.Length != PointSize)
            return false;
        return DecodePoints(encoded, new(ref point)) && point is not null;
    }

    public bool DecodePoints(ReadOnlySpan<byte> encoded, Span<GroupPoint?> points)
    {
        if (encoded.Length != points.Length * PointSize)
            throw new ArgumentException($"{encoded.Length} bytes for {points.Length} points", nameof(encoded));
        Span<EdwardsPoint> decoded = stackalloc EdwardsPoint[FieldVector.Lanes];
        Span<bool> valid = stackalloc bool[FieldVector.Lanes];
        var all = true;
        for (var at = 0; at < points.Length; at += FieldVector.Lanes)
        {
            var count = Math.Min(FieldVector.Lanes, points.Length - at);
            EdwardsDecoding.DecodeStrict(encoded.Slice(at * PointSize, count * PointSize), decoded, valid[..count]);
            all &= !valid[..count].Contains(false);
            for (var i = 0; i < count; i++)
                points[at + i] = valid[i] ? new Ed25519Point(decoded[i], encoded.Slice((at + i) * PointSize, PointSize).ToArray()) : null;
        }
        return all;
    }

    GroupPoint IGroup.FromOwnEncoding(ReadOnlySpan<byte> encoded) => encoded.IsEmpty ? Identity : new Ed25519Point(encoded.ToArray());

    public GroupPoint Add(GroupPoint a, GroupPoint b) => new Ed25519Point(Own(a) + Own(b));

    public GroupPoint Subtract(GroupPoint a, GroupPoint b) => new Ed25519Point(Own(a) - Own(b));

    public GroupPoint Negate(GroupPoint a) => new Ed25519Point(-Own(a));

    public GroupPoint MultiplyPublic(PublicScalar scalar, GroupPoint point) =>
        new Ed25519Point(EdwardsMultiplication.LinearCombination(Zero, [Own(scalar)], [Own(point)]));

    public GroupPoint MultiplyBasePublic(PublicScalar scalar)
    {
        if (Own(scalar).IsZero)
            return Identity;
        Span<byte> n = stackalloc byte[IGroup.ScalarSize];
        scalar.CopyTo(n);
        var product = new byte[PointSize];
        Libsodium.MustSucceed(Libsodium.crypto_scalarmult_ed25519_base_noclamp(product, n));
        return new Ed25519Point(product);
    }

    public GroupPoint LinearCombinationPublic(ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<GroupPoint> points)
    {
        if (scalars.Length != points.Length)
            throw new ArgumentException($"{scalars.Length} scalars for {points.Length} points", nameof(points));
        var coordinates = ArrayPool<EdwardsPoint>.Shared.Rent(points.Length);
        var numbers = ArrayPool<PublicScalar>.Shared.Rent(points.Length);
        var (count, ofBase) = (0, Zero);
        for (var i = 0; i < points.Length; i++)
        {
            Own(scalars[i]);
            if (ReferenceEquals(points[i], _generator))
                ofBase = AddPublic(ofBase, scalars[i]);
            else
                (numbers[count], coordinates[count++]) = (scalars[i], Own(points[i]));
        }
        var sum = EdwardsMultiplication.LinearCombination(ofBase, numbers.AsSpan(0, count), coordinates.AsSpan(0, count));
        ArrayPool<EdwardsPoint>.Shared.Return(coordinates);
        ArrayPool<PublicScalar>.Shared.Return(numbers);
        return new Ed25519Point(sum);
    }

    public GroupPoint Sum(ReadOnlySpan<GroupPoint> points)
    {
        var sum = EdwardsPoint.Identity;
        foreach (var point in points)
            sum += Own(point);
        return new Ed25519Point(sum);
    }

    public GroupPoint EvaluatePublic(ReadOnlySpan<GroupPoint> commitments, ushort x)
    {
        if (commitments.IsEmpty)
            return Identity;
        var value = Own(commitments[^1]);
        for (var k = commitments.Length - 2; k >= 0; k--)
            value = EdwardsMultiplication.MultiplySmall(x, value) + Own(commitments[k]);
        return new Ed25519Point(value);
    }

    /// <remarks>Montgomery's trick: prefix products, one inversion, and back.</remarks>
    public void PrepareEncodings(ReadOnlySpan<GroupPoint> points)
    {
        var open = new List<Ed25519Point>(points.Length);
        var prefixes = new List<FieldElement>(points.Length);
        var product = FieldElement.One;
        foreach (var point in points)
        {
            Own(point);
            if (point is not Ed25519Point { IsIdentity: false, IsEncoded: false } own)
                continue;
            open.Add(own);
            prefixes.Add(product);
            product *= own.Coordinates.Z;
        }
        var inverse = product.Invert();
        for (var i = open.Count - 1; i >= 0; i--)
        {
            open[i].Encode(inverse * prefixes[i]);
            inverse *= open[i].Coordinates.Z;
        }
    }

    public bool TryDecodeScalar(ReadOnlySpan<byte> encoded, out PublicScalar scalar)
    {
        scalar = default;
        if (encoded.Length != IGroup.ScalarSize || !Ed25519Scalars.IsCanonical(encoded))
            return false;
        scalar = new(this, encoded);
        return true;
    }

    public PublicScalar FromUInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return new(this, bytes);
    }

    public PublicScalar CoefficientOf(UInt128 bits)
    {
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        bytes.Clear();
        BinaryPrimitives.WriteUInt128LittleEndian(bytes, bits);
        return new(this, bytes);
    }

    public PublicScalar ReduceWideBigEndian(ReadOnlySpan<byte> wide)
    {
        Libsodium.MustBe(IGroup.WideSize, wide.Length);
        Span<byte> reversed = stackalloc byte[IGroup.WideSize];
        wide.CopyTo(reversed);
        reversed.Reverse();
        return ReduceWideLittleEndian(reversed);
    }

    public PublicScalar ReduceWideLittleEndian(ReadOnlySpan<byte> wide)
    {
        Span<byte> reduced = stackalloc byte[IGroup.ScalarSize];
        Ed25519Scalars.Reduce(reduced, wide);
        return new(this, reduced);
    }

    public PublicScalar AddPublic(PublicScalar a, PublicScalar b) => Combine(a, b, Libsodium.crypto_core_ed25519_scalar_add);

    public PublicScalar SubtractPublic(PublicScalar a, PublicScalar b) => Combine(a, b, Libsodium.crypto_core_ed25519_scalar_sub);

    public PublicScalar MultiplyPublic(PublicScalar a, PublicScalar b) => Combine(a, b, Libsodium.crypto_core_ed25519_scalar_mul);

    public PublicScalar NegatePublic(PublicScalar a) => SubtractPublic(Zero, a);

    public PublicScalar InvertPublic(PublicScalar a)
    {
        if (Own(a).IsZero)
            throw new DivideByZeroException("zero has no inverse");
        Span<byte> value = stackalloc byte[IGroup.ScalarSize], inverse = stackalloc byte[IGroup.ScalarSize];
        a.CopyTo(value);
        Libsodium.MustSucceed(Libsodium.crypto_core_ed25519_scalar_invert(inverse, value));
        return new(this, inverse);
    }

    public PublicScalar InvertSmallPublic(ushort a)
    {
        Span<byte> inverse = stackalloc byte[IGroup.ScalarSize];
        SmallInverse.Compute(Ed25519Scalars.Order, a, inverse);
        return new(this, inverse);
    }

    private delegate void ScalarOperation(Span<byte> z, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y);

    private PublicScalar Combine(PublicScalar a, PublicScalar b, ScalarOperation operation)
    {
        Span<byte> x = stackalloc byte[IGroup.ScalarSize], y = stackalloc byte[IGroup.ScalarSize], z = stackalloc byte[IGroup.ScalarSize];
        Own(a).CopyTo(x);
        Own(b).CopyTo(y);
        operation(z, x, y);
        return new(this, z);
    }

    private PublicScalar Own(PublicScalar scalar) =>
        ReferenceEquals(scalar.Group, this) ? scalar : throw new ArgumentException($"a scalar of {scalar.Group.Name}, not of {Name}");

    private EdwardsPoint Own(GroupPoint point) =>
        point is Ed25519Point own ? own.Coordinates : throw new ArgumentException($"a point of {point.Group.Name}, not of {Name}");
}
