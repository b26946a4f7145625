using System.Globalization;

namespace MpcSigner.Core.Intents;

/// <summary>How intents and rules name chains: by one word ("solana", "raw"), or, where one format serves many chains, by family and chain id ("evm:1").</summary>
public static class ChainName
{
    public const string Raw = "raw";
    public const string Solana = "solana";

    /// <summary>What is valid on every chain of Ethereum's kind alike: a transaction without chain id, a signed message.</summary>
    public const string EveryEvm = EvmFamily + "any";

    /// <summary>Chains of Ethereum's kind; the chain id follows in decimal.</summary>
    public const string EvmFamily = "evm:";

    public static string Evm(ulong chainId) => EvmFamily + chainId.ToString(CultureInfo.InvariantCulture);

    /// <summary>Whether what is valid on <paramref name="chain"/> is valid on <paramref name="named"/>: the same chain, or any of the family.</summary>
    public static bool Reaches(string chain, string named) =>
        string.Equals(chain, named, StringComparison.Ordinal) || (chain == EveryEvm && named.StartsWith(EvmFamily, StringComparison.Ordinal));
}
