using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Schedules;

/// <summary>Keys that are due, in batches that one order can name: equal suite, threshold and parties.</summary>
internal sealed class DueKeys
{
    /// <summary>Of one look; the others are due at the next.</summary>
    public const int MaxCount = 4 * KeyLimits.MaxBatch;

    private readonly List<List<KeyRow>> _batches = [];

    public int Count { get; private set; }

    public void Add(KeyRow row)
    {
        Count++;
        var batch = _batches.Find(open => open.Count < KeyLimits.MaxBatch && IsAlike(open[0].Record, row.Record));
        if (batch is null)
            _batches.Add(batch = []);
        batch.Add(row);
    }

    /// <summary>The largest first, so that few orders reach many keys.</summary>
    public IReadOnlyList<IReadOnlyList<KeyRow>> Batches => [.. _batches.OrderByDescending(batch => batch.Count)];

    private static bool IsAlike(KeyRecord a, KeyRecord b) => a.Suite == b.Suite && a.Threshold == b.Threshold
        && a.Parties.Select(Party).SequenceEqual(b.Parties.Select(Party));

    private static (PartyId, NodeId) Party(KeyParty party) => (party.Pid, party.Nid);
}
