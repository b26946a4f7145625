using System.Diagnostics.CodeAnalysis;
using MpcSigner.Chains.Evm;
using MpcSigner.Chains.Solana;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Chains;

/// <summary>A payload with its signature in place, as its network (or whoever asked for a message's signature) takes it.</summary>
/// <param name="Id">What its network calls it: a transaction's hash (Ethereum) or first signature (Solana); null for what has no name.</param>
public sealed record SignedPayload(ReadOnlyMemory<byte> Bytes, string? Id)
{
    /// <summary>Puts a verified signature into its payload. Where a format lets the sender be recovered from the signature, it must be the key's.</summary>
    /// <param name="publicKey">The encoded public key that signed (after derivation).</param>
    /// <param name="signature">As the suite encodes it: Ed25519 R ‖ z, ECDSA r ‖ s ‖ recovery id.</param>
    /// <param name="signed">Null where the payload has no such form, or asks for other signatures too.</param>
    /// <param name="problem">Why this signature cannot stand in this payload, for people: it must not leave.</param>
    public static bool TryAssemble(PayloadKind kind, ReadOnlySpan<byte> payload, Suite suite, ReadOnlySpan<byte> publicKey, ReadOnlyMemory<byte> signature,
        out SignedPayload? signed, [NotNullWhen(false)] out string? problem)
    {
        signed = null;
        problem = null;
        switch (kind)
        {
            case PayloadKind.Raw:
                return true;
            case PayloadKind.SolanaTransaction:
                var signatures = new Dictionary<SolanaAddress, ReadOnlyMemory<byte>> { [new(publicKey)] = signature };
                if (SolanaTransaction.TryAssemble(payload, signatures, out var transaction, out _))
                    signed = new(transaction.Bytes, transaction.Id);
                return true;
            case PayloadKind.EvmTransaction:
                return EvmAssembly.TryTransaction(payload, suite, publicKey, signature.Span, out signed, out problem);
            case PayloadKind.EvmMessage:
                return EvmAssembly.TryMessage(payload, suite, publicKey, signature.Span, out signed, out problem);
        }
        throw new ArgumentOutOfRangeException(nameof(kind), kind, "no decoder reads this kind, so nothing of it was signed");
    }
}
