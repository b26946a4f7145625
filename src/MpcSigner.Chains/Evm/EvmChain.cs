namespace MpcSigner.Chains.Evm;

/// <summary>What holds for every chain of Ethereum's kind.</summary>
public static class EvmChain
{
    /// <summary>Chain ids are 1..this (EIP-2294), so that a legacy signature's v stays within 64 bits.</summary>
    public const ulong MaxId = ulong.MaxValue / 2 - 36;

    /// <summary>The chain's own coin as intents and policies name it, in units of 10⁻¹⁸.</summary>
    public const string NativeAsset = "native";
}
