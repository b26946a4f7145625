using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Schedules;

namespace MpcSigner.Coordination;

/// <summary>The node's view of itself and its peers, put together on demand.</summary>
internal static class StatusReport
{
    public static NodeStatus Of(Rooms rooms, OrderBook orders, ScheduleBook schedules, bool started)
    {
        var setup = rooms.Context.Setup;
        return new(
            setup.Nid, setup.Instance, setup.Stored.StartCounter, started && rooms.Greetings.FirstRoundDone, rooms.Context.Roster.Hash, setup.Policy.Hash,
            orders.Open + rooms.Maintenance.Open, rooms.Sessions.Live, rooms.Counters.Status,
            [.. rooms.Peers.All.Select(peer => new PeerStatus(
                peer.Nid, peer.Node.Name, rooms.Peers.IsReachable(peer), peer.Newest?.Instance, peer.ClockDifference,
                rooms.Peers.IsUsable(peer) ? "" : rooms.Peers.WhyNot(peer.Nid).Message))])
        {
            Standing = new(
                rooms.Context.Roster.Version, rooms.Context.Roster.Hash, rooms.RosterAcks.Nodes, rooms.Context.Roster.InForceQuorum,
                rooms.Context.Members.Obstacle?.Message ?? ""),
            Schedules = schedules.Status,
        };
    }
}
