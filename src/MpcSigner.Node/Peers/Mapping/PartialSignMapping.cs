using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Wire.Errors;
using MpcSigner.Wire.Requests;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Peers.Mapping;

/// <summary>The one call of a signature. What is read has the right lengths and nothing more: the machine opens and judges it.</summary>
internal static class PartialSignMapping
{
    public static V1.PartialSignRequest ToWire(PeerCall.PartialSign call) => new()
    {
        Request = SignedRequestMapping.ToWire(call.Request),
        ClockMs = call.Clock.ToUnixTimeMilliseconds(),
        RosterHash = WireBytes.Of(call.Roster.Value),
        PolicyHash = WireBytes.Of(call.Policy.Value),
        CoordinatorInstance = WireBytes.Of(call.Coordinator.ToArray()),
        SignerInstance = WireBytes.Of(call.Signer.ToArray()),
        Envelope = WireBytes.Of(call.Envelope),
    };

    /// <param name="signed">The client's request, as it was read before.</param>
    public static bool TryRead(V1.PartialSignRequest message, SignedRequest signed, [NotNullWhen(true)] out PeerCall.PartialSign? call)
    {
        call = null;
        if (!WireBytes.ReadTime(message.ClockMs, out var clock) || !WireBytes.Read(message.RosterHash, out Digest32 roster)
            || !WireBytes.Read(message.PolicyHash, out Digest32 policy) || !WireBytes.Read(message.CoordinatorInstance, out InstanceId coordinator)
            || !WireBytes.Read(message.SignerInstance, out InstanceId signer) || message.Envelope.Length is 0 or > PeerCall.PartialSign.MaxEnvelopeBytes)
            return false;
        call = new(signed, clock, roster, policy, coordinator, signer, message.Envelope.ToByteArray());
        return true;
    }

    public static V1.PartialSignReply ToWire(PeerReply reply) => reply switch
    {
        PeerReply.PartiallySigned signed => new() { Envelope = WireBytes.Of(signed.Envelope) },
        PeerReply.AlreadySigned known => new() { KnownResult = WireBytes.Of(known.Signature) },
        PeerReply.NotSigned declined => new() { NotSigned = ErrorDetails.ToWire(declined.Error) },
        _ => throw new InvalidOperationException($"a question was answered by {reply.GetType().Name}"),
    };

    /// <summary>Null: the peer answered what cannot be understood.</summary>
    public static PeerReply? Read(V1.PartialSignReply message) => message.ReplyCase switch
    {
        V1.PartialSignReply.ReplyOneofCase.Envelope => message.Envelope.Length is > 0 and <= PeerCall.PartialSign.MaxEnvelopeBytes
            ? new PeerReply.PartiallySigned(message.Envelope.ToByteArray()) : null,
        V1.PartialSignReply.ReplyOneofCase.KnownResult => message.KnownResult.Length is > 0 and <= PeerCallMapping.MaxResultBytes
            ? new PeerReply.AlreadySigned(message.KnownResult.ToByteArray()) : null,
        V1.PartialSignReply.ReplyOneofCase.NotSigned => ErrorDetails.TryRead(message.NotSigned, out var error) ? new PeerReply.NotSigned(error) : null,
        V1.PartialSignReply.ReplyOneofCase.None => null,
    };
}
