using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Evidence;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Evidence;

/// <summary>Every identity key that a node ever had counts in court, and what is known of the time when it was in use is told.</summary>
public sealed class RosterIdentitiesTests : IDisposable
{
    private readonly Committee _committee = Committee.OfSize(3), _others = Committee.OfSize(3, "other keys");

    public void Dispose()
    {
        _committee.Dispose();
        _others.Dispose();
    }

    private NodeId Nid(int i) => _committee.Parties[i].Nid;

    private ReadOnlyMemory<byte> Key(Committee of, int i) => of.Identities[of.Parties[i].Nid].Bytes.ToArray();

    private RosterNode Node(int i, ReadOnlyMemory<byte> key, params ReadOnlyMemory<byte>[] former) =>
        new(Nid(i), $"node-{i}", key, [default], "h:1") { FormerIdentityKeys = former };

    private Roster Roster(uint version, params RosterNode[] nodes) =>
        new(new(new byte[32]), version, "cluster", [.. nodes.OrderBy(node => node.Nid)], [], []) { NamedCluster = new(new Bytes32([.. Enumerable.Repeat((byte)3, 32)])) };

    [Fact]
    public void A_key_is_known_from_the_first_roster_to_the_last_that_names_it()
    {
        var before = Key(_others, 1);
        var identities = new RosterIdentities(
        [
            Roster(3, Node(0, Key(_committee, 0)), Node(1, before)), Roster(4, Node(0, Key(_committee, 0)), Node(1, before)),
            Roster(5, Node(0, Key(_committee, 0)), Node(1, Key(_committee, 1), before)) with { FormerNodes = [new(Nid(2), "gone", [Key(_committee, 2), Key(_others, 2)])] },
        ]);
        Assert.Equal((5u, new ClusterId(new Bytes32([.. Enumerable.Repeat((byte)3, 32)]))), (identities.Version, identities.Cluster));
        var kept = Assert.Single(identities.KeysOf(Nid(0)));
        Assert.Equal((3u, 5u, true), (kept.From, kept.To, kept.IsPresent));
        var keys = identities.KeysOf(Nid(1));
        Assert.Equal([(5u, 5u, true), (3u, 4u, false)], keys.Select(key => (key.From!.Value, key.To!.Value, key.IsPresent)));
        Assert.Equal(before.ToArray(), keys[1].Key.Bytes.ToArray());
        Assert.Equal([(null, null, false), (null, null, false)], identities.KeysOf(Nid(2)).Select(key => (key.From, key.To, key.IsPresent)));
        Assert.Empty(identities.KeysOf(_others.Parties[0].Nid));
        Assert.Contains("since roster version 3", $"{kept}", StringComparison.Ordinal);
        Assert.Contains("3 to 4", $"{keys[1]}", StringComparison.Ordinal);
        Assert.Contains("before the rosters", $"{identities.KeysOf(Nid(2))[0]}", StringComparison.Ordinal);
        Assert.Equal(["node-0", "gone", $"{_others.Parties[0].Nid}"], new[] { Nid(0), Nid(2), _others.Parties[0].Nid }.Select(identities.NameOf));
    }

    [Fact]
    public void A_former_key_of_the_newest_roster_is_known_also_without_the_older_ones()
    {
        var identities = new RosterIdentities([Roster(5, Node(1, Key(_committee, 1), Key(_others, 1), Key(_committee, 1)))]);
        var keys = identities.KeysOf(Nid(1));
        Assert.Equal([(5u, true), (null, false)], keys.Select(key => (key.From, key.IsPresent)));
    }

    [Fact]
    public void What_a_node_signed_with_any_key_it_had_is_signed()
    {
        var identities = new RosterIdentities([Roster(5, Node(1, Key(_committee, 1), Key(_others, 1)))]);
        var statement = new Digest32([.. Enumerable.Repeat((byte)1, 32)]);
        byte[] Signed(Committee by, int i) => by.Identity(by.Pids[i]).Sign(statement);
        Assert.True(identities.HasEverSigned(Nid(1), statement, Signed(_committee, 1)));
        Assert.True(identities.HasEverSigned(Nid(1), statement, Signed(_others, 1)));
        Assert.False(identities.HasEverSigned(Nid(1), statement, Signed(_committee, 0)));
        Assert.False(identities.HasEverSigned(Nid(1), default, Signed(_committee, 1)));
        Assert.False(identities.HasEverSigned(Nid(1), statement, Signed(_committee, 1)[..63]));
        Assert.False(identities.HasEverSigned(Nid(1), statement, default));
        Assert.Null(identities.HasEverSigned(Nid(0), statement, Signed(_committee, 0)));
    }

    [Fact]
    public void No_roster_and_a_roster_with_a_key_that_is_none_are_the_callers_mistake()
    {
        Assert.Throws<ArgumentException>(() => new RosterIdentities([]));
        Assert.Throws<ArgumentException>(() => new RosterIdentities([Roster(5, Node(0, new byte[31]))]));
        Assert.Throws<ArgumentException>(() => new RosterIdentities([Roster(5, Node(0, Key(_committee, 0), new byte[31]))]));
    }

    /// <summary>A file of a session with a node that no roster at hand names judges nobody: whose keys count there is not known.</summary>
    [Fact]
    public void A_session_with_a_node_that_no_roster_names_is_judged_by_nobody()
    {
        using var scene = EvidenceScene.KeyGeneration(DkgCheat.Round2WrongShareForVictim);
        var file = scene.Files.First();
        foreach (var node in scene.Roster.Nodes)
        {
            var fewer = new EvidenceCourt(new([scene.Roster with { Nodes = [.. scene.Roster.Nodes.Where(other => other != node)] }]));
            Assert.Equal(EvidenceFinding.UnknownNode, fewer.Judge(file).Finding);
            Assert.Equal(EvidenceFinding.UnknownNode, Assert.Single(fewer.Compare(file, file)).Finding);
        }
        // A cheater that has changed its key since, or left, is convicted all the same, and the verdict tells which key it was.
        var cheater = scene.Committee.Nid(EvidenceScene.Cheater);
        var changed = scene.Roster with
        {
            Nodes = [.. scene.Roster.Nodes.Select(node => node.Nid == cheater ? node with { IdentityKey = Key(_others, 0), FormerIdentityKeys = [node.IdentityKey] } : node)],
        };
        var left = scene.Roster with
        {
            Nodes = [.. scene.Roster.Nodes.Where(node => node.Nid != cheater)], FormerNodes = [new(cheater, "gone", [scene.Roster.Find(cheater)!.IdentityKey])],
        };
        foreach (var roster in new[] { changed, left })
        {
            var verdict = new EvidenceCourt(new([roster])).Judge(file);
            Assert.Equal((true, cheater, false), (verdict.Convicts, verdict.Node!.Value, verdict.Identity!.IsPresent));
        }
    }
}
