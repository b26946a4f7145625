using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>A maintenance order as this node reads it: its terms, and what each node is in it. Made from the order's own bytes alone.</summary>
internal sealed class MaintenanceCase
{
    private MaintenanceCase(AuthenticatedOrder order, MaintenanceAction action, MaintenanceTerms terms) => (Order, Action, Terms) = (order, action, terms);

    public AuthenticatedOrder Order { get; }

    public MaintenanceAction Action { get; }

    public MaintenanceTerms Terms { get; }

    /// <summary>H(order).</summary>
    public Digest32 Hash => Terms.Order;

    public bool IsRecovery => Terms.Protocol == ProtocolKind.Recovery;

    /// <summary>Shares of nodes that may not know the keys: START carries what they are known by.</summary>
    public bool CarriesAnchors => Terms.Protocol != ProtocolKind.Refresh;

    /// <summary>It rests on a schedule and not on signatures: it abandons no other order.</summary>
    public bool IsScheduled => Order.Signed.Signatures.Count == 0;

    public IEnumerable<KeyId> KeyIds => Terms.Keys.Select(key => key.Key);

    /// <summary>N.</summary>
    public int Count => Terms.Keys.Count;

    /// <summary>The generation that the order makes of a key, or recovers.</summary>
    public uint Makes(OrderedKey key) => IsRecovery ? key.Generation : key.Generation + 1;

    public PartyId? MemberPid(NodeId nid) => Terms.PidOf(nid);

    public PartyId? OldPid(NodeId nid) => PidIn(Terms.OldParties, nid);

    /// <summary>Holds a share that this order makes.</summary>
    public bool GetsShare(NodeId nid) => PidIn(Terms.NewParties, nid) is not null;

    public bool Deals(NodeId nid) => PidIn(Terms.Dealers, nid) is not null;

    /// <summary>Has something to do with it: a member, or an old party that hears of it afterwards.</summary>
    public bool Concerns(NodeId nid) => MemberPid(nid) is not null || OldPid(nid) is not null;

    /// <summary>Old parties that are no members.</summary>
    public IEnumerable<NodeId> Outsiders => Terms.OldParties.Select(party => party.Nid).Where(nid => MemberPid(nid) is null);

    public NodeId? NidOf(PartyId pid)
    {
        foreach (var (member, nid) in Terms.Members)
        {
            if (member == pid)
                return nid;
        }
        return null;
    }

    /// <summary>Dealers whose ACKs the certificate carries beside those of the new record's parties; only a reshare has such.</summary>
    public IReadOnlyList<(PartyId Pid, NodeId Nid)> RecordedDealers => Terms.Protocol == ProtocolKind.Reshare ? Terms.Dealers : [];

    /// <summary>Reads the order's terms. That its members are nodes of the roster is checked too, for an order that is to begin.</summary>
    public static bool TryCreate(
        MachineContext context, AuthenticatedOrder order, bool begins, [NotNullWhen(true)] out MaintenanceCase? made, [NotNullWhen(false)] out ServiceError? error)
    {
        made = null;
        if (order.Body.Action is not MaintenanceAction action)
        {
            error = Refusals.Malformed("The order is not one of refresh, reshare and recovery.");
            return false;
        }
        if (!MaintenanceTerms.TryCreate(action, order.Hash, out var terms, out var fault))
        {
            error = new(Reason.BadOrder, $"The order's parameters are not in order ({fault}).", "Correct the order and have it signed again.");
            return false;
        }
        if (begins && terms.Members.FirstOrDefault(member => !context.Identities.ContainsKey(member.Nid)) is { Nid: var stranger } && stranger != default)
        {
            error = new(Reason.BadParticipants, $"The roster has no node {stranger}.", "Name nodes of the roster in force.");
            return false;
        }
        error = null;
        made = new(order, action, terms);
        return true;
    }

    private static PartyId? PidIn(IReadOnlyList<(PartyId Pid, NodeId Nid)> parties, NodeId nid)
    {
        foreach (var party in parties)
        {
            if (party.Nid == nid)
                return party.Pid;
        }
        return null;
    }
}
