using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MpcSigner.Chains.Hashing;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;

namespace MpcSigner.Chains.Evm;

/// <summary>An unsigned transaction to its intent, and to the digest that ECDSA signs: Keccak-256 of the very bytes.</summary>
internal static class EvmDecoder
{
    public static bool TryDecode(ReadOnlySpan<byte> payload, Suite suite, ReadOnlySpan<byte> publicKey,
        [NotNullWhen(true)] out DecodedPayload? decoded, [NotNullWhen(false)] out ServiceError? error)
    {
        decoded = null;
        if (!TrySender(suite, publicKey, out var sender, out error))
            return false;
        if (!EvmTransactionReader.TryRead(payload, out var transaction, out var problem))
        {
            error = new(Reason.PayloadMalformed, $"Not an unsigned Ethereum transaction: {problem}.",
                "Send the transaction's unsigned serialization as the chain's own library makes it.");
            return false;
        }
        decoded = new(Intent(transaction, sender), Keccak256.HashData(payload));
        return true;
    }

    /// <summary>The account of the key that is to sign.</summary>
    public static bool TrySender(Suite suite, ReadOnlySpan<byte> publicKey, out EvmAddress sender, [NotNullWhen(false)] out ServiceError? error)
    {
        sender = default;
        error = null;
        if (suite != Suite.EcdsaSecp256k1)
        {
            error = new(Reason.PayloadKindNotAllowed, $"Ethereum payloads are signed with ECDSA on secp256k1; this key is of suite {suite}.", "Use an ECDSA key on secp256k1.");
            return false;
        }
        // The key comes from the node's own record: one that is no point is no payload's fault.
        return EvmAddress.TryFromPublicKey(publicKey, out sender) ? true : throw new ArgumentException("not a key on secp256k1", nameof(publicKey));
    }

    private static SigningIntent Intent(EvmTransaction transaction, EvmAddress sender) => new(
        transaction.ChainId is { } id ? ChainName.Evm(id) : ChainName.EveryEvm,
        [sender.ToString()],
        [.. Effects(transaction, sender)],
        transaction.MaxFee,
        transaction.ChainId is { } chain
            ? string.Create(CultureInfo.InvariantCulture, $"chain id {chain}, nonce {transaction.Nonce}")
            : string.Create(CultureInfo.InvariantCulture, $"every chain (no chain id: EIP-155 is not used), nonce {transaction.Nonce}"),
        Terms(transaction));

    /// <summary>Value that goes with a call moves whatever the call does; what it does else is opaque then, token or not.</summary>
    private static IEnumerable<Effect> Effects(EvmTransaction transaction, EvmAddress sender)
    {
        if (transaction.To is not { } to)
        {
            yield return new Effect.Opaque($"creation of a contract with {transaction.Value} of the native coin ({Print(transaction.Data.Span)})");
            yield break;
        }
        var isCall = !transaction.Data.IsEmpty;
        var hasValue = !transaction.Value.Value.IsZero;
        if (!isCall || hasValue)
            yield return new Effect.Transfer(EvmChain.NativeAsset, sender.ToString(), to.ToString(), transaction.Value);
        if (!isCall)
            yield break;
        yield return !hasValue && Erc20Call.TryRead(to, sender, transaction.Data.Span, out var effect)
            ? effect
            : new Effect.Opaque($"call of {to} with {transaction.Value} of the native coin ({Print(transaction.Data.Span)})");
    }

    /// <summary>What a person can look up, and a hash that stands for the rest.</summary>
    private static string Print(ReadOnlySpan<byte> data)
    {
        var selector = data.Length >= Erc20Call.SelectorSize ? "selector 0x" + Convert.ToHexStringLower(data[..Erc20Call.SelectorSize]) : "no selector";
        return $"{selector}, {data.Length} bytes of data, Keccak-256 0x{Convert.ToHexStringLower(Keccak256.HashData(data))}";
    }

    private static string Terms(EvmTransaction transaction)
    {
        var price = transaction.Format switch
        {
            EvmFormat.Legacy => $"legacy: gas limit {transaction.GasLimit} at {transaction.GasPrice}",
            EvmFormat.AccessList => $"EIP-2930: gas limit {transaction.GasLimit} at {transaction.GasPrice}",
            EvmFormat.DynamicFee => $"EIP-1559: gas limit {transaction.GasLimit} at most {transaction.GasPrice}, of it priority fee at most {transaction.MaxPriorityFee}",
        };
        return transaction.AccessList.Count == 0
            ? price
            : $"{price}; access list of {transaction.AccessList.Count} addresses with {transaction.AccessList.Sum(a => a.Keys)} storage keys, "
                + $"Keccak-256 0x{Convert.ToHexStringLower(Keccak256.HashData(transaction.AccessListItem.Span))}";
    }
}
