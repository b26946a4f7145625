using System.Runtime.CompilerServices;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>A point of edwards25519 in extended coordinates, x = X/Z, y = Y/Z, x·y = T/Z (RFC 8032 §5.1.4), one in each lane: for public values only.</summary>
/// <remarks>
/// Hisil–Wong–Carter–Dawson 2008, §3.1 and §3.3 with a = −1: an addition is two rounds of four products, a doubling one of squares and one
/// of products. The addition law is complete on this curve: it needs no case for doubling or for O.
/// </remarks>
[SkipLocalsInit]
internal struct EdwardsPoint
{
    /// <summary>(X, Y, Z, T), tight.</summary>
    private FieldVector _coordinates;

    internal EdwardsPoint(FieldElement x, FieldElement y, FieldElement z, FieldElement t) =>
        _coordinates = FieldVector.Pack(x, y, z, t);

    internal static EdwardsPoint Identity => new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    internal readonly FieldElement X => _coordinates[0];

    internal readonly FieldElement Y => _coordinates[1];

    internal readonly FieldElement Z => _coordinates[2];

    public static EdwardsPoint operator +(in EdwardsPoint p, in EdwardsPoint q)
    {
        Add(p, new EdwardsSummand(q), out var sum);
        return sum;
    }

    public static EdwardsPoint operator -(in EdwardsPoint p, in EdwardsPoint q)
    {
        Subtract(p, new EdwardsSummand(q), out var difference);
        return difference;
    }

    public static EdwardsPoint operator -(in EdwardsPoint p)
    {
        EdwardsPoint negated;
        FieldVector.Apply<EdwardsSteps.NegatedPoint>(p._coordinates, out negated._coordinates);
        FieldVector.Reduce(ref negated._coordinates);
        return negated;
    }

    /// <summary>(Y − X, Y + X, T, Z), loose.</summary>
    internal readonly void AsSummand(out FieldVector summand) => FieldVector.Apply<EdwardsSteps.Summand>(_coordinates, out summand);

    internal static void Add(in EdwardsPoint p, in EdwardsSummand q, out EdwardsPoint sum)
    {
        p.AsSummand(out var factors);
        FieldVector.Multiply(factors, q.Factors, out var products);
        FieldVector.Split<EdwardsSteps.Addition, EdwardsSteps.Left, EdwardsSteps.Right>(products, out var left, out var right);
        FieldVector.Multiply(left, right, out sum._coordinates);
    }

    internal static void Subtract(in EdwardsPoint p, in EdwardsSummand q, out EdwardsPoint difference)
    {
        p.AsSummand(out var factors);
        FieldVector.Apply<EdwardsSteps.Negated>(q.Factors, out var negated);
        FieldVector.Multiply(factors, negated, out var products);
        FieldVector.Split<EdwardsSteps.Addition, EdwardsSteps.Left, EdwardsSteps.Right>(products, out var left, out var right);
        FieldVector.Multiply(left, right, out difference._coordinates);
    }

    internal static void Double(in EdwardsPoint p, out EdwardsPoint twice)
    {
        FieldVector.Apply<EdwardsSteps.Doubled>(p._coordinates, out var roots);
        FieldVector.Square(roots, out var squares);
        FieldVector.SplitReduced<EdwardsSteps.Doubling, EdwardsSteps.Left, EdwardsSteps.Right>(squares, out var left, out var right);
        FieldVector.Multiply(left, right, out twice._coordinates);
    }

    internal readonly bool IsIdentity() => X.IsZero() && Y.Is(Z);

    internal readonly bool Is(in EdwardsPoint other)
    {
        var (z, otherZ) = (Z, other.Z);
        FieldVector.Multiply(FieldVector.Pack(X, Y, other.X, other.Y), FieldVector.Pack(otherZ, otherZ, z, z), out var products);
        return products[0].Is(products[2]) && products[1].Is(products[3]);
    }

    /// <summary>RFC 8032 §5.1.2, given 1/Z.</summary>
    internal readonly byte[] Encode(FieldElement inverseOfZ)
    {
        FieldVector.Multiply(_coordinates, FieldVector.Broadcast(inverseOfZ), out var affine);
        var bytes = new byte[FieldElement.Size];
        affine[1].WriteTo(bytes);
        if (affine[0].IsOdd())
            bytes[31] |= 0x80;
        return bytes;
    }
}

/// <summary>A point as additions take it from a table: (Y − X, Y + X, 2d·T, 2Z), tight.</summary>
[SkipLocalsInit]
internal readonly struct EdwardsSummand
{
    internal readonly FieldVector Factors;

    internal EdwardsSummand(in EdwardsPoint point)
    {
        point.AsSummand(out var factors);
        FieldVector.Multiply(factors, Constants, out Factors);
    }

    private static readonly FieldVector Constants = FieldVector.Pack(FieldElement.One, FieldElement.One, FieldElement.TwoD, FieldElement.One + FieldElement.One);
}
