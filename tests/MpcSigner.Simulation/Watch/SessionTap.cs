using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Watch;

/// <summary>A protocol message at the moment its sender lets it go.</summary>
/// <param name="Request">The client's request that goes with a question.</param>
public sealed record SentMessage(
    SimulatedNode Sender, TappedSession Session, NodeId Recipient, MessageType Type, byte Round, ReadOnlyMemory<byte> Payload, SignedRequest? Request = null);

/// <summary>
/// Reads what nodes say to each other. A node's randomness follows from the seed, so the simulation knows each ephemeral key as it is drawn
/// and derives every session's keys beside the nodes; the nodes need no hook for it.
/// </summary>
public sealed class SessionTap(IReadOnlyDictionary<NodeId, Ed25519PublicKey> identities) : IDisposable
{
    /// <summary>A pair is used within the step that draws it, or soon after.</summary>
    private const int MaxDraws = 256;

    private readonly Dictionary<NodeId, List<byte[]>> _draws = [];
    private readonly Dictionary<SessionId, TappedSession> _sessions = [];

    /// <summary>To be told of every piece of randomness that a node draws.</summary>
    public void Drew(NodeId nid, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length != X25519KeyPair.SecretKeySize)
            return;
        if (!_draws.TryGetValue(nid, out var draws))
            _draws.Add(nid, draws = []);
        if (draws.Count == MaxDraws)
            draws.RemoveAt(0);
        draws.Add(bytes.ToArray());
    }

    /// <summary>To be shown every effect before it is done; the message, where it sends one of the sender's own: on a stream, or in a call on material made before.</summary>
    public SentMessage? Watch(SimulatedNode sender, NodeEffect effect) => effect switch
    {
        NodeEffect.SendFrame send => Watch(sender, send.Frame),
        NodeEffect.CallPeer { Body: PeerCall.PartialSign ask } => Read(sender, ask.Envelope) is { } question ? question with { Request = ask.Request } : null,
        NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned signed } => Read(sender, signed.Envelope),
        _ => null,
    };

    private SentMessage? Watch(SimulatedNode sender, SessionFrame frame)
    {
        switch (frame)
        {
            case SessionFrame.Open open:
                var first = Decode(open.InitiatorJoin);
                if (!_sessions.TryGetValue(first.Join.Terms.Session, out var opened))
                    _sessions.Add(first.Join.Terms.Session, opened = new(first.Join.Terms, open.Participants));
                Join(opened, sender, first.Join);
                return null;
            case SessionFrame.Join join:
                var signed = Decode(join.Bytes);
                Join(_sessions[signed.Join.Terms.Session], sender, signed.Join);
                return null;
            case SessionFrame.Joins joins:
                SignedJoin[] all = [.. joins.All.Select(Decode)];
                _sessions[all[0].Join.Terms.Session].Assemble(all, identities);
                return null;
            case SessionFrame.Envelope envelope:
                return Read(sender, envelope.Bytes);
            default:
                return null;
        }
    }

    private SentMessage? Read(SimulatedNode sender, ReadOnlyMemory<byte> envelope)
    {
        if (!EnvelopeHeader.TryRead(envelope.Span, out var header))
            throw new TapException("an envelope without a header");
        var session = _sessions[header.Session];
        // The envelopes of a pair setup name nobody, and nobody relays them.
        var isSetup = session.Terms.Protocol == ProtocolKind.PairSetup;
        if (!isSetup && session.NidOf(header.From) != sender.Nid)
            return null; // relayed: read when its sender sent it
        var recipient = isSetup ? session.Parties.First(party => party.Nid != sender.Nid).Nid : session.NidOf(header.To);
        using var message = session.Open(recipient, envelope.Span).Single();
        if (message.Type == MessageType.Start && session.Terms.Protocol == ProtocolKind.Dkg)
            session.Order = CreationStart.TryDecode(message.Payload.Span, out var start) ? start.Order : throw new TapException("a malformed START");
        return new(sender, session, recipient, message.Type, message.Round, message.Payload.Span.ToArray());
    }

    private void Join(TappedSession session, SimulatedNode sender, Join join)
    {
        if (join.Nid != sender.Nid || session.Knows(sender.Nid))
            return;
        // The pair was drawn last of all, or nearly so.
        var draws = _draws[sender.Nid];
        for (var i = draws.Count - 1; i >= 0; i--)
        {
            var pair = X25519KeyPair.FromSecret(draws[i]);
            if (pair.PublicKey == join.EphemeralKey)
            {
                session.Add(join, pair);
                draws.RemoveAt(i);
                return;
            }
            pair.Dispose();
        }
        throw new TapException($"{sender.Roster.Name} joined with a key that it never drew");
    }

    private static SignedJoin Decode(ReadOnlyMemory<byte> bytes) =>
        SignedJoin.TryDecode(bytes.Span, out var join) ? join : throw new TapException("a malformed join");

    public void Dispose()
    {
        foreach (var session in _sessions.Values)
            session.Dispose();
    }
}
