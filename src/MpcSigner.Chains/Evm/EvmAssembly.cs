using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using MpcSigner.Chains.Encoding;
using MpcSigner.Chains.Hashing;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Chains.Evm;

/// <summary>Puts an ECDSA signature into a transaction or beside a message. The chain knows the sender only by recovering it, so that is done here first.</summary>
internal static class EvmAssembly
{
    /// <summary>v of EIP-191 messages and of legacy transactions without EIP-155: 27 + parity of y(R).</summary>
    private const int OldV = 27;

    /// <summary>EIP-155: v = 35 + 2 · chain id + parity of y(R).</summary>
    private const int ReplayProtectedV = 35;

    /// <summary>The signed transaction as <c>eth_sendRawTransaction</c> takes it, and its hash.</summary>
    public static bool TryTransaction(ReadOnlySpan<byte> payload, Suite suite, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signature,
        [NotNullWhen(true)] out SignedPayload? signed, [NotNullWhen(false)] out string? problem)
    {
        signed = null;
        if (!EvmTransactionReader.TryRead(payload, out var transaction, out problem)
            || !TryJudge(Keccak256.HashData(payload), suite, publicKey, signature, out var judged, out problem))
            return false;
        var v = transaction switch
        {
            { Format: not EvmFormat.Legacy } => judged.RecoveryId,
            { ChainId: { } id } => new BigInteger(id) * 2 + ReplayProtectedV + judged.RecoveryId,
            _ => new BigInteger(OldV + judged.RecoveryId),
        };
        var list = RlpWriter.List([.. transaction.SignedItems.Span, .. RlpWriter.Integer(v), .. Integer(judged.R), .. Integer(judged.S)]);
        byte[] bytes = transaction.Format == EvmFormat.Legacy ? list : [(byte)transaction.Format, .. list];
        signed = new(bytes, EvmAddress.Prefix + Convert.ToHexStringLower(Keccak256.HashData(bytes)));
        return true;
    }

    /// <summary>r ‖ s ‖ v, 65 bytes, as <c>personal_sign</c> answers.</summary>
    public static bool TryMessage(ReadOnlySpan<byte> message, Suite suite, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signature,
        [NotNullWhen(true)] out SignedPayload? signed, [NotNullWhen(false)] out string? problem)
    {
        signed = null;
        if (!TryJudge(EvmMessage.Digest(message), suite, publicKey, signature, out var judged, out problem))
            return false;
        signed = new((byte[])[.. judged.EncodeCompact(), (byte)(OldV + judged.RecoveryId)], Id: null);
        return true;
    }

    /// <summary>A signature that the chain accepts, and from which it recovers this very key.</summary>
    private static bool TryJudge(ReadOnlySpan<byte> digest, Suite suite, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> encoded,
        [NotNullWhen(true)] out EcdsaSignature? signature, [NotNullWhen(false)] out string? problem)
    {
        signature = null;
        problem = null;
        if (suite != Suite.EcdsaSecp256k1)
            problem = $"a key of suite {suite} signs nothing of Ethereum's";
        else if (!EcdsaSignature.TryDecode(Groups.For(suite.Curve()), encoded, out var read))
            problem = "it is no ECDSA signature with recovery id";
        else if (!read.IsLowS)
            problem = "its s is the high one, which EIP-2 forbids";
        else if (read.RecoveryId > 1)
            problem = "x(R) is not below the group's order, which Ethereum cannot express; sign again";
        else if (!read.TryRecover(digest, out var recovered) || !recovered.Encoded.SequenceEqual(publicKey))
            problem = "the sender recovered from it is not the key's account";
        else
            signature = read;
        return problem is null;
    }

    private static byte[] Integer(PublicScalar scalar) => RlpWriter.Integer(new BigInteger(scalar.Encode(), isUnsigned: true, isBigEndian: true));
}
