using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>What an order of refresh, reshare or recovery names, checked (spec §9 "Authorisation", §10): nothing in it comes from the network.</summary>
/// <remarks>An instance is valid by construction. All lists ascend by pid, keys by id.</remarks>
public sealed record MaintenanceTerms
{
    private MaintenanceTerms(
        MaintenanceAction action, ProtocolKind protocol, Digest32 order, IReadOnlyList<(PartyId, NodeId)> dealers, int newThreshold,
        IReadOnlyList<(PartyId Pid, NodeId Nid)> newParties)
    {
        Protocol = protocol;
        Suite = action.Suite;
        Order = order;
        Keys = [.. action.Keys];
        OldThreshold = (byte)action.Threshold;
        OldParties = [.. action.Parties];
        Dealers = dealers;
        NewThreshold = (byte)newThreshold;
        NewParties = newParties;
        Members = [.. dealers.Concat(newParties).DistinctBy(party => party.Item1).OrderBy(party => party.Item1)];
        OldRoot = KeyRecordTree.Root([.. Keys.Select(key => key.RecordHash)]);
    }

    /// <summary>Refresh, reshare or recovery.</summary>
    public ProtocolKind Protocol { get; }

    public Suite Suite { get; }

    /// <summary>H(order).</summary>
    public Digest32 Order { get; }

    /// <summary>N keys, each with the generation and record that the order starts from.</summary>
    public IReadOnlyList<OrderedKey> Keys { get; }

    /// <summary>t.</summary>
    public byte OldThreshold { get; }

    /// <summary>All n of the present records.</summary>
    public IReadOnlyList<(PartyId Pid, NodeId Nid)> OldParties { get; }

    /// <summary>S: all n (refresh), exactly t (reshare), the helpers (recovery).</summary>
    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Dealers { get; }

    /// <summary>t′; t except in a reshare.</summary>
    public byte NewThreshold { get; }

    /// <summary>L′: who ends with new shares. Refresh: all n; recovery: the recovered party alone.</summary>
    public IReadOnlyList<(PartyId Pid, NodeId Nid)> NewParties { get; }

    /// <summary>Dealers and new parties: the session's participants.</summary>
    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Members { get; }

    /// <summary>KH_old of contexts and ACKs: the root over the old KH_k.</summary>
    public Digest32 OldRoot { get; }

    /// <summary>N.</summary>
    public int Count => Keys.Count;

    /// <summary>The generation of the record that key k has afterwards.</summary>
    public uint NewGeneration(int k) => Protocol == ProtocolKind.Recovery ? Keys[k].Generation : Keys[k].Generation + 1;

    /// <summary>The pid of a member, or null when the node has no part in the session.</summary>
    public PartyId? PidOf(NodeId nid)
    {
        foreach (var member in Members)
        {
            if (member.Nid == nid)
                return member.Pid;
        }
        return null;
    }

    public bool IsDealer(PartyId pid) => Contains(Dealers, pid);

    public bool IsNewParty(PartyId pid) => Contains(NewParties, pid);

    private static bool Contains(IReadOnlyList<(PartyId Pid, NodeId Nid)> list, PartyId pid)
    {
        foreach (var party in list)
        {
            if (party.Pid == pid)
                return true;
        }
        return false;
    }

    /// <summary>Checks everything that follows from the order alone. Whether its records and attempt are the present ones is the caller's to know.</summary>
    /// <param name="action">As decoded from an order whose signatures were verified.</param>
    /// <param name="order">H(order).</param>
    /// <param name="fault">The first thing found wrong; null if nothing is.</param>
    public static bool TryCreate(
        MaintenanceAction action, Digest32 order, [NotNullWhen(true)] out MaintenanceTerms? terms, out MaintenanceTermsFault? fault)
    {
        terms = null;
        fault = MaintenanceTermsRules.Judge(action);
        if (fault is not null)
            return false;
        terms = action switch
        {
            MaintenanceAction.Refresh refresh =>
                new(refresh, ProtocolKind.Refresh, order, [.. refresh.Parties], refresh.Threshold, [.. refresh.Parties]),
            MaintenanceAction.Reshare reshare =>
                new(reshare, ProtocolKind.Reshare, order, Find(reshare, reshare.Dealers), reshare.NewThreshold, [.. reshare.NewParties]),
            MaintenanceAction.Recover recover =>
                new(recover, ProtocolKind.Recovery, order, Find(recover, recover.Helpers), recover.Threshold, Find(recover, [recover.Recovered])),
            _ => throw new ArgumentException($"unknown action {action.GetType().Name}", nameof(action)),
        };
        return true;
    }

    private static IReadOnlyList<(PartyId, NodeId)> Find(MaintenanceAction action, IReadOnlyList<PartyId> pids) =>
        [.. action.Parties.Where(party => pids.Contains(party.Pid))];

    /// <summary>The same order: H(order) covers everything else.</summary>
    public bool Equals(MaintenanceTerms? other) => other is not null && Order == other.Order;

    public override int GetHashCode() => Order.GetHashCode();
}
