using Grpc.Core;
using MpcSigner.Chains;
using MpcSigner.Client.Calls;
using MpcSigner.Client.Errors;
using MpcSigner.Client.Status;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;
using MpcSigner.Verification.Keys;
using MpcSigner.Verification.Signatures;
using MpcSigner.Wire.Requests;

namespace MpcSigner.Client.Signing;

/// <summary>A signature that was verified, and the names of the nodes that made it.</summary>
internal sealed record SignedAnswer(ReadOnlyMemory<byte> Signature, SignedPayload? Artefact, IReadOnlyList<string> Signers);

/// <summary>One signing request at one node; only a signature that verifies is an answer.</summary>
internal sealed class SigningCall(Roster roster, VerifiedKey key, RequestAction.Sign asked, SignedRequest signed)
{
    public async Task<SignedAnswer> RunAsync(NodeConnection node, CallOptions options)
    {
        var answer = await node.Signing.SignAsync(SignedRequestMapping.ToWire(signed), options);
        var signature = answer.Signature.ToByteArray();
        var verdict = SignatureVerifier.Verify(key, asked, signature);
        switch (verdict.Fault)
        {
            case SignatureFault.Valid:
                break;
            case SignatureFault.BadPayload:
                throw Failures.NotVerified($"Node {node.Node.Name} gave a signature over a payload that cannot be read here: {verdict.Error}");
            case SignatureFault.BadSignature:
                throw Failures.NotVerified($"Node {node.Node.Name} answered with something that is no signature of key {key.Record.KeyId} over this payload.");
            case SignatureFault.NotChecked:
                throw new InvalidOperationException("a signature without a verdict");
        }
        if (!SignedArtefact.TryAssemble(key, asked, signature, out var artefact, out var problem))
            throw Failures.NotVerified($"Node {node.Node.Name} answered with a signature of key {key.Record.KeyId} that cannot stand in this payload: {problem}.");
        return new(signature, artefact, [.. answer.Signers.Take(Roster.MaxNodes).Select(nid => StatusMapping.Name(roster, nid.Span))]);
    }
}
