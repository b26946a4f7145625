using System.Numerics;

namespace MpcSigner.Kernel.Tests.Cryptography.Groups;

/// <summary>edwards25519 by the textbook: affine points over BigInteger, slow and independent of what it judges.</summary>
internal static class Ed25519Oracle
{
    internal static readonly BigInteger P = BigInteger.Pow(2, 255) - 19;
    internal static readonly BigInteger L = BigInteger.Pow(2, 252) + BigInteger.Parse("27742317777372353535851937790883648493");
    private static readonly BigInteger D = Mod(-121665 * Inverse(121666));

    internal static readonly (BigInteger X, BigInteger Y) Identity = (0, 1);
    internal static readonly (BigInteger X, BigInteger Y) Base = Decode(Mod(4 * Inverse(5)), odd: false)!.Value;

    /// <summary>The eight points of the torsion subgroup.</summary>
    internal static readonly (BigInteger X, BigInteger Y)[] Torsion = MakeTorsion();

    internal static BigInteger Mod(BigInteger value) => ((value % P) + P) % P;

    internal static BigInteger ModL(BigInteger value) => ((value % L) + L) % L;

    internal static (BigInteger X, BigInteger Y) Add((BigInteger X, BigInteger Y) a, (BigInteger X, BigInteger Y) b)
    {
        var t = Mod(D * Mod(a.X * b.X) * Mod(a.Y * b.Y));
        return (Mod((a.X * b.Y + a.Y * b.X) * Inverse(1 + t)), Mod((a.Y * b.Y + a.X * b.X) * Inverse(1 - t)));
    }

    /// <summary>Double and add in projective coordinates (X/Z, Y/Z), with the one complete addition law.</summary>
    internal static (BigInteger X, BigInteger Y) Multiply(BigInteger scalar, (BigInteger X, BigInteger Y) point)
    {
        (BigInteger X, BigInteger Y, BigInteger Z) result = (0, 1, 1), power = (point.X, point.Y, 1);
        for (; scalar > 0; scalar >>= 1, power = AddProjective(power, power))
            if (!scalar.IsEven)
                result = AddProjective(result, power);
        var inverse = Inverse(result.Z);
        return (Mod(result.X * inverse), Mod(result.Y * inverse));
    }

    private static (BigInteger X, BigInteger Y, BigInteger Z) AddProjective(
        (BigInteger X, BigInteger Y, BigInteger Z) a, (BigInteger X, BigInteger Y, BigInteger Z) b)
    {
        var z = Mod(a.Z * b.Z);
        var (xx, yy, zz) = (Mod(a.X * b.X), Mod(a.Y * b.Y), Mod(z * z));
        var t = Mod(D * Mod(xx * yy));
        var (plus, minus) = (zz + t, zz - t);
        return (Mod(z * Mod(minus * Mod(a.X * b.Y + a.Y * b.X))), Mod(z * Mod(plus * (yy + xx))), Mod(plus * minus));
    }

    internal static byte[] Encode((BigInteger X, BigInteger Y) point)
    {
        var bytes = Little(point.Y);
        if (!point.X.IsEven)
            bytes[31] |= 0x80;
        return bytes;
    }

    /// <summary>32 bytes little endian, of any value below 2^256.</summary>
    internal static byte[] Little(BigInteger value)
    {
        var bytes = value.ToByteArray(isUnsigned: true);
        return [.. bytes, .. new byte[32 - bytes.Length]];
    }

    internal static BigInteger FromLittle(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true);

    internal static (BigInteger X, BigInteger Y)? Decode(BigInteger y, bool odd)
    {
        var square = Mod((y * y - 1) * Inverse(D * y * y + 1));
        var x = BigInteger.ModPow(square, (P + 3) / 8, P);
        if (Mod(x * x) != square)
            x = Mod(x * BigInteger.ModPow(2, (P - 1) / 4, P));
        if (Mod(x * x) != square)
            return null;
        return (x.IsEven == !odd || x.IsZero ? x : P - x, y);
    }

    private static BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value), P - 2, P);

    private static (BigInteger X, BigInteger Y)[] MakeTorsion()
    {
        // ℓ times any point falls into the torsion subgroup; look for one that generates it.
        for (BigInteger y = 2; ; y++)
        {
            if (Decode(y, odd: false) is not { } point)
                continue;
            var torsion = Multiply(L, point);
            if (Multiply(4, torsion) == Identity)
                continue;
            return [.. Enumerable.Range(0, 8).Select(k => Multiply(k, torsion))];
        }
    }
}
