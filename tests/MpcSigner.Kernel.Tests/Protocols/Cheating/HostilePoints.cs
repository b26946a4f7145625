using MpcSigner.Core.Keys;

namespace MpcSigner.Kernel.Tests.Protocols.Cheating;

/// <summary>Encodings on or beside a curve that a strict decoder refuses. The named ones are of edwards25519.</summary>
internal static class HostilePoints
{
    /// <summary>O = (0, 1).</summary>
    public static byte[] Identity { get; } = Convert.FromHexString("0100000000000000000000000000000000000000000000000000000000000000");

    /// <summary>A point of order 8.</summary>
    public static byte[] OrderEight { get; } = Convert.FromHexString("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a");

    /// <summary>G + (0, −1): on the curve, of order 2ℓ. Its y is minus the generator's, with its x negated.</summary>
    public static byte[] MixedOrder { get; } = Convert.FromHexString("9599999999999999999999999999999999999999999999999999999999999999");

    /// <summary>y = p + 1, the identity written above the modulus.</summary>
    public static byte[] NonCanonical { get; } = Convert.FromHexString("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f");

    /// <summary>ℓ.</summary>
    public static byte[] OrderLittleEndian { get; } = Convert.FromHexString("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

    /// <summary>An encoding of the curve's length that is hostile in the way named.</summary>
    public static byte[] Of(Curve curve, string how) => (curve, how) switch
    {
        (Curve.Edwards25519, "identity") => Identity,
        (Curve.Edwards25519, "outside the group") => OrderEight,
        (Curve.Edwards25519, "other form") => MixedOrder,
        (Curve.Edwards25519, "not canonical") => NonCanonical,
        (Curve.Secp256k1, "identity") => new byte[33],
        (Curve.Secp256k1, "outside the group") => Convert.FromHexString("020000000000000000000000000000000000000000000000000000000000000005"), // no point has x = 5
        (Curve.Secp256k1, "other form") => Convert.FromHexString("0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"), // uncompressed, cut
        (Curve.Secp256k1, "not canonical") => Convert.FromHexString("02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc30"), // x = p + 1
        (Curve.P256, "identity") => new byte[33],
        (Curve.P256, "outside the group") => Convert.FromHexString("020000000000000000000000000000000000000000000000000000000000000007"), // no point has x = 7
        (Curve.P256, "other form") => Convert.FromHexString("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"), // uncompressed, cut
        (Curve.P256, "not canonical") => Convert.FromHexString("02ffffffff00000001000000000000000000000001000000000000000000000004"), // x = p + 5
        _ => throw new ArgumentOutOfRangeException(nameof(how), $"{curve}: {how}"),
    };

    /// <summary>The order of the group, in its scalars' encoding.</summary>
    public static byte[] OrderOf(Curve curve) => curve switch
    {
        Curve.Edwards25519 => OrderLittleEndian,
        Curve.Secp256k1 => Convert.FromHexString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
        Curve.P256 => Convert.FromHexString("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"),
    };
}
