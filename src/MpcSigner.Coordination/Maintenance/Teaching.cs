using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Tells others by calls, where no session carries it, that an order is ACTIVE here. Best effort: members ask as well, and old parties outside the session are told again.</summary>
internal static class Teaching
{
    /// <summary>Certificate and DONE to all other members.</summary>
    public static void PushToMembers(Rooms rooms, MaintenanceOrder order)
    {
        if (order.Certificate is not { } certificate)
            return;
        var push = new PeerCall.PushMaintained(certificate, order.OwnDone, null);
        foreach (var (_, nid) in order.Case.Terms.Members)
        {
            if (nid != rooms.Context.Self && rooms.Peers.Find(nid) is not null)
                rooms.Context.Call(nid, push, static (_, _) => { }, static _ => { });
        }
    }

    /// <summary>Everything to an old party that was not in the session: order, certificate, records, and what the keys are known by.</summary>
    public static void Teach(Rooms rooms, MaintenanceCase order, NodeId pupil)
    {
        var context = rooms.Context;
        context.Read([new StoreQuery.FindMaintenance(order.Hash), new StoreQuery.FindOrderKeys(order.Hash)], answers =>
        {
            var row = ((StoreAnswer.Maintenance)answers[0]).Row;
            var keys = ((StoreAnswer.OrderKeys)answers[1]).Rows;
            // Rows may belong to a later generation by now: then that one's members teach.
            if (row is not { State: MaintenanceState.Active or MaintenanceState.Done } || keys.Count != order.Count)
                return;
            context.Read([new StoreQuery.FindAnchors([.. order.Terms.Keys.Select(key => key.Key)])], anchors =>
            {
                KeyAnchor[] known = [.. ((StoreAnswer.Anchors)anchors[0]).Values.OfType<KeyAnchor>()];
                if (known.Length != order.Count)
                    return;
                var certificate = OrderCertificates.FromKey(keys[0], row.RecordsRoot);
                context.Call(pupil,
                    new PeerCall.PushMaintained(certificate, MaintenanceAnswers.Done(context, order, row.RecordsRoot), new(order.Order.Signed, [.. keys.Select(key => key.Record)], known)),
                    static (_, _) => { }, static _ => { }, context.Settings.Maintenance.Deadline);
            }, static _ => { });
        }, static _ => { });
    }
}
