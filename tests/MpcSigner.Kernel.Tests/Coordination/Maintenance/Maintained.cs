using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>What has to hold of keys after maintenance, however it went: the measure of P10.</summary>
internal static class Maintained
{
    /// <summary>Little is made ahead: material costs most of a history's arithmetic, and here a key signs a few times in its life.</summary>
    public static MachineSettings Frugal { get; } = new() { Pools = new() { NonceLevel = 2, NonceBatch = 2, PresignatureLevel = 1, PresignBatch = 1 } };

    /// <summary>A cluster of so many nodes, of which the first n hold a key.</summary>
    public static (MiniCluster Mini, KeyRow Key) WithKey(int nodes, int t, int n, Suite suite = Suite.FrostEd25519, string seed = "maintenance", MachineSettings? settings = null)
    {
        var mini = new MiniCluster(nodes, seed, settings ?? Frugal);
        return (mini, Assert.Single(mini.CreateKeys(t, n, usage: KeyUsage.TransactionsAndRaw, suite: suite)));
    }

    /// <summary>The certified record in use at a node verifies, and it is of this generation.</summary>
    public static KeyRow InUse(MiniCluster mini, SimulatedNode node, KeyId key, uint generation)
    {
        var row = MiniCluster.RowOf(node, key);
        Assert.NotNull(row);
        Assert.Equal((KeyState.Active, generation), (row.State, row.Record.Generation));
        Assert.True(CommitCertificate.TryDecode(row.Certificate.Span, out var certificate));
        Assert.True(certificate.Verify(row.Record, nid => Ed25519PublicKey.Decode(mini.Cluster.Roster.Find(nid)!.IdentityKey.Span), row.Dealers).IsValid);
        return row;
    }

    /// <summary>Every party of a record in use holds its share of it, and the shares make the key.</summary>
    public static void AssertSharesOf(MiniCluster mini, KeyRow key)
    {
        var group = Groups.For(key.Record.Suite.Curve());
        var points = new GroupPoint[key.Record.Parties.Count];
        for (var i = 0; i < points.Length; i++)
        {
            var party = key.Record.Parties[i];
            using var share = mini.Cluster.Node(party.Nid).Store.OpenShare(key.Record.KeyId, key.Record.Generation);
            Assert.NotNull(share);
            points[i] = share.MultiplyBase();
            Assert.Equal(party.PublicShare.ToArray(), points[i].Encode());
        }
        Assert.True(group.TryDecodePoint(key.Record.PublicKey.Span, out var whole));
        Assert.True(PublicSharing.IsConsistent(group, key.Record.Threshold, [.. key.Record.Parties.Select(party => party.Pid)], points, whole));
    }

    /// <summary>Every t of the record's parties sign, each set alone: the others are cut off.</summary>
    public static void SignsWithEveryQuorum(MiniCluster mini, KeyRow key)
    {
        var script = mini.Script();
        foreach (var quorum in Quorums(key.Record))
        {
            HashSet<NodeId> alone = [.. quorum.Select(party => party.Nid)];
            // Bookings need more nodes than shares do: only what makes material and signatures is cut off.
            script.Loses = (from, to, what) => (what is NodeEffect.OpenStream or NodeEffect.SendFrame or PeerCall.PartialSign) && (!alone.Contains(from) || !alone.Contains(to));
            mini.Cluster.Time.Run(TimeSpan.FromSeconds(3)); // strikes and refills of the quorum before are over
            var coordinator = mini.Cluster.Node(quorum[0].Nid);
            var reply = mini.Ask(coordinator, mini.Sign(Raw(key.Record)));
            Assert.True(reply is ClientReply.Signed, $"quorum {string.Join(",", quorum.Select(party => party.Pid))}: {(reply as ClientReply.Refused)?.Error} {string.Join("; ", (reply as ClientReply.Refused)?.Error.Nodes ?? [])}");
            var signed = (ClientReply.Signed)reply;
            Assert.Equal(alone, signed.Signers.ToHashSet());
        }
        script.Loses = static (_, _, _) => false;
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(8));
    }

    /// <summary>One operation of each kind on a key of three parties: a refresh, a reshare by the first two to the first four nodes, a recovery of the third party by the first two.</summary>
    public static MaintenanceAction Action(MiniCluster mini, MaintenanceKind kind, KeyRow key, uint attempt) => kind switch
    {
        MaintenanceKind.Refresh => Administrators.Refresh([key], attempt),
        MaintenanceKind.Reshare => Administrators.Reshare([key], [new(1), new(2)], 2, ReshareTests.Parties(mini, 0, 1, 2, 3), attempt),
        MaintenanceKind.Recovery => Administrators.Recover([key], [new(1), new(2)], new(3), attempt),
    };

    public static RequestAction.Sign Raw(KeyRecord record, byte salt = 0) => new(record.KeyId, [], PayloadKind.Raw, Enumerable.Repeat((byte)(salt | 0x80), 32).ToArray());

    private static IEnumerable<IReadOnlyList<KeyParty>> Quorums(KeyRecord record)
    {
        for (var set = 0; set < 1 << record.Parties.Count; set++)
        {
            if (int.PopCount(set) == record.Threshold)
                yield return [.. record.Parties.Where((_, i) => (set >> i & 1) != 0)];
        }
    }
}

/// <summary>What administrators can order of shares.</summary>
public enum MaintenanceKind
{
    Refresh = 1,
    Reshare = 2,
    Recovery = 3,
}
