using MpcSigner.Chains;
using MpcSigner.Coordination.Requests;

namespace MpcSigner.Coordination.Signing;

/// <summary>Verifies finished signatures against what this node decoded itself, and builds what the client sends on.</summary>
internal static class SignatureCheck
{
    public static bool Holds(SigningCase signing, ReadOnlySpan<byte> signature) => signing.Verification.Verifies(signing.Payload.Message.Span, signature);

    /// <summary>The payload with its signature in place, or empty where it has no such form, asks for other signatures too, or cannot hold this one.</summary>
    public static ReadOnlyMemory<byte> Artefact(SigningCase signing, ReadOnlyMemory<byte> signature) =>
        SignedPayload.TryAssemble(
            signing.Action.Kind, signing.Action.Payload.Span, signing.Record.Suite, signing.Verification.PublicKey.Encoded, signature, out var signed, out _)
        && signed is not null ? signed.Bytes : default;
}
