using MpcSigner.Chains.Solana;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Verification.Keys;

namespace MpcSigner.Verification.Signatures;

/// <summary>Puts a verified signature into its payload: the artefact is made here and not taken from the node that answered.</summary>
public static class SignedArtefact
{
    /// <summary>The payload with its signature in place, as its network takes it; empty where the payload has no such form or other signatures are missing.</summary>
    public static ReadOnlyMemory<byte> Assemble(VerifiedKey key, RequestAction.Sign asked, ReadOnlyMemory<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(asked);
        if (asked.Kind != PayloadKind.SolanaTransaction || key.Record.Suite != Suite.FrostEd25519 || !SignatureVerifier.TryFindKey(key, asked, out var signer, out _))
            return default;
        var signatures = new Dictionary<SolanaAddress, ReadOnlyMemory<byte>> { [new(signer.PublicKey.Encoded)] = signature };
        return SolanaTransaction.TryAssemble(asked.Payload.Span, signatures, out var transaction, out _) ? transaction.Bytes : default;
    }
}
