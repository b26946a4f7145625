using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;

namespace MpcSigner.Client.Administration;

/// <summary>Keys of equal suite, t and parties: what one order may name.</summary>
/// <param name="Keys">Ascending by id, 1..1,000.</param>
internal sealed record KeyBatch(IReadOnlyList<SurveyedKey> Keys)
{
    public Suite Suite => Keys[0].Record.Suite;

    public int Threshold => Keys[0].Record.Threshold;

    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Parties { get; } = [.. Keys[0].Record.Parties.Select(p => (p.Pid, p.Nid))];

    /// <summary>Parties that hold every key of the batch in its present generation.</summary>
    public IReadOnlyList<(PartyId Pid, NodeId Nid)> Holders => [.. Parties.Where(p => Keys.All(k => k.Holders.Contains(p.Nid)))];

    /// <summary>One that no node has begun for any of the keys.</summary>
    public uint NextAttempt => Keys.Max(k => k.LastAttempt) + 1;

    public uint NextRecovery => Keys.Max(k => k.LastRecovery) + 1;

    public IReadOnlyList<OrderedKey> Ordered => [.. Keys.Select(k => new OrderedKey(k.Id, k.Record.Generation, k.RecordHash))];

    /// <summary>As few batches as the bounds allow. Keys that other nodes hold stand in batches of their own, so that one node's absence stops only its own.</summary>
    public static IReadOnlyList<KeyBatch> Of(IEnumerable<SurveyedKey> keys) =>
    [
        .. keys.GroupBy(GroupOf).OrderBy(g => g.Key, StringComparer.Ordinal)
            .SelectMany(g => g.OrderBy(k => k.Id.Value).Chunk(KeyLimits.MaxBatch)).Select(chunk => new KeyBatch(chunk)),
    ];

    private static string GroupOf(SurveyedKey key) =>
        $"{(byte)key.Record.Suite}/{key.Record.Threshold}/{string.Join(",", key.Record.Parties.Select(p => $"{p.Pid.Value}:{p.Nid}"))}/{string.Join(",", key.Holders.Select(h => h.ToString()).Order(StringComparer.Ordinal))}";
}
