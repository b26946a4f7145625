using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Promises;

/// <summary>Of each generation the shares on the disks are those of the record and interpolate to the key that was made; shares of two generations do not.</summary>
public sealed class GenerationsFit(World world) : Promise(world)
{
    public override string Name => "P10_The_shares_of_a_generation_make_the_key";

    public override void AtEnd()
    {
        foreach (var key in World.Honest.SelectMany(node => node.Store.Keys).GroupBy(row => row.Record.KeyId))
        {
            var first = key.First().Record;
            Require(key.All(row => row.Record.PublicKey.Span.SequenceEqual(first.PublicKey.Span) && row.Record.ChainCode == first.ChainCode), $"key {key.Key} has changed");
            foreach (var row in World.Honest.SelectMany(node => node.Store.Keys.Where(row => row.Record.KeyId == key.Key).Select(row => (Node: node, Row: row))))
                RequireShareOfRecord(row.Node, row.Row);
            KeyRow[] generations = [.. key.Where(row => !row.Certificate.IsEmpty).DistinctBy(row => row.RecordHash).OrderBy(row => row.Record.Generation)];
            foreach (var row in generations)
                RequireConsistent(row.Record);
            foreach (var (one, other) in generations.Zip(generations.Skip(1)))
                RequireNoMixture(one.Record, other.Record);
        }
    }

    private void RequireShareOfRecord(Host.SimulatedNode node, KeyRow row)
    {
        using var share = node.Store.OpenShare(row.Record.KeyId, row.Record.Generation);
        Require(share is null || row.State is KeyState.Active or KeyState.Retired or KeyState.Pending, $"{node.Roster.Name} has a share of generation {row.Record.Generation}, which is {row.State}");
        if (share is not null)
        {
            Require(row.Record.Find(node.Nid) is { } party && share.MultiplyBase().Encoded.SequenceEqual(party.PublicShare.Span),
                $"{node.Roster.Name}'s share of generation {row.Record.Generation} is not the record's");
        }
    }

    private void RequireConsistent(KeyRecord record)
    {
        var group = Groups.For(record.Suite.Curve());
        PartyId[] pids = [.. record.Parties.Select(party => party.Pid)];
        GroupPoint[] shares = [.. record.Parties.Select(party => Point(group, party.PublicShare))];
        Require(PublicSharing.IsConsistent(group, record.Threshold, pids, shares, Point(group, record.PublicKey)), $"the shares of generation {record.Generation} do not make the key");
    }

    /// <summary>t − 1 shares of one generation and one of the next, as far as the same nodes hold both: no t of them make the key.</summary>
    private void RequireNoMixture(KeyRecord one, KeyRecord other)
    {
        var both = one.Parties.Where(party => other.Find(party.Pid) is not null).ToArray();
        var t = Math.Max(one.Threshold, other.Threshold);
        if (both.Length < t)
            return;
        var group = Groups.For(one.Suite.Curve());
        for (var at = 0; at < t; at++)
        {
            PartyId[] pids = [.. both.Take(t).Select(party => party.Pid)];
            GroupPoint[] mixed = [.. pids.Select((pid, i) => Point(group, (i == at ? other : one).Find(pid)!.PublicShare))];
            Require(group.LinearCombinationPublic(PublicSharing.LagrangeCoefficients(group, pids), mixed) != Point(group, one.PublicKey),
                $"shares of generations {one.Generation} and {other.Generation} together make the key");
        }
    }

    private static GroupPoint Point(IGroup group, ReadOnlyMemory<byte> encoded) =>
        group.TryDecodePoint(encoded.Span, out var point) ? point : throw new FormatException("a record's point does not decode");
}
