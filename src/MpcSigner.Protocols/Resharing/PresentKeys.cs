using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Resharing;

/// <summary>The records that an order starts from, as points: P of each key, X of each party that the protocol asks about.</summary>
internal sealed class PresentKeys
{
    private readonly Dictionary<PartyId, GroupPoint[]> _publicShares;

    private PresentKeys(IReadOnlyList<KeyRecord> records, GroupPoint[] publicKeys, Dictionary<PartyId, GroupPoint[]> publicShares)
    {
        Records = records;
        PublicKeys = publicKeys;
        _publicShares = publicShares;
    }

    /// <summary>In key order.</summary>
    public IReadOnlyList<KeyRecord> Records { get; }

    /// <summary>P_k.</summary>
    public GroupPoint[] PublicKeys { get; }

    /// <summary>X_{pid,k} in key order, of a dealer or (recovery) the recovered party.</summary>
    public GroupPoint[] PublicShares(PartyId pid) => _publicShares[pid];

    /// <summary>Null unless every record is the order's, says what the order says, and holds points of the group.</summary>
    public static PresentKeys? Decode(IGroup group, MaintenanceTerms terms, IReadOnlyList<KeyRecord> records)
    {
        if (records.Count != terms.Count)
            return null;
        for (var k = 0; k < records.Count; k++)
        {
            if (!IsOrdered(terms, k, records[k]))
                return null;
        }
        PartyId[] asked = [.. terms.Dealers.Concat(terms.Protocol == ProtocolKind.Recovery ? terms.NewParties : []).Select(party => party.Pid)];
        var width = asked.Length + 1;
        var encoded = new byte[records.Count * width * group.PointSize];
        for (var k = 0; k < records.Count; k++)
        {
            var row = encoded.AsSpan(k * width * group.PointSize, width * group.PointSize);
            records[k].PublicKey.Span.CopyTo(row);
            for (var i = 0; i < asked.Length; i++)
                records[k].Find(asked[i])!.PublicShare.Span.CopyTo(row[((i + 1) * group.PointSize)..]);
        }
        var points = new GroupPoint?[records.Count * width];
        if (!group.DecodePoints(encoded, points))
            return null;
        return new(records, Column(points, 0, width), asked.Index().ToDictionary(one => one.Item, one => Column(points, one.Index + 1, width)));
    }

    private static GroupPoint[] Column(GroupPoint?[] points, int at, int width)
    {
        var column = new GroupPoint[points.Length / width];
        for (var k = 0; k < column.Length; k++)
            column[k] = points[k * width + at]!;
        return column;
    }

    /// <summary>KH_k is the order's, and so is what the order repeats of the record.</summary>
    public static bool IsOrdered(MaintenanceTerms terms, int k, KeyRecord record) =>
        record.Suite == terms.Suite && record.KeyId == terms.Keys[k].Key && record.Generation == terms.Keys[k].Generation
        && record.Threshold == terms.OldThreshold && record.Parties.Select(party => (party.Pid, party.Nid)).SequenceEqual(terms.OldParties)
        && KeyRecordHash.Compute(record) == terms.Keys[k].RecordHash;
}
