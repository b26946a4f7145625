using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Core.Orders;

/// <summary>One key of a maintenance order: where the order starts from.</summary>
/// <param name="Generation">Of the record that is in use now. A refresh or reshare makes the next one; a recovery keeps it.</param>
/// <param name="RecordHash">KH of that record.</param>
public sealed record OrderedKey(KeyId Key, uint Generation, Digest32 RecordHash);

/// <summary>An order to change who holds which share of 1..1,000 keys of equal suite, t and parties (spec §9 "Authorisation", §10). It names everything: nothing comes from a coordinator.</summary>
/// <param name="Attempt">From 1. At most one order per (key, generation, attempt); recoveries of a generation are counted apart, since they make none.</param>
/// <param name="Keys">Ascending by key id, each once.</param>
/// <param name="Threshold">t of the present records.</param>
/// <param name="Parties">All n parties of the present records, ascending by pid.</param>
public abstract record MaintenanceAction(
    Suite Suite, uint Attempt, IReadOnlyList<OrderedKey> Keys, int Threshold, IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties) : RequestAction
{
    /// <summary>The same keys among the same nodes, new shares: all n take part (spec §10.1).</summary>
    public sealed record Refresh(
        Suite Suite, uint Attempt, IReadOnlyList<OrderedKey> Keys, int Threshold, IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties)
        : MaintenanceAction(Suite, Attempt, Keys, Threshold, Parties)
    {
        /// <summary>The roster's schedule it rests on, in place of signatures; null when administrators signed it.</summary>
        public ScheduleInstance? Schedule { get; init; }
    }

    /// <summary>From t holders to other nodes, another t′ or n′, in any overlap (spec §10.2).</summary>
    /// <param name="Dealers">S: exactly t of the present parties, ascending.</param>
    /// <param name="NewThreshold">t′, 2..n′.</param>
    /// <param name="NewParties">L′, ascending by pid. A pid in both lists is the same node, a node in both keeps its pid.</param>
    /// <param name="LowersThreshold">Must be said where t′ &lt; t, and only there.</param>
    public sealed record Reshare(
        Suite Suite, uint Attempt, IReadOnlyList<OrderedKey> Keys, int Threshold, IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties,
        IReadOnlyList<PartyId> Dealers, int NewThreshold, IReadOnlyList<(PartyId Pid, NodeId Nid)> NewParties, bool LowersThreshold)
        : MaintenanceAction(Suite, Attempt, Keys, Threshold, Parties);

    /// <summary>One party's lost shares, by t helpers that do not see them (spec §10.3).</summary>
    /// <param name="Helpers">S: exactly t of the present parties without <paramref name="Recovered"/>, ascending.</param>
    public sealed record Recover(
        Suite Suite, uint Attempt, IReadOnlyList<OrderedKey> Keys, int Threshold, IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties,
        IReadOnlyList<PartyId> Helpers, PartyId Recovered)
        : MaintenanceAction(Suite, Attempt, Keys, Threshold, Parties);
}

/// <summary>The <paramref name="Index"/>-th time of a schedule, from 0.</summary>
/// <param name="Roster">Hash of the roster that holds the schedule.</param>
public sealed record ScheduleInstance(Digest32 Roster, string Schedule, uint Index);
