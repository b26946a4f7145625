using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;

namespace MpcSigner.Coordination.Jobs;

/// <summary>What the orders of one step must have in common.</summary>
internal static class StepTerms
{
    /// <summary>Null when the orders are attempts at one operation on the same keys, and this node can begin at least one of them.</summary>
    public static ServiceError? Judge(IReadOnlyList<AuthenticatedOrder> orders, NodeId self)
    {
        if (orders[0].Body.Action is not MaintenanceAction first)
            return Bad("it holds an order that is no refresh, reshare or recovery", "Give other orders as commands.");
        var attempt = first.Attempt;
        foreach (var order in orders)
        {
            if (order.Schedule is not null)
                return Bad("it holds an order that rests on a schedule", "Nodes run schedules by themselves.");
            if (order.Body.Action is not MaintenanceAction action || !IsSameOperation(first, action))
                return Bad("its orders are not attempts at one operation on the same keys", "Give each operation a step of its own.");
            if (order != orders[0] && action.Attempt <= attempt)
                return Bad("the attempts of its orders do not ascend", "Put the orders in the order of their attempts.");
            attempt = action.Attempt;
        }
        return orders.Any(order => Deals((MaintenanceAction)order.Body.Action, self)) ? null : new(Reason.WrongNode,
            "this node deals in none of its orders, and only a node that deals can run them", $"Give the job to one of {string.Join(", ", DealersOf(first))}.");
    }

    /// <summary>Whether the node takes part with shares of its own, as the one that runs an order must.</summary>
    public static bool Deals(MaintenanceAction action, NodeId node) => DealersOf(action).Contains(node);

    private static IEnumerable<NodeId> DealersOf(MaintenanceAction action) => action switch
    {
        MaintenanceAction.Refresh refresh => refresh.Parties.Select(party => party.Nid),
        MaintenanceAction.Reshare reshare => Named(reshare, reshare.Dealers),
        MaintenanceAction.Recover recover => Named(recover, recover.Helpers),
        _ => throw new InvalidOperationException("maintenance of no known kind"),
    };

    private static IEnumerable<NodeId> Named(MaintenanceAction action, IReadOnlyList<PartyId> pids) =>
        action.Parties.Where(party => pids.Contains(party.Pid)).Select(party => party.Nid);

    /// <summary>The same result of the same keys; who deals may differ from attempt to attempt, so that a silent party can be left out.</summary>
    private static bool IsSameOperation(MaintenanceAction a, MaintenanceAction b)
    {
        if (a.Suite != b.Suite || a.Threshold != b.Threshold || !a.Parties.SequenceEqual(b.Parties) || !a.Keys.SequenceEqual(b.Keys))
            return false;
        return (a, b) switch
        {
            (MaintenanceAction.Refresh, MaintenanceAction.Refresh) => true,
            (MaintenanceAction.Reshare x, MaintenanceAction.Reshare y) => x.NewThreshold == y.NewThreshold && x.NewParties.SequenceEqual(y.NewParties),
            (MaintenanceAction.Recover x, MaintenanceAction.Recover y) => x.Recovered == y.Recovered,
            _ => false,
        };
    }

    private static ServiceError Bad(string why, string nextStep) => new(Reason.BadOrder, why, nextStep);
}
