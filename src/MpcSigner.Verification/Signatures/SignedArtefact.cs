using System.Diagnostics.CodeAnalysis;
using MpcSigner.Chains;
using MpcSigner.Core.Requests;
using MpcSigner.Verification.Keys;

namespace MpcSigner.Verification.Signatures;

/// <summary>Puts a verified signature into its payload: the artefact is made here and not taken from the node that answered.</summary>
public static class SignedArtefact
{
    /// <param name="signed">Null where the payload has no such form or other signatures are missing.</param>
    /// <param name="problem">Why this signature cannot stand in this payload, for people.</param>
    public static bool TryAssemble(VerifiedKey key, RequestAction.Sign asked, ReadOnlyMemory<byte> signature,
        out SignedPayload? signed, [NotNullWhen(false)] out string? problem)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(asked);
        if (SignatureVerifier.TryFindKey(key, asked, out var signer, out var error))
            return SignedPayload.TryAssemble(asked.Kind, asked.Payload.Span, key.Record.Suite, signer.PublicKey.Encoded, signature, out signed, out problem);
        signed = null;
        problem = error.Message;
        return false;
    }
}
