using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.HostileNode.Host;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.HostileNode.Sessions;

/// <summary>Follows the node's sessions through its events and effects, and opens what is said to it and by it.</summary>
internal sealed class SessionWatch(NodeId self, IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities, RememberedDraws draws) : IDisposable
{
    private readonly Dictionary<SessionId, OwnSession> _sessions = [];
    private readonly Dictionary<StreamId, NodeId> _streams = [];

    public OwnSession? Find(SessionId id) => _sessions.GetValueOrDefault(id);

    /// <summary>The peer at the other end of a stream that this node opened.</summary>
    public NodeId PeerOf(StreamId stream) => _streams[stream];

    /// <summary>To be shown every event before the machine gets it; the messages that it brings.</summary>
    public IReadOnlyList<SessionMessage> Hears(NodeEvent happened)
    {
        switch (happened)
        {
            case NodeEvent.StreamOpened opened:
                _streams[opened.Stream] = opened.Peer;
                return [];
            case NodeEvent.FrameReceived { Frame: SessionFrame.Open open }:
                Begin(open);
                return [];
            case NodeEvent.FrameReceived { Frame: SessionFrame.Joins joins }:
                Assemble(joins);
                return [];
            case NodeEvent.FrameReceived { Frame: SessionFrame.Envelope envelope }:
                return Hear(envelope.Bytes);
            case NodeEvent.PeerCalled { Body: PeerCall.PartialSign ask }:
                return Hear(ask.Envelope);
            case NodeEvent.PeerAnswered { Reply: PeerReply.PartiallySigned signed }:
                return Hear(signed.Envelope);
            default:
                return [];
        }
    }

    /// <summary>To be shown every effect before it is done; the message, where it sends one of the node's own.</summary>
    public SessionMessage? Says(NodeEffect effect)
    {
        switch (effect)
        {
            case NodeEffect.OpenStream opened:
                _streams[opened.Stream] = opened.Peer;
                return null;
            case NodeEffect.SendFrame { Frame: SessionFrame.Open open }:
                Join(Begin(open), open.InitiatorJoin);
                return null;
            case NodeEffect.SendFrame { Frame: SessionFrame.Join join }:
                if (SignedJoin.TryDecode(join.Bytes.Span, out var signed) && Find(signed.Join.Terms.Session) is { } joined)
                    Join(joined, join.Bytes);
                return null;
            case NodeEffect.SendFrame { Frame: SessionFrame.Joins joins }:
                Assemble(joins);
                return null;
            case NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope }:
                return Read(envelope.Bytes);
            case NodeEffect.CallPeer { Body: PeerCall.PartialSign ask }:
                return Read(ask.Envelope);
            case NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned answer }:
                return Read(answer.Envelope);
            default:
                return null;
        }
    }

    private OwnSession? Begin(SessionFrame.Open open)
    {
        if (!SignedJoin.TryDecode(open.InitiatorJoin.Span, out var signed))
            return null;
        var id = signed.Join.Terms.Session;
        if (!_sessions.TryGetValue(id, out var session))
            _sessions.Add(id, session = new(signed.Join.Terms, open.Participants, self, signed.Join));
        return session;
    }

    private void Join(OwnSession? session, ReadOnlyMemory<byte> bytes)
    {
        if (session is not null && SignedJoin.TryDecode(bytes.Span, out var signed) && signed.Join.Nid == self && draws.TryTake(signed.Join.EphemeralKey, out var pair))
            session.Join(signed.Join, pair);
    }

    private void Assemble(SessionFrame.Joins frame)
    {
        List<SignedJoin> joins = [];
        foreach (var bytes in frame.All)
        {
            if (!SignedJoin.TryDecode(bytes.Span, out var join))
                return;
            joins.Add(join);
        }
        if (joins.Count > 0)
            Find(joins[0].Join.Terms.Session)?.Assemble(joins, identities);
    }

    private List<SessionMessage> Hear(ReadOnlyMemory<byte> envelope)
    {
        List<SessionMessage> heard = [];
        if (!EnvelopeHeader.TryRead(envelope.Span, out var header) || Find(header.Session) is not { HasKeys: true } session || header.To != session.NumberOf(self))
            return heard;
        foreach (var message in session.Hear(envelope.Span))
        {
            using (message)
                heard.Add(Remember(new(session, message.Sender, self, message.Type, message.Round, message.Payload.Span.ToArray())));
        }
        return heard;
    }

    private SessionMessage? Read(ReadOnlyMemory<byte> envelope)
    {
        if (!EnvelopeHeader.TryRead(envelope.Span, out var header) || Find(header.Session) is not { HasKeys: true } session || header.From != session.NumberOf(self))
            return null; // relayed
        var to = session.PeerOf(header.To);
        return Remember(new(session, self, to, header.Type, header.Round, session.ReadOwn(to, header, envelope.Span)));
    }

    private static SessionMessage Remember(SessionMessage message)
    {
        if (message.Type == MessageType.Start && message.Session.Start.IsEmpty)
            message.Session.Start = message.Payload;
        return message;
    }

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
            session.Dispose();
    }
}
