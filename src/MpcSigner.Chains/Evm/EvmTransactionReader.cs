using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using MpcSigner.Chains.Encoding;
using MpcSigner.Core.Intents;

namespace MpcSigner.Chains.Evm;

/// <summary>Reads unsigned transactions: the very bytes whose Keccak-256 is signed, in their one encoding and with no byte left over.</summary>
/// <remarks>
/// Items (EIP-2718 envelope: type byte, then the list):
/// legacy nonce, gasPrice, gasLimit, to, value, data, and with EIP-155 chainId, 0, 0;
/// 0x01 (EIP-2930) chainId, nonce, gasPrice, gasLimit, to, value, data, accessList;
/// 0x02 (EIP-1559) chainId, nonce, maxPriorityFeePerGas, maxFeePerGas, gasLimit, to, value, data, accessList.
/// </remarks>
internal ref struct EvmTransactionReader
{
    /// <summary>EIP-2681: the account's last nonce, 2^64−1, is never used.</summary>
    public const ulong MaxNonce = ulong.MaxValue - 1;

    public const int StorageKeySize = 32;

    /// <summary>Below it a first byte is a type (EIP-2718), from here on a legacy transaction's list.</summary>
    private const byte FirstList = 0xc0;

    private readonly ReadOnlySpan<byte> _bytes;
    private RlpReader _rlp;
    private string? _problem;

    private EvmTransactionReader(ReadOnlySpan<byte> bytes, int start)
    {
        _bytes = bytes;
        _rlp = new(bytes, start);
    }

    /// <summary>False with the reason, in words for people, when the bytes are not exactly one unsigned transaction.</summary>
    /// <param name="transaction">Its memory is its own.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out EvmTransaction? transaction, [NotNullWhen(false)] out string? problem)
    {
        transaction = null;
        problem = "it is empty";
        if (bytes.IsEmpty)
            return false;
        var format = bytes[0] switch
        {
            >= FirstList => EvmFormat.Legacy,
            (byte)EvmFormat.AccessList => EvmFormat.AccessList,
            (byte)EvmFormat.DynamicFee => EvmFormat.DynamicFee,
            _ => (EvmFormat?)null,
        };
        if (format is not { } known)
        {
            problem = $"it begins with byte 0x{bytes[0]:x2}; transactions of type 0x01 (EIP-2930), 0x02 (EIP-1559) and legacy ones (a list) are read";
            return false;
        }
        var reader = new EvmTransactionReader(bytes, known == EvmFormat.Legacy ? 0 : 1);
        transaction = reader.Read(known);
        problem = transaction is null ? reader._problem ?? reader._rlp.Problem ?? "it cannot be read" : null;
        return transaction is not null;
    }

    private EvmTransaction? Read(EvmFormat format)
    {
        if (!_rlp.TryEnter("the transaction"))
            return null;
        var start = _rlp.Offset;
        ulong? chainId = null;
        if (format != EvmFormat.Legacy && !TryChainId(out chainId))
            return null;
        if (!TryNonce(out var nonce))
            return null;
        BigInteger tip = default;
        if (format == EvmFormat.DynamicFee && !_rlp.TryInteger("maxPriorityFeePerGas", out tip))
            return null;
        if (!_rlp.TryInteger(format == EvmFormat.DynamicFee ? "maxFeePerGas" : "gasPrice", out var price)
            || !_rlp.TryInteger("gasLimit", out var gas)
            || !TryTo(out var to)
            || !_rlp.TryInteger("value", out var value)
            || !_rlp.TryString("data", out var data))
            return null;
        List<EvmAccess> accessList = [];
        var accessStart = _rlp.Offset;
        if (format != EvmFormat.Legacy && !TryAccessList(accessList))
            return null;
        var end = _rlp.Offset;
        if (format == EvmFormat.Legacy && !_rlp.AtEnd && !TryReplayProtection(out chainId))
            return null;
        if (!_rlp.AtEnd && format != EvmFormat.Legacy)
            return Fail($"{Left()} follow the access list: a signed transaction has three items more, and an unsigned one belongs here");
        if (!_rlp.TryLeave("the transaction"))
            return null;
        if (!_rlp.AtEnd)
            return Fail($"{Left()} follow the end of the transaction");
        if (format == EvmFormat.DynamicFee && tip > price)
            return Fail($"maxPriorityFeePerGas {tip} is above maxFeePerGas {price}");
        var fee = gas * price;
        if (fee >> (8 * RlpReader.MaxIntegerBytes) != 0)
            return Fail($"gas limit {gas} at {price} each costs 2^256 or more");
        return new(format, chainId, nonce, new(price), format == EvmFormat.DynamicFee ? new Amount(tip) : null, new(gas), new(fee),
            to, new(value), data.ToArray(), accessList, _bytes[accessStart..end].ToArray(), _bytes[start..end].ToArray());
    }

    private bool TryChainId(out ulong? chainId)
    {
        chainId = null;
        if (!_rlp.TryInteger("chainId", out var id))
            return false;
        if (id.IsZero || id > EvmChain.MaxId)
        {
            Fail($"chain id {id} is not one: 1..{EvmChain.MaxId} are");
            return false;
        }
        chainId = (ulong)id;
        return true;
    }

    /// <summary>EIP-155: chain id, 0, 0 in the places of the signature.</summary>
    private bool TryReplayProtection(out ulong? chainId)
    {
        if (!TryChainId(out chainId) || !_rlp.TryInteger("the first zero of EIP-155", out var r) || !_rlp.TryInteger("the second zero of EIP-155", out var s))
            return false;
        if (r.IsZero && s.IsZero)
            return true;
        Fail("after the chain id stand other values than the two zeros of EIP-155: a signed transaction, and an unsigned one belongs here");
        return false;
    }

    private bool TryNonce(out ulong nonce)
    {
        nonce = 0;
        if (!_rlp.TryInteger("nonce", out var value))
            return false;
        if (value > MaxNonce)
        {
            Fail($"nonce {value} is above 2^64-2, the last that an account uses");
            return false;
        }
        nonce = (ulong)value;
        return true;
    }

    private bool TryTo(out EvmAddress? to)
    {
        to = null;
        var at = _rlp.Offset;
        if (!_rlp.TryString("to", out var bytes))
            return false;
        if (bytes.Length is not (0 or EvmAddress.Size))
        {
            Fail($"to at byte {at} has {bytes.Length} bytes; an address has {EvmAddress.Size}, a contract's creation none");
            return false;
        }
        if (!bytes.IsEmpty)
            to = new(bytes);
        return true;
    }

    /// <summary>EIP-2930: a list of (address, list of storage keys). An address may come twice: the chain lets it, and charges it twice.</summary>
    private bool TryAccessList(List<EvmAccess> accesses)
    {
        if (!_rlp.TryEnter("the access list"))
            return false;
        while (!_rlp.AtEnd)
        {
            if (!_rlp.TryEnter("an access list entry") || !_rlp.TryFixed("the address of an access list entry", EvmAddress.Size, out var address)
                || !_rlp.TryEnter("the storage keys of an access list entry"))
                return false;
            var keys = 0;
            for (; !_rlp.AtEnd; keys++)
            {
                if (!_rlp.TryFixed("a storage key", StorageKeySize, out _))
                    return false;
            }
            if (!_rlp.TryLeave("the storage keys") || !_rlp.TryLeave("an access list entry"))
                return false;
            accesses.Add(new(new(address), keys));
        }
        return _rlp.TryLeave("the access list");
    }

    private readonly string Left() => $"{_bytes.Length - _rlp.Offset} bytes";

    private EvmTransaction? Fail(string problem)
    {
        _problem ??= problem;
        return null;
    }
}
