using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Interop.Sodium;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>The prime-order subgroup of edwards25519 (RFC 8032, RFC 7748 §4.1) over libsodium.</summary>
internal sealed class Ed25519Group : IGroup
{
    internal static readonly Ed25519Group Instance = new();

    private GroupPoint? _generator, _identity;

    private Ed25519Group() { }

    public Curve Curve => Curve.Edwards25519;

    public string Name => "edwards25519";

    public int PointSize => Libsodium.crypto_core_ed25519_BYTES;

    public GroupPoint Identity => _identity ??= new Ed25519Point([1, .. new byte[31]], isIdentity: true);

    public GroupPoint Generator => _generator ??= MultiplyBasePublic(One);

    public PublicScalar Zero => FromUInt64(0);

    public PublicScalar One => FromUInt64(1);

    public bool TryDecodePoint(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out GroupPoint? point)
    {
        point = null;
        if (encoded.Length != PointSize || Libsodium.crypto_core_ed25519_is_valid_point(encoded) != 1)
            return false;
        point = new Ed25519Point(encoded.ToArray(), isIdentity: false);
        return true;
    }

    GroupPoint IGroup.FromOwnEncoding(ReadOnlySpan<byte> encoded) => encoded.IsEmpty ? Identity : Wrap(encoded.ToArray());

    public GroupPoint Add(GroupPoint a, GroupPoint b)
    {
        var sum = new byte[PointSize];
        Libsodium.MustSucceed(Libsodium.crypto_core_ed25519_add(sum, Raw(a), Raw(b)));
        return Wrap(sum);
    }

    public GroupPoint Subtract(GroupPoint a, GroupPoint b)
    {
        var difference = new byte[PointSize];
        Libsodium.MustSucceed(Libsodium.crypto_core_ed25519_sub(difference, Raw(a), Raw(b)));
        return Wrap(difference);
    }

    public GroupPoint Negate(GroupPoint a) => Subtract(Identity, a);

    public GroupPoint MultiplyPublic(PublicScalar scalar, GroupPoint point)
    {
        // libsodium refuses both, since a protocol on the wire never wants them.
        if (Own(scalar).IsZero || point.IsIdentity)
            return Identity;
        Span<byte> n = stackalloc byte[IGroup.ScalarSize];
        scalar.CopyTo(n);
        var product = new byte[PointSize];
        Libsodium.MustSucceed(Libsodium.crypto_scalarmult_ed25519_noclamp(product, n, Raw(point)));
        return Wrap(product);
    }

    public GroupPoint MultiplyBasePublic(PublicScalar scalar)
    {
        if (Own(scalar).IsZero)
            return Identity;
        Span<byte> n = stackalloc byte[IGroup.ScalarSize];
        scalar.CopyTo(n);
        var product = new byte[PointSize];
        Libsodium.MustSucceed(Libsodium.crypto_scalarmult_ed25519_base_noclamp(product, n));
        return Wrap(product);
    }

    public GroupPoint LinearCombinationPublic(ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<GroupPoint> points)
    {
        if (scalars.Length != points.Length)
            throw new ArgumentException($"{scalars.Length} scalars for {points.Length} points", nameof(points));
        var sum = Identity;
        for (var i = 0; i < points.Length; i++)
            sum = Add(sum, MultiplyPublic(scalars[i], points[i]));
        return sum;
    }

    public GroupPoint Sum(ReadOnlySpan<GroupPoint> points)
    {
        var sum = Identity;
        foreach (var point in points)
            sum = Add(sum, point);
        return sum;
    }

    public GroupPoint EvaluatePublic(ReadOnlySpan<GroupPoint> commitments, ushort x)
    {
        var coordinate = FromUInt64(x);
        var value = Identity;
        for (var k = commitments.Length - 1; k >= 0; k--)
            value = Add(MultiplyPublic(coordinate, value), commitments[k]);
        return value;
    }

    public void PrepareEncodings(ReadOnlySpan<GroupPoint> points)
    {
        foreach (var point in points)
            Raw(point);
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

    private delegate void ScalarOperation(Span<byte> z, ReadOnlySpan<byte> x, ReadOnlySpan<byte> y);

    private PublicScalar Combine(PublicScalar a, PublicScalar b, ScalarOperation operation)
    {
        Span<byte> x = stackalloc byte[IGroup.ScalarSize], y = stackalloc byte[IGroup.ScalarSize], z = stackalloc byte[IGroup.ScalarSize];
        Own(a).CopyTo(x);
        Own(b).CopyTo(y);
        operation(z, x, y);
        return new(this, z);
    }

    private Ed25519Point Wrap(byte[] encoded) => new(encoded, encoded[0] == 1 && encoded.AsSpan(1).IndexOfAnyExcept((byte)0) < 0);

    private PublicScalar Own(PublicScalar scalar) =>
        ReferenceEquals(scalar.Group, this) ? scalar : throw new ArgumentException($"a scalar of {scalar.Group.Name}, not of {Name}");

    private ReadOnlySpan<byte> Raw(GroupPoint point) =>
        point is Ed25519Point own ? own.Raw : throw new ArgumentException($"a point of {point.Group.Name}, not of {Name}");
}
