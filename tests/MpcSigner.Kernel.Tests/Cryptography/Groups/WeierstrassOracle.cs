using System.Numerics;

namespace MpcSigner.Kernel.Tests.Cryptography.Groups;

/// <summary>A curve y² = x³ + ax + b by the textbook: Jacobian-free affine points over BigInteger, slow and independent of what it judges.</summary>
internal sealed class WeierstrassOracle(BigInteger p, BigInteger a, BigInteger b, BigInteger q, BigInteger x, BigInteger y)
{
    internal static readonly WeierstrassOracle Secp256k1 = new(
        Hex("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f"), 0, 7,
        Hex("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
        Hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"),
        Hex("483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"));

    internal static readonly WeierstrassOracle P256 = new(
        Hex("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"), -3,
        Hex("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b"),
        Hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
        Hex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"),
        Hex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"));

    internal BigInteger P => p;

    internal BigInteger Q => q;

    /// <summary>The encoding of k·G in hexadecimal, "O" for a multiple of q.</summary>
    internal string Multiple(BigInteger k)
    {
        (BigInteger X, BigInteger Y)? result = null, power = (x, y);
        for (k = Mod(k, q); k > 0; k >>= 1, power = Add(power, power))
            if (!k.IsEven)
                result = Add(result, power);
        return result is { } point ? (point.Y.IsEven ? "02" : "03") + Convert.ToHexStringLower(Big(point.X)) : "O";
    }

    internal bool HasPoint(BigInteger abscissa) => BigInteger.ModPow(Mod(abscissa * abscissa * abscissa + a * abscissa + b, p), (p - 1) / 2, p) == 1;

    /// <summary>y of the point with this x and parity, 32 bytes; p is 3 mod 4.</summary>
    internal byte[] Ordinate(ReadOnlySpan<byte> abscissa, bool odd)
    {
        var x = new BigInteger(abscissa, isUnsigned: true, isBigEndian: true);
        var y = BigInteger.ModPow(Mod(x * x * x + a * x + b, p), (p + 1) / 4, p);
        return Big(y.IsEven == odd ? p - y : y);
    }

    /// <summary>32 bytes big endian.</summary>
    internal static byte[] Big(BigInteger value)
    {
        var bytes = value.ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. new byte[32 - bytes.Length], .. bytes];
    }

    private (BigInteger X, BigInteger Y)? Add((BigInteger X, BigInteger Y)? left, (BigInteger X, BigInteger Y)? right)
    {
        if (left is not { } l)
            return right;
        if (right is not { } r)
            return left;
        if (l.X == r.X && Mod(l.Y + r.Y, p).IsZero)
            return null;
        var slope = l.X == r.X ? (3 * l.X * l.X + a) * Inverse(2 * l.Y) : (r.Y - l.Y) * Inverse(r.X - l.X);
        var sum = Mod(slope * slope - l.X - r.X, p);
        return (sum, Mod(slope * (l.X - sum) - l.Y, p));
    }

    private BigInteger Inverse(BigInteger value) => BigInteger.ModPow(Mod(value, p), p - 2, p);

    private static BigInteger Mod(BigInteger value, BigInteger modulus) => ((value % modulus) + modulus) % modulus;

    private static BigInteger Hex(string text) => new(Convert.FromHexString(text), isUnsigned: true, isBigEndian: true);
}
