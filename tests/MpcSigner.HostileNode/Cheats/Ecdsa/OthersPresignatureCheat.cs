using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Identities;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Cheats.Ecdsa;

/// <summary>A member of another initiator's presignatures that asks its fellow member to answer with one of them (spec §18.3): it knows every T2, and has a channel to the other.</summary>
internal sealed class OthersPresignatureCheat : Cheat
{
    /// <summary>What this node's own READY said: T2 of every presignature of the session.</summary>
    private readonly Dictionary<SessionId, List<Digest32>> _made = [];

    protected override byte[]? Says(SessionMessage message, Hand hand)
    {
        const int ready = Digest32.Size + 33;
        if (message is { Type: MessageType.Ready, Protocol: ProtocolKind.Presign } && !message.Session.IsInitiator)
        {
            _made[message.Session.Terms.Session] = [.. Enumerable.Range(0, message.Payload.Length / ready)
                .Select(k => new Digest32(message.Payload.AsSpan(k * ready, Digest32.Size)))];
        }
        return message.Payload;
    }

    public override NodeEvent? Hears(NodeEvent happened, Hand hand)
    {
        // The client's request comes with the initiator's question, and everything else that the call needs.
        if (happened is NodeEvent.PeerCalled { Body: PeerCall.PartialSign ask } && EnvelopeHeader.TryRead(ask.Envelope.Span, out var header)
            && hand.Sessions.Find(header.Session) is { } session && _made.Remove(header.Session, out var made))
        {
            foreach (var fellow in session.Peers.Where(nid => nid != session.Terms.Initiator))
            {
                // The last one: the first is the one that the initiator is about to use.
                var question = new OnlineRequest(QuestionCheat.Drawn(hand), made[^1], session.Terms.Subject, _asked, [], QuestionCheat.Drawn(hand), default);
                var envelope = session.Seal(fellow, MessageType.OnlineRequest, 0, new SigningAsk(question.Encode(), _acks).Encode());
                var theirs = new PeerCall.PartialSign(ask.Request, ask.Clock, ask.Roster, ask.Policy, session.Own.Instance, ask.Coordinator, envelope);
                hand.Call(fellow, theirs, answer => hand.Done(answer is NodeEvent.PeerAnswered { Reply: var reply } ? reply.GetType().Name : answer.GetType().Name));
            }
        }
        return happened;
    }

    private Bytes32 _asked;
    private IReadOnlyList<BookingAck> _acks = [];

    public override void Heard(SessionMessage message, Hand hand)
    {
        if (message.Type != MessageType.OnlineRequest || !SigningAsk.TryDecode(message.Payload, out var ask) || !OnlineRequest.TryDecode(ask.Request.Span, out var request))
            return;
        (_asked, _acks) = (request.Digest, ask.Acks);
    }
}
