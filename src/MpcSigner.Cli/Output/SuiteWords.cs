using MpcSigner.Client;

namespace MpcSigner.Cli.Output;

/// <summary>The words of suites: those of policies.</summary>
internal static class SuiteWords
{
    public const string Help = """
        What the keys sign with, for ever:
          frost-ed25519       Ed25519 signatures: Solana and others (the default)
          ecdsa-secp256k1     ECDSA: Ethereum and its like, Bitcoin P2WPKH
          ecdsa-p256          ECDSA on NIST P-256
          frost-secp256k1-tr  BIP-340 signatures: Bitcoin Taproot by the key path
          frost-secp256k1     Schnorr signatures of RFC 9591, which no chain takes
        """;

    private static readonly Dictionary<string, KeySuite> s_suites = new(StringComparer.Ordinal)
    {
        ["frost-ed25519"] = KeySuite.Ed25519,
        ["ecdsa-secp256k1"] = KeySuite.EcdsaSecp256k1,
        ["ecdsa-p256"] = KeySuite.EcdsaP256,
        ["frost-secp256k1-tr"] = KeySuite.Taproot,
        ["frost-secp256k1"] = KeySuite.SchnorrSecp256k1,
    };

    public static string[] All => [.. s_suites.Keys];

    public static string Of(KeySuite suite) => s_suites.First(word => word.Value == suite).Key;

    public static KeySuite Read(string word) => s_suites[word];
}
