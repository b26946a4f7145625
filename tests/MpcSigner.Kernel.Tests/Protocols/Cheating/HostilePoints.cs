namespace MpcSigner.Kernel.Tests.Protocols.Cheating;

/// <summary>Encodings on or beside edwards25519 that a strict decoder refuses.</summary>
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
}
