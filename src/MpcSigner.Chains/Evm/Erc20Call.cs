using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using MpcSigner.Core.Intents;

namespace MpcSigner.Chains.Evm;

/// <summary>Calls of a token contract (EIP-20), read only in the exact form that the ABI gives them: selector, 32-byte words, addresses padded with zeros.</summary>
/// <remarks>
/// Contracts ignore what follows their arguments, and old ones mask dirty padding: such calls would work, and are opaque all the same.
/// A contract of another kind may answer to the same selectors; of EIP-721's approve and transferFrom the amount is a token's number. That a contract
/// is a token, and which, is for the policy to say, by its address.
/// </remarks>
internal static class Erc20Call
{
    public const int SelectorSize = 4;

    private const int WordSize = 32;
    private const int Padding = WordSize - EvmAddress.Size;

    /// <summary>transfer(address,uint256).</summary>
    private const uint TransferSelector = 0xa9059cbb;

    /// <summary>approve(address,uint256).</summary>
    private const uint ApproveSelector = 0x095ea7b3;

    /// <summary>transferFrom(address,address,uint256).</summary>
    private const uint TransferFromSelector = 0x23b872dd;

    /// <param name="token">The contract called.</param>
    /// <param name="caller">The account that signs.</param>
    /// <returns>False for anything that is not exactly one of the three calls.</returns>
    public static bool TryRead(EvmAddress token, EvmAddress caller, ReadOnlySpan<byte> data, [NotNullWhen(true)] out Effect? effect)
    {
        effect = null;
        if (data.Length < SelectorSize)
            return false;
        var words = data[SelectorSize..];
        switch (BinaryPrimitives.ReadUInt32BigEndian(data))
        {
            case TransferSelector when words.Length == 2 * WordSize && TryAddress(words, 0, out var to):
                effect = new Effect.Transfer(token.ToString(), caller.ToString(), to.ToString(), Amount(words, 1));
                return true;
            case ApproveSelector when words.Length == 2 * WordSize && TryAddress(words, 0, out var spender):
                effect = new Effect.Allowance(token.ToString(), caller.ToString(), spender.ToString(), Amount(words, 1));
                return true;
            case TransferFromSelector when words.Length == 3 * WordSize && TryAddress(words, 0, out var owner) && TryAddress(words, 1, out var to):
                effect = new Effect.Transfer(token.ToString(), owner.ToString(), to.ToString(), Amount(words, 2));
                return true;
        }
        return false;
    }

    private static bool TryAddress(ReadOnlySpan<byte> words, int index, out EvmAddress address)
    {
        var word = words.Slice(index * WordSize, WordSize);
        address = new(word[Padding..]);
        return !word[..Padding].ContainsAnyExcept((byte)0);
    }

    private static Amount Amount(ReadOnlySpan<byte> words, int index) =>
        new(new BigInteger(words.Slice(index * WordSize, WordSize), isUnsigned: true, isBigEndian: true));
}
