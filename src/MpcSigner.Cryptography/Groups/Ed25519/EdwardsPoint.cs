namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>A point of edwards25519 in extended coordinates, x = X/Z, y = Y/Z, x·y = T/Z (RFC 8032 §5.1.4): for public values only.</summary>
/// <remarks>The addition law is complete on this curve: it needs no case for doubling or for O.</remarks>
internal readonly struct EdwardsPoint(FieldElement x, FieldElement y, FieldElement z, FieldElement t)
{
    private readonly FieldElement _x = x, _y = y, _z = z, _t = t;

    internal static EdwardsPoint Identity => new(FieldElement.Zero, FieldElement.One, FieldElement.One, FieldElement.Zero);

    internal FieldElement Z => _z;

    /// <summary>Decompresses what has been validated (RFC 8032 §5.1.3).</summary>
    /// <exception cref="InvalidOperationException">No point has this encoding: it was not validated.</exception>
    internal static EdwardsPoint Decode(ReadOnlySpan<byte> validated)
    {
        var y = FieldElement.Read(validated);
        var square = y.Square();
        var u = square - FieldElement.One;
        var v = FieldElement.D * square + FieldElement.One;
        // x = (u/v)^((p+3)/8) = u·v³·(u·v⁷)^((p−5)/8)
        var v3 = v.Square() * v;
        var x = u * v3 * (u * v3.Square() * v).PowerForRoot();
        var check = v * x.Square();
        if (!check.Is(u))
            x = check.Is(-u) ? x * FieldElement.SqrtMinusOne : throw new InvalidOperationException("the encoding names no point");
        if (x.IsOdd() != (validated[31] >> 7 == 1))
            x = -x;
        return new(x, y, FieldElement.One, x * y);
    }

    /// <summary>Unified addition, Hisil–Wong–Carter–Dawson 2008, §3.1 with a = −1.</summary>
    public static EdwardsPoint operator +(in EdwardsPoint p, in EdwardsPoint q)
    {
        var a = (p._y - p._x) * (q._y - q._x);
        var b = (p._y + p._x) * (q._y + q._x);
        var c = p._t * FieldElement.TwoD * q._t;
        var zz = p._z * q._z;
        var d = zz + zz;
        var (e, f, g, h) = (b - a, d - c, d + c, b + a);
        return new(e * f, g * h, f * g, e * h);
    }

    public static EdwardsPoint operator -(in EdwardsPoint p) => new(-p._x, p._y, p._z, -p._t);

    public static EdwardsPoint operator -(in EdwardsPoint p, in EdwardsPoint q) => p + -q;

    /// <summary>2·P, ibid. §3.3.</summary>
    internal EdwardsPoint Double()
    {
        var a = _x.Square();
        var b = _y.Square();
        var zz = _z.Square();
        var h = a + b;
        var e = h - (_x + _y).Square();
        var g = a - b;
        var f = zz + zz + g;
        return new(e * f, g * h, f * g, e * h);
    }

    internal bool IsIdentity() => _x.IsZero() && _y.Is(_z);

    internal bool Is(in EdwardsPoint other) => (_x * other._z).Is(other._x * _z) && (_y * other._z).Is(other._y * _z);

    /// <summary>RFC 8032 §5.1.2, given 1/Z.</summary>
    internal byte[] Encode(FieldElement inverseOfZ)
    {
        var bytes = new byte[FieldElement.Size];
        (_y * inverseOfZ).WriteTo(bytes);
        if ((_x * inverseOfZ).IsOdd())
            bytes[31] |= 0x80;
        return bytes;
    }
}
