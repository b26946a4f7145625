using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Peers;

/// <summary>Greets every other node at start and every few seconds, and answers greetings: liveness, clocks, versions, documents in force.</summary>
internal sealed class Greetings(MachineContext context, PeerBook book, Announcements announcements, RosterAcks acks, RosterCatchUp catchUp)
{
    private readonly List<Action> _whenRoundEnds = [];
    private int _outstanding;

    /// <summary>Every peer has answered a greeting or failed to, once.</summary>
    public bool FirstRoundDone { get; private set; }

    public void Begin()
    {
        Round();
        Schedule();
        Settle();
    }

    /// <summary>Greets the peers that do not answer now, once more, and calls back when each has answered or failed.</summary>
    public void TryAgain(Action then)
    {
        _whenRoundEnds.Add(then);
        foreach (var peer in book.All)
        {
            if (!book.IsReachable(peer) || peer.ProblemKind == Reason.RosterMismatch)
                Greet(peer);
        }
        Settle();
    }

    /// <summary>A peer's greeting. Answered even if it has a problem, so that both sides know of it.</summary>
    public PeerReply Answer(NodeId nid, Digest32 tlsKey, Announcement announcement)
    {
        if (book.Find(nid) is not { } peer)
            return new PeerReply.Refused(Requests.Refusals.Malformed($"The roster has no other node {nid}."));
        if (Judge(peer, tlsKey, announcement) is { } error)
            return new PeerReply.Refused(error);
        book.Heard(peer);
        return new PeerReply.Hello(announcements.Own());
    }

    /// <summary>This node has something new to say of itself: all are told at once, and not only at the next round.</summary>
    public void Announce()
    {
        foreach (var peer in book.All)
        {
            peer.GreetAgain = peer.GreetingUnderWay;
            Greet(peer);
        }
    }

    private void Schedule() => context.StartTimer(context.Settings.HelloInterval, () =>
    {
        Round();
        Schedule();
    });

    private void Round()
    {
        foreach (var peer in book.All)
            Greet(peer);
    }

    private void Greet(Peer peer)
    {
        // Nobody opens to a node that has left, and nobody can verify one whose identity is not here.
        if (peer.GreetingUnderWay || context.Members.Obstacle is not null)
            return;
        peer.GreetingUnderWay = true;
        _outstanding++;
        var begun = context.Now.Elapsed;
        context.Call(peer.Nid, new PeerCall.Hello(announcements.Own()),
            (tlsKey, reply) => OnAnswer(peer, tlsKey, reply),
            why =>
            {
                // A lost greeting that times out says nothing of a peer that was heard meanwhile.
                if (peer.LastHeard is not { } heard || heard <= begun)
                    book.Silent(peer, why);
                Ended(peer);
            });
    }

    private void OnAnswer(Peer peer, Digest32 tlsKey, PeerReply reply)
    {
        switch (reply)
        {
            case PeerReply.Hello hello when Judge(peer, tlsKey, hello.Announcement) is { } error:
                book.Silent(peer, error.Message);
                break;
            case PeerReply.Hello:
                book.Heard(peer);
                break;
            case PeerReply.Refused refused:
                if (refused.Error.Reason == Reason.RosterMismatch)
                    catchUp.Differs(peer.Nid);
                peer.Judged(refused.Error with { Message = $"it refuses our greeting: {refused.Error.Message}" });
                book.Heard(peer);
                break;
            default:
                book.Silent(peer, "it answered a greeting with something else");
                break;
        }
        Ended(peer);
    }

    private void Ended(Peer peer)
    {
        peer.GreetingUnderWay = false;
        _outstanding--;
        if (peer.GreetAgain && book.Find(peer.Nid) == peer)
        {
            peer.GreetAgain = false;
            Greet(peer);
        }
        Settle();
    }

    private void Settle()
    {
        if (_outstanding > 0)
            return;
        FirstRoundDone = true;
        var waiting = _whenRoundEnds.ToArray();
        _whenRoundEnds.Clear();
        foreach (var then in waiting)
            then();
    }

    /// <summary>Null when the announcement is genuine and of the newest instance; what it says may still be a problem, which the peer then has.</summary>
    private ServiceError? Judge(Peer peer, Digest32 tlsKey, Announcement announcement)
    {
        if (announcements.Verify(announcement, peer.Nid, tlsKey) is { } forged)
        {
            if (forged.Reason == Reason.RosterMismatch)
                catchUp.Differs(peer.Nid);
            return forged;
        }
        if (book.Admit(peer.Nid, announcement.Instance, announcement.StartCounter) is { } superseded)
            return superseded;
        peer.Documents = (announcement.Roster, announcement.Policy);
        acks.Heard(announcement);
        peer.ClockDifference = announcement.Clock - context.Now.Wall;
        peer.Judged(announcement.MinVersion > Announcements.MaxVersion || announcement.MaxVersion < Announcements.MinVersion
            ? new(Reason.VersionMismatch,
                $"it speaks wire versions {announcement.MinVersion}..{announcement.MaxVersion}, this node {Announcements.MinVersion}..{Announcements.MaxVersion}",
                "Run nodes of compatible versions.")
            : book.JudgeClock(peer.Nid, announcement.Clock) ?? book.JudgeDocuments(peer.Nid, announcement.Roster, announcement.Policy));
        return null;
    }
}
