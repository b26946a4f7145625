using MpcSigner.Chains.Encoding;
using MpcSigner.Core.Intents;

namespace MpcSigner.Chains.Evm;

/// <summary>Builds the unsigned transaction of a plain transfer of the chain's coin: EIP-1559, no data, no access list.</summary>
public static class EvmTransferTransaction
{
    /// <summary>What a transfer to an account costs that is no contract (Yellow Paper, G_transaction).</summary>
    public static readonly Amount PlainGas = new(21_000);

    /// <param name="chainId">1..<see cref="EvmChain.MaxId"/>.</param>
    /// <param name="nonce">The sender's next one, below 2^64−1.</param>
    /// <param name="maxPriorityFee">A unit of gas, for the block's producer; at most <paramref name="maxFee"/>.</param>
    /// <param name="maxFee">A unit of gas, in all.</param>
    /// <param name="value">In units of 10⁻¹⁸.</param>
    /// <exception cref="ArgumentException">A number beyond its bound; the message says which.</exception>
    public static byte[] Build(ulong chainId, ulong nonce, Amount maxPriorityFee, Amount maxFee, Amount gasLimit, EvmAddress to, Amount value)
    {
        byte[] transaction =
        [
            (byte)EvmFormat.DynamicFee,
            .. RlpWriter.List(
            [
                .. RlpWriter.Integer(chainId), .. RlpWriter.Integer(nonce), .. RlpWriter.Integer(maxPriorityFee.Value), .. RlpWriter.Integer(maxFee.Value),
                .. RlpWriter.Integer(gasLimit.Value), .. RlpWriter.String(to.ToArray()), .. RlpWriter.Integer(value.Value), .. RlpWriter.String([]), .. RlpWriter.List([]),
            ]),
        ];
        // The reader's rules are the writer's too: nothing is built that no node would take.
        return EvmTransactionReader.TryRead(transaction, out _, out var problem) ? transaction : throw new ArgumentException(problem);
    }
}
