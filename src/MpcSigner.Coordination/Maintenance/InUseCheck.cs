using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Asks an order's new parties whether they have its generation in use, until t′ of them say so: then an honest one has, and no member gives the attempt up any more.</summary>
/// <remarks>A certificate alone does not say it: a member that refused the attempt to the others may hold one that they all have given up (<see cref="AttemptSettlement"/>).</remarks>
internal sealed class InUseCheck(Rooms rooms, MaintenanceCase order, Digest32 recordsRoot, Action<bool> done)
{
    /// <summary>The first to have it in use is the first to teach: the others are a moment behind.</summary>
    private const int MaxRounds = 6;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly HashSet<NodeId> _inUse = [];
    private int _outstanding;
    private int _round;

    public void Begin()
    {
        NodeId[] asked = [.. order.Terms.NewParties.Select(party => party.Nid).Where(nid => !_inUse.Contains(nid) && rooms.Peers.Find(nid) is not null)];
        _outstanding = asked.Length;
        foreach (var nid in asked)
        {
            rooms.Context.Call(nid, new PeerCall.AskMaintenance(order.Hash, order.Order.Signed), (_, reply) =>
            {
                if (reply is PeerReply.Maintenance { Answer: MaintenanceAnswer.Certified { Certificate: var shown } } && shown.Order == order.Hash && shown.RecordsRoot == recordsRoot)
                    _inUse.Add(nid);
                Answered();
            }, _ => Answered());
        }
        if (asked.Length == 0)
            End();
    }

    private void Answered()
    {
        if (--_outstanding == 0)
            End();
    }

    private void End()
    {
        if (_inUse.Count >= order.Terms.NewThreshold)
            done(true);
        else if (++_round == MaxRounds)
            done(false);
        else
            rooms.Context.StartTimer(Pause, Begin);
    }
}
