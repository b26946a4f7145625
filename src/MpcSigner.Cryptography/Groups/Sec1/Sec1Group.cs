using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Scalars;

namespace MpcSigner.Cryptography.Groups.Sec1;

/// <summary>What the two prime-order curves of SEC 1 share: big-endian scalars mod q, compressed points, no cofactor (spec §3.1).</summary>
/// <remarks>The scalar side happens to take constant time; nothing here promises it.</remarks>
internal abstract class Sec1Group<TModulus>(Curve curve) : IGroup
    where TModulus : struct, IScalarModulus
{
    /// <summary>02 or 03, then x.</summary>
    internal const int EncodedSize = 33;

    public Curve Curve { get; } = curve;

    public string Name { get; } = curve.HashName();

    public int PointSize => EncodedSize;

    public abstract bool SharesDoublings { get; }

    public abstract GroupPoint Identity { get; }

    public abstract GroupPoint Generator { get; }

    public PublicScalar Zero => FromUInt64(0);

    public PublicScalar One => FromUInt64(1);

    public abstract bool TryDecodePoint(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out GroupPoint? point);

    /// <remarks>The libraries decode one by one.</remarks>
    public bool DecodePoints(ReadOnlySpan<byte> encoded, Span<GroupPoint?> points)
    {
        if (encoded.Length != points.Length * EncodedSize)
            throw new ArgumentException($"{encoded.Length} bytes for {points.Length} points", nameof(encoded));
        var all = true;
        for (var i = 0; i < points.Length; i++)
            all &= TryDecodePoint(encoded.Slice(i * EncodedSize, EncodedSize), out points[i]);
        return all;
    }

    public abstract GroupPoint Add(GroupPoint a, GroupPoint b);

    public abstract GroupPoint Negate(GroupPoint a);

    public GroupPoint Subtract(GroupPoint a, GroupPoint b) => Add(a, Negate(b));

    public abstract GroupPoint MultiplyPublic(PublicScalar scalar, GroupPoint point);

    public abstract GroupPoint MultiplyBasePublic(PublicScalar scalar);

    public abstract GroupPoint LinearCombinationPublic(ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<GroupPoint> points);

    public abstract GroupPoint Sum(ReadOnlySpan<GroupPoint> points);

    public abstract GroupPoint EvaluatePublic(ReadOnlySpan<GroupPoint> commitments, ushort x);

    /// <remarks>The libraries give affine points: there is nothing to gain.</remarks>
    public void PrepareEncodings(ReadOnlySpan<GroupPoint> points)
    {
        foreach (var point in points)
            CheckOwn(point);
    }

    GroupPoint IGroup.FromOwnEncoding(ReadOnlySpan<byte> encoded) =>
        encoded.IsEmpty ? Identity
        : TryDecodePoint(encoded, out var point) ? point
        : throw new InvalidOperationException("our own code gave an encoding that names no point");

    public bool TryDecodeScalar(ReadOnlySpan<byte> encoded, out PublicScalar scalar)
    {
        scalar = default;
        if (encoded.Length != IGroup.ScalarSize || ScalarArithmetic<TModulus>.IsCanonical(Scalar256.ReadBigEndian(encoded)) == 0)
            return false;
        scalar = new(this, encoded);
        return true;
    }

    public PublicScalar FromUInt64(ulong value)
    {
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        bytes.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(bytes[^sizeof(ulong)..], value);
        return new(this, bytes);
    }

    public virtual PublicScalar CoefficientOf(UInt128 bits)
    {
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        bytes.Clear();
        BinaryPrimitives.WriteUInt128BigEndian(bytes[16..], bits);
        return new(this, bytes);
    }

    public PublicScalar ReduceWideBigEndian(ReadOnlySpan<byte> wide)
    {
        CheckWide(wide);
        return ToPublic(ScalarArithmetic<TModulus>.Reduce(Wide512.ReadBigEndian(wide)));
    }

    public PublicScalar ReduceWideLittleEndian(ReadOnlySpan<byte> wide)
    {
        CheckWide(wide);
        return ToPublic(ScalarArithmetic<TModulus>.Reduce(Wide512.ReadLittleEndian(wide)));
    }

    public PublicScalar AddPublic(PublicScalar a, PublicScalar b) => ToPublic(ScalarArithmetic<TModulus>.Add(Read(a), Read(b)));

    public PublicScalar SubtractPublic(PublicScalar a, PublicScalar b) => ToPublic(ScalarArithmetic<TModulus>.Subtract(Read(a), Read(b)));

    public PublicScalar MultiplyPublic(PublicScalar a, PublicScalar b) => ToPublic(ScalarArithmetic<TModulus>.Multiply(Read(a), Read(b)));

    public PublicScalar NegatePublic(PublicScalar a) => ToPublic(ScalarArithmetic<TModulus>.Negate(Read(a)));

    public PublicScalar InvertPublic(PublicScalar a)
    {
        if (Own(a).IsZero)
            throw new DivideByZeroException("zero has no inverse");
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        a.CopyTo(bytes);
        PublicInversion<TModulus>.InvertInPlace(bytes);
        return new(this, bytes);
    }

    public PublicScalar InvertSmallPublic(ushort a)
    {
        Span<byte> order = stackalloc byte[IGroup.ScalarSize], inverse = stackalloc byte[IGroup.ScalarSize];
        ScalarArithmetic<TModulus>.Order.WriteBigEndian(order);
        order.Reverse();
        SmallInverse.Compute(order, a, inverse);
        inverse.Reverse();
        return new(this, inverse);
    }

    /// <summary>The scalar, if it is of this group.</summary>
    private protected PublicScalar Own(PublicScalar scalar) =>
        ReferenceEquals(scalar.Group, this) ? scalar : throw new ArgumentException($"a scalar of {scalar.Group.Name}, not of {Name}");

    private protected void CheckOwn(GroupPoint point)
    {
        if (!ReferenceEquals(point.Group, this))
            throw new ArgumentException($"a point of {point.Group.Name}, not of {Name}");
    }

    private protected static void CheckLengths(ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<GroupPoint> points)
    {
        if (scalars.Length != points.Length)
            throw new ArgumentException($"{scalars.Length} scalars for {points.Length} points", nameof(points));
    }

    private static void CheckWide(ReadOnlySpan<byte> wide)
    {
        if (wide.Length != IGroup.WideSize)
            throw new ArgumentException($"expected {IGroup.WideSize} bytes, got {wide.Length}", nameof(wide));
    }

    private Scalar256 Read(PublicScalar scalar)
    {
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        Own(scalar).CopyTo(bytes);
        return Scalar256.ReadBigEndian(bytes);
    }

    private PublicScalar ToPublic(in Scalar256 value)
    {
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        value.WriteBigEndian(bytes);
        return new(this, bytes);
    }
}
