using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Peers;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Sessions;

/// <summary>All live sessions by their streams; numbers those that begin here and bounds those that peers begin.</summary>
internal sealed class SessionTable(MachineContext context, PeerBook book, IParticipantRoom room) : IDisposable
{
    private readonly Dictionary<StreamId, (InitiatorSession Session, NodeId Peer)> _ours = [];
    private readonly Dictionary<StreamId, ParticipantSession> _theirs = [];
    private ulong _sequence;

    public SessionWindows Windows { get; } = new(context.Setup.Stored.SessionWindows);

    public int Live => _ours.Values.Select(leg => leg.Session).Distinct().Count() + _theirs.Count;

    /// <summary>Begins a session with ourselves as initiator; the owner is called from the joins on.</summary>
    public InitiatorSession Open(
        ISessionOwner owner, ProtocolKind protocol, Suite suite, Digest32 subject, IReadOnlyList<(PartyId Pid, NodeId Nid)> parties)
    {
        Span<byte> random = stackalloc byte[SessionIds.RandomSize];
        context.Setup.Random.Fill(random);
        var id = SessionIds.Compose(context.Setup.Stored.StartCounter, ++_sequence, random);
        return new(context, book, this, owner, new(protocol, suite, context.Roster.Cluster, id, context.Self, subject), parties);
    }

    public void Add(StreamId stream, InitiatorSession session, NodeId peer)
    {
        _ours.Add(stream, (session, peer));
        if (book.Find(peer) is { } known)
            known.LiveSessions++;
    }

    public void Remove(StreamId stream)
    {
        if (_ours.Remove(stream, out var leg) && book.Find(leg.Peer) is { } known)
            known.LiveSessions--;
        _theirs.Remove(stream);
    }

    /// <summary>A peer opened a stream.</summary>
    public void Opened(StreamId stream, NodeId peer)
    {
        var error = context.Members.Obstacle is { } obstacle ? obstacle
            : book.Find(peer) is null ? Refusals.Malformed($"The roster has no other node {peer}.")
            : _theirs.Count >= context.Settings.MaxLiveSessions || _theirs.Values.Count(session => session.Initiator == peer) >= context.Settings.MaxSessionsPerPeer
                ? Refusals.Overloaded("live sessions")
                : null;
        if (error is not null)
        {
            context.Do(new NodeEffect.SendFrame(stream, new SessionFrame.Refuse(error)));
            context.Do(new NodeEffect.CloseStream(stream));
            return;
        }
        var session = new ParticipantSession(context, book, this, room, stream, peer);
        _theirs.Add(stream, session);
        session.Begin();
    }

    /// <summary>A frame for a stream that we have ended is late, and ignored.</summary>
    public void Receive(StreamId stream, SessionFrame frame)
    {
        if (_ours.TryGetValue(stream, out var leg))
            leg.Session.Receive(leg.Peer, frame);
        else if (_theirs.TryGetValue(stream, out var session))
            session.Receive(frame);
    }

    public void Closed(StreamId stream, string reason)
    {
        if (_ours.TryGetValue(stream, out var leg))
            leg.Session.StreamClosed(leg.Peer, reason);
        else if (_theirs.TryGetValue(stream, out var session))
            session.StreamClosed(reason);
    }

    /// <summary>A newer instance of a peer was seen: sessions of its older ones end.</summary>
    public void PeerRenewed(NodeId peer)
    {
        if (book.Find(peer)?.Newest is not { } newest)
            return;
        foreach (var session in _theirs.Values.Where(s => s.Initiator == peer && s.InitiatorStart != 0 && s.InitiatorStart < newest.StartCounter).ToArray())
            session.Refuse(Refusals.Superseded(context.NameOf(peer), newest.StartCounter, session.InitiatorStart));
    }

    /// <summary>A peer has left the cluster: what it takes part in ends.</summary>
    public void PeerLeft(NodeId peer)
    {
        foreach (var session in _theirs.Values.Where(s => s.Initiator == peer || s.Parties.Any(party => party.Nid == peer)).ToArray())
            session.Refuse(Refusals.NoMember(context.NameOf(peer), context.Roster.Version));
        foreach (var session in _ours.Values.Where(leg => leg.Peer == peer).Select(leg => leg.Session).Distinct().ToArray())
            session.PeerLeft(peer);
    }

    /// <summary>This node takes part in nothing any more.</summary>
    public void EndAll(ServiceError why)
    {
        foreach (var session in _theirs.Values.ToArray())
            session.Refuse(why);
        foreach (var peer in _ours.Values.Select(leg => leg.Peer).Distinct().ToArray())
        {
            foreach (var session in _ours.Values.Where(leg => leg.Peer == peer).Select(leg => leg.Session).ToArray())
                session.PeerLeft(peer);
        }
    }

    public void Dispose()
    {
        foreach (var session in _ours.Values.Select(leg => leg.Session).Distinct().ToArray())
            session.Dispose();
        foreach (var session in _theirs.Values.ToArray())
            session.Dispose();
        _ours.Clear();
        _theirs.Clear();
    }
}
