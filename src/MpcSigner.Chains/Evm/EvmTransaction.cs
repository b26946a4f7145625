using MpcSigner.Core.Intents;

namespace MpcSigner.Chains.Evm;

/// <summary>A transaction that is not signed yet. Only <see cref="EvmTransactionReader"/> makes one from foreign bytes, so its numbers are within their bounds.</summary>
/// <param name="ChainId">1..<see cref="EvmChain.MaxId"/>; null for a legacy transaction without EIP-155, which is valid on every chain.</param>
/// <param name="GasPrice">What a unit of gas costs, or the most it may cost (EIP-1559), in the chain's base unit.</param>
/// <param name="MaxPriorityFee">EIP-1559: how much of it the block's producer may get; null for the other formats.</param>
/// <param name="MaxFee">Gas limit · gas price: the most that is paid for execution.</param>
/// <param name="To">Null creates a contract.</param>
/// <param name="AccessList">Empty for legacy transactions, which have none.</param>
/// <param name="AccessListItem">Its encoding; empty for legacy transactions.</param>
/// <param name="SignedItems">The encoded items that the signed form repeats in front of the signature.</param>
internal sealed record EvmTransaction(
    EvmFormat Format,
    ulong? ChainId,
    ulong Nonce,
    Amount GasPrice,
    Amount? MaxPriorityFee,
    Amount GasLimit,
    Amount MaxFee,
    EvmAddress? To,
    Amount Value,
    ReadOnlyMemory<byte> Data,
    IReadOnlyList<EvmAccess> AccessList,
    ReadOnlyMemory<byte> AccessListItem,
    ReadOnlyMemory<byte> SignedItems);

/// <summary>Transaction formats; the number is the type byte of EIP-2718, which legacy transactions lack.</summary>
internal enum EvmFormat : byte
{
    /// <summary>Without type: EIP-155, or older still.</summary>
    Legacy = 0,

    /// <summary>EIP-2930.</summary>
    AccessList = 1,

    /// <summary>EIP-1559.</summary>
    DynamicFee = 2,
}

/// <summary>A contract whose storage the transaction names in advance, to pay less for it.</summary>
/// <param name="Keys">How many of its storage keys.</param>
internal sealed record EvmAccess(EvmAddress Address, int Keys);
