using MpcSigner.Coordination.Bookings;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Signing;

/// <summary>What a client is told when no quorum signed: one reason, and what each node said.</summary>
internal static class SigningFailure
{
    public static ServiceError Describe(
        Rooms rooms, SigningCase signing, IReadOnlyDictionary<NodeId, NodeReason> reasons, BookingQuorum bookings, Reason? late)
    {
        var nodes = new SortedDictionary<NodeId, NodeReason>();
        foreach (var party in signing.Record.Parties)
        {
            if (party.Nid == rooms.Context.Self)
                continue;
            if (reasons.TryGetValue(party.Nid, out var reason))
                nodes[party.Nid] = reason;
            else if (rooms.Peers.Find(party.Nid) is not { } peer || !rooms.Peers.IsUsable(peer))
                nodes[party.Nid] = rooms.Peers.WhyNot(party.Nid);
        }
        foreach (var reason in bookings.Reasons)
            nodes.TryAdd(reason.Node, reason);
        if (reasons.TryGetValue(rooms.Context.Self, out var own))
            nodes[own.Node] = own;
        return Summarise(signing, bookings, late, [.. nodes.Values], rooms.Context.Roster.BookingQuorum);
    }

    private static ServiceError Summarise(
        SigningCase signing, BookingQuorum bookings, Reason? late, IReadOnlyList<NodeReason> nodes, int bookingQuorum)
    {
        var t = signing.Record.Threshold;
        var down = string.Join(", ", nodes.Select(node => $"{node.NodeName} ({node.Message})"));
        // One reason that all give is the answer's; else it is that too few are left.
        if (nodes.Count > 0 && nodes.All(node => node.Reason == nodes[0].Reason)
            && nodes[0].Reason is Reason.PolicyDenied or Reason.ClockSkew or Reason.PolicyMismatch or Reason.RosterMismatch
                or Reason.IdempotencyConflict or Reason.RequestExpired or Reason.PayloadKindNotAllowed)
            return new(nodes[0].Reason, $"The other nodes refuse: {down}.", "See each node's reason.", nodes);
        if (late is not null)
            return new(late.Value, $"No {t} nodes signed in time: {down}.", "Ask again with the same idempotency key.", nodes);
        return bookings.IsOutOfReach && !bookings.IsReached
            ? new(Reason.TooFewNodes, $"{bookingQuorum} nodes must book a request; too few can: {down}.", "Bring the named nodes up, then ask again.", nodes)
            : new(Reason.TooFewNodes, $"{t} nodes must sign; too few can: {down}.", "Bring the named nodes up, then ask again with the same idempotency key.", nodes);
    }
}
