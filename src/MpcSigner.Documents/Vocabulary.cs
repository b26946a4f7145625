using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Documents;

/// <summary>The words that documents (and tools beside them) use for our enums. Part of the interface: never renamed, only added.</summary>
public static class Vocabulary
{
    public static IReadOnlyDictionary<string, Suite> Suites { get; } = new Dictionary<string, Suite>(StringComparer.Ordinal)
    {
        ["ecdsa-secp256k1"] = Suite.EcdsaSecp256k1,
        ["ecdsa-p256"] = Suite.EcdsaP256,
        ["frost-ed25519"] = Suite.FrostEd25519,
        ["frost-secp256k1"] = Suite.FrostSecp256k1,
        ["frost-secp256k1-tr"] = Suite.FrostSecp256k1Taproot,
    };

    public static IReadOnlyDictionary<string, PayloadKind> PayloadKinds { get; } = new Dictionary<string, PayloadKind>(StringComparer.Ordinal)
    {
        ["raw"] = PayloadKind.Raw,
        ["solana-transaction"] = PayloadKind.SolanaTransaction,
        ["evm-transaction"] = PayloadKind.EvmTransaction,
        ["evm-message"] = PayloadKind.EvmMessage,
    };

    public static IReadOnlyDictionary<string, KeyUsage> KeyUsages { get; } = new Dictionary<string, KeyUsage>(StringComparer.Ordinal)
    {
        ["transactions"] = KeyUsage.Transactions,
        ["transactions-and-raw"] = KeyUsage.TransactionsAndRaw,
    };

    /// <summary>The word for a value of one of these tables.</summary>
    public static string WordFor<T>(IReadOnlyDictionary<string, T> words, T value) where T : struct, Enum =>
        words.First(w => EqualityComparer<T>.Default.Equals(w.Value, value)).Key;
}
