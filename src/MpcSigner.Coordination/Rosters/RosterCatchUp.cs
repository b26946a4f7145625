using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Peers;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Rosters;

/// <summary>A peer has another roster in force: versions above our own are fetched from it, one a call, and each is judged like one that an administrator brings. Serves those that ask here.</summary>
internal sealed class RosterCatchUp(MachineContext context, PeerBook book, RosterRoom room)
{
    /// <summary>A peer whose roster was refused, or that has none for us, is not asked again for so long.</summary>
    private static readonly TimeSpan RefusedPause = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Above a roster of 4 MiB on a slow line.</summary>
    private static readonly TimeSpan FetchTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Rosters are read from the store whole: so many at a time.</summary>
    private const int MaxServed = 4;

    private readonly HashSet<NodeId> _asking = [];

    /// <summary>Showed another roster once more while it was asked: what it answers may be older than that.</summary>
    private readonly HashSet<NodeId> _again = [];
    private readonly Dictionary<NodeId, TimeSpan> _notBefore = [];

    /// <summary>Refused rosters are told once a peer and version of ours, or a peer could fill the log.</summary>
    private readonly HashSet<(NodeId Peer, uint Version)> _told = [];
    private int _served;

    /// <summary>A peer showed that it does not go by our roster. Which of us is behind its answer will tell.</summary>
    public void Differs(NodeId peer)
    {
        if (book.Find(peer) is null || (_notBefore.TryGetValue(peer, out var time) && context.Now.Elapsed < time))
            return;
        if (_asking.Add(peer))
            Ask(peer);
        else
            _again.Add(peer);
    }

    /// <summary>It has answered, or failed to. If it has gone on meanwhile, it is asked once more, after a moment.</summary>
    private void Asked(NodeId peer)
    {
        if (!_again.Remove(peer))
        {
            _asking.Remove(peer);
            return;
        }
        context.StartTimer(Pause, () =>
        {
            _asking.Remove(peer);
            Differs(peer);
        });
    }

    /// <summary>A peer asks for the first version from <paramref name="from"/> on that this node has accepted.</summary>
    public void Serve(CallId call, uint from)
    {
        var roster = context.Roster;
        if (from > roster.Version)
        {
            Answer(call, new PeerReply.Rosters(roster.Version, roster.Hash, null));
            return;
        }
        if (_served >= MaxServed)
        {
            Answer(call, new PeerReply.Refused(Refusals.Overloaded("rosters to send")));
            return;
        }
        _served++;
        context.Read([new StoreQuery.ListRosters(from)],
            answers =>
            {
                _served--;
                var row = ((StoreAnswer.Rosters)answers[0]).Rows.FirstOrDefault(row => row.Version == from);
                Answer(call, new PeerReply.Rosters(context.Roster.Version, context.Roster.Hash, row is null ? null : new(row.Bytes, row.Signatures)));
            },
            _ =>
            {
                _served--;
                Answer(call, new PeerReply.Refused(Refusals.Storage()));
            });
    }

    private void Ask(NodeId peer) => context.Call(peer, new PeerCall.FetchRosters(context.Roster.Version + 1),
        (_, reply) =>
        {
            if (reply is PeerReply.Rosters rosters)
                OnRosters(peer, rosters);
            else
                Asked(peer);
        },
        _ => Asked(peer),
        FetchTimeout);

    private void OnRosters(NodeId peer, PeerReply.Rosters rosters)
    {
        var ours = context.Roster;
        if (rosters.Next is { } next && rosters.Version > ours.Version)
        {
            room.Propose(next, error =>
            {
                if (error is not null)
                    Refused(peer, $"version {ours.Version + 1} of the roster, offered by node {context.NameOf(peer)}, is refused: {error.Message}");
                else if (rosters.Version > context.Roster.Version)
                    Ask(peer);
                else
                    Asked(peer);
            });
            return;
        }
        if (rosters.Version == ours.Version && rosters.Hash != ours.Hash)
            Refused(peer, $"the roster has forked: version {ours.Version} is {ours.Hash} here and {rosters.Hash} at node {context.NameOf(peer)}");
        else
            Asked(peer); // it is behind, or we are even by now, or it lacks what lies between
    }

    /// <summary>Loud: somebody has signed, or made up, a second history of the cluster.</summary>
    private void Refused(NodeId peer, string why)
    {
        _notBefore[peer] = context.Now.Elapsed + RefusedPause;
        Asked(peer);
        if (!_told.Add((peer, context.Roster.Version)))
            return;
        context.Observe(new Observation.RosterRefused(peer, why));
        context.Commit(new Batch().Log(AuditKind.RosterRefused, default, default, Journal.Text(why)));
    }

    private void Answer(CallId call, PeerReply reply) => context.Do(new NodeEffect.AnswerPeer(call, reply));
}
