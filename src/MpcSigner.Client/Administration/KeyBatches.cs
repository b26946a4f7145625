using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Client.Administration;

/// <summary>Keys of equal suite, t and parties: what one order may name.</summary>
/// <param name="Keys">Ascending by id, 1..1,000.</param>
internal sealed record KeyBatch(IReadOnlyList<SurveyedKey> Keys)
{
    /// <summary>Below the 1 MiB of round 1, since a dealer sends it to up to 31 others, and one stream of a session brings at most 32 MiB.</summary>
    private const int MaxRecordBytes = 512 << 10;

    /// <summary>The list begins with its count.</summary>
    private const int MaxAnchorBytes = AnchorList.MaxBytes - 2;

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
            .SelectMany(g => Cut([.. g.OrderBy(k => k.Id.Value)])).Select(chunk => new KeyBatch(chunk)),
    ];

    /// <summary>A reshare or recovery shows all members the records of its keys, in one message of round 1, and their anchors, in START: an order must not name more than fit.</summary>
    private static IEnumerable<IReadOnlyList<SurveyedKey>> Cut(IReadOnlyList<SurveyedKey> keys)
    {
        List<SurveyedKey> batch = [];
        HashSet<Digest32> creations = [];
        var (records, anchors) = (0, 0);
        foreach (var key in keys)
        {
            var record = KeyRecordEncoding.Size(key.Record.Suite.Curve(), key.Record.Parties.Count);
            var anchor = AnchorList.Add(key.Anchor, creations);
            if (batch.Count == KeyLimits.MaxBatch || (batch.Count > 0 && (records + record > MaxRecordBytes || anchors + anchor > MaxAnchorBytes)))
            {
                yield return batch;
                (batch, creations, records, anchors) = ([], [], 0, 0);
                anchor = AnchorList.Add(key.Anchor, creations);
            }
            batch.Add(key);
            (records, anchors) = (records + record, anchors + anchor);
        }
        if (batch.Count > 0)
            yield return batch;
    }

    private static string GroupOf(SurveyedKey key) =>
        $"{(byte)key.Record.Suite}/{key.Record.Threshold}/{string.Join(",", key.Record.Parties.Select(p => $"{p.Pid.Value}:{p.Nid}"))}/{string.Join(",", key.Holders.Select(h => h.ToString()).Order(StringComparer.Ordinal))}";
}
