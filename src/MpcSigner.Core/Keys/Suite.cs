namespace MpcSigner.Core.Keys;

/// <summary>What a key signs with; the number is the wire's (spec §4.10). A key is bound to one suite for ever.</summary>
public enum Suite : byte
{
    /// <summary>No suite: pair setups.</summary>
    None = 0,
    EcdsaSecp256k1 = 1,
    EcdsaP256 = 2,
    FrostEd25519 = 3,
    FrostSecp256k1 = 4,
    FrostSecp256k1Taproot = 5,
}

/// <summary>The groups of prime order the suites work in.</summary>
public enum Curve : byte
{
    Secp256k1 = 1,
    P256 = 2,
    Edwards25519 = 3,
}

public static class Suites
{
    /// <summary>The suite's name as a field of hashes (spec §3.4): ECDSA's two curves share one name, the curve being its own field.</summary>
    public static string HashName(this Suite suite) => suite switch
    {
        Suite.EcdsaSecp256k1 or Suite.EcdsaP256 => "ecdsa",
        Suite.FrostEd25519 => "frost-ed25519",
        Suite.FrostSecp256k1 => "frost-secp256k1",
        Suite.FrostSecp256k1Taproot => "frost-secp256k1-tr",
        Suite.None => throw new ArgumentOutOfRangeException(nameof(suite), "no suite"),
    };

    /// <summary>The group of the suite's keys.</summary>
    public static Curve Curve(this Suite suite) => suite switch
    {
        Suite.EcdsaSecp256k1 or Suite.FrostSecp256k1 or Suite.FrostSecp256k1Taproot => Keys.Curve.Secp256k1,
        Suite.EcdsaP256 => Keys.Curve.P256,
        Suite.FrostEd25519 => Keys.Curve.Edwards25519,
        Suite.None => throw new ArgumentOutOfRangeException(nameof(suite), "no suite"),
    };

    /// <summary>The curve's name as a field of hashes (spec §3.2).</summary>
    public static string HashName(this Curve curve) => curve switch
    {
        Keys.Curve.Secp256k1 => "secp256k1",
        Keys.Curve.P256 => "P-256",
        Keys.Curve.Edwards25519 => "edwards25519",
    };

    /// <summary>Bytes of an encoded point: 33 (SEC1 compressed) or 32 (RFC 8032).</summary>
    public static int PointSize(this Curve curve) => curve switch
    {
        Keys.Curve.Secp256k1 or Keys.Curve.P256 => 33,
        Keys.Curve.Edwards25519 => 32,
    };
}
