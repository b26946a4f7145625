using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Core.Audit;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A member, or the coordinator, that cheats in refresh, reshare and recovery (spec §10, §18.3): blamed by those it cheated, the old generation signs on, and the next attempt does it.</summary>
[Trait("tier", "hostile")]
[Trait("row", "T09@refresh")]
[Trait("row", "T27a@refresh")]
[Trait("row", "T27c@refresh")]
[Trait("row", "T27b@reshare")]
[Trait("row", "T27c@reshare")]
[Trait("row", "T27d@recovery")]
[Trait("row", "T27e@recovery")]
[Trait("row", "T27c@recovery")]
[Trait("row", "F-ForeignShareDealt")]
[Trait("row", "F-BadRecoverySum")]
[Collection(OneAtATime.Name)]
public class MaintenanceTests(HostileRotation rotation) : IClassFixture<HostileRotation>
{
    private static readonly string[] Parties = ["a", "b", "c"];

    private HostileCluster Hostile => rotation.Hostile;

    /// <summary>T26b is a polynomial with a point more: there is no place for a constant term but that one.</summary>
    [Theory]
    [InlineData("T26b@refresh", KeySuite.Ed25519, FaultKind.MalformedMessage)]
    [InlineData("T26f@refresh", KeySuite.EcdsaSecp256k1, FaultKind.BadDealtShare)]
    [InlineData("T26a@refresh", KeySuite.Taproot, FaultKind.BadOpening)]
    [InlineData("T26d@refresh", KeySuite.EcdsaP256, FaultKind.MalformedMessage)]
    [InlineData("T09@refresh", KeySuite.Ed25519, null)]
    [InlineData("T26g-dealings@refresh", KeySuite.Ed25519, null)]
    [InlineData("F-BadIdentitySignature@refresh", KeySuite.Ed25519, FaultKind.BadIdentitySignature)]
    [InlineData("F-ConflictingMessages@refresh", KeySuite.Ed25519, FaultKind.ConflictingMessages)]
    public async Task A_member_that_cheats_in_a_refresh_is_blamed_and_the_old_generation_stays(string cheat, KeySuite suite, FaultKind? kind)
    {
        var key = Assert.Single(await rotation.CreateAsync(suite, 1));
        await rotation.RejectsAsync(cheat, key, () => rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(key), "c"), kind);
        await rotation.CompleteAsync(await rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(key), "c"), "c");
        await rotation.InUseAsync(key, 1, Parties);
        await rotation.SignsAsync(key);
    }

    [Theory]
    [InlineData("T27-foreign@reshare", KeySuite.Ed25519, FaultKind.ForeignShareDealt)]
    [InlineData("T26f@reshare", KeySuite.EcdsaSecp256k1, FaultKind.BadDealtShare)]
    [InlineData("T26c@reshare", KeySuite.Ed25519, FaultKind.MalformedMessage)]
    public async Task A_dealer_that_cheats_in_a_reshare_is_blamed_and_the_old_generation_stays(string cheat, KeySuite suite, FaultKind? kind)
    {
        var key = Assert.Single(await rotation.CreateAsync(suite, 1));
        await rotation.RejectsAsync(cheat, key, ComposeAsync, kind);
        await rotation.CompleteAsync(await ComposeAsync(), "c");
        await rotation.InUseAsync(key, 1, Parties);
        await rotation.SignsAsync(key);

        Task<JobFile> ComposeAsync() => rotation.Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = Parties, Dealers = ["a", "c"] }, "c");
    }

    /// <summary>START says what no order says: refused before round 1, whoever signed the order.</summary>
    [Theory]
    [InlineData("T21a@reshare")]
    [InlineData("T21b@reshare")]
    [InlineData("T21c@reshare")]
    [InlineData("T21d@reshare")]
    [Trait("row", "T21a@reshare")]
    [Trait("row", "T21b@reshare")]
    [Trait("row", "T21c@reshare")]
    [Trait("row", "T21d@reshare")]
    public async Task A_START_that_does_not_follow_from_the_order_is_refused_before_anything_is_begun(string cheat)
    {
        var key = Assert.Single(await rotation.CreateAsync(KeySuite.Ed25519, 1));
        await rotation.RejectsAsync(cheat, key,
            () => rotation.Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = Parties, Dealers = ["a", "c"] }, "c"), null);
        foreach (var node in Hostile.Honest)
            Assert.DoesNotContain(await Hostile.SeenAsync(node), entry => entry.Kind is AuditKind.OrderBegun or AuditKind.OrderAcknowledged);
    }

    /// <summary>A bad relay of a refresh: what comes through, comes through once and in order; what does not, ends the attempt.</summary>
    [Theory]
    [InlineData("T28b@refresh")]
    [InlineData("T28c@refresh")]
    [InlineData("T28e@refresh")]
    [InlineData("T28f@refresh")]
    [InlineData("T28h@refresh")]
    [Trait("row", "T28b@refresh")]
    [Trait("row", "T28c@refresh")]
    [Trait("row", "T28e@refresh")]
    [Trait("row", "T28f@refresh")]
    [Trait("row", "T28h@refresh")]
    public async Task A_refresh_through_a_bad_relay_is_done_and_blames_nobody(string cheat)
    {
        var key = Assert.Single(await rotation.CreateAsync(KeySuite.Ed25519, 1));
        var file = await rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(key), "c");
        await Hostile.BeginAsync(cheat);
        await rotation.CompleteAsync(file, "c");
        Hostile.End();
        Assert.Empty(await Hostile.BlamesAsync());
        await rotation.InUseAsync(key, 1, Parties);
        await rotation.SignsAsync(key);
    }

    /// <summary>Its ACK reaches nobody, and it is gone: the old generation signs on, and a reshare without it is done.</summary>
    [Fact]
    [Trait("row", "T23a@refresh")]
    public async Task A_member_that_is_silent_after_round_3_cannot_keep_its_place()
    {
        var key = Assert.Single(await rotation.CreateAsync(KeySuite.Ed25519, 1));
        await Hostile.RestartAsync(Hostile.Nodes["a"]);
        var file = await rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(key), "a");
        await Hostile.BeginAsync("T23a@refresh");
        await rotation.SubmitAsync(file, "a");
        await Hostile.DoneAsync(2);
        Hostile.End();
        await Hostile.Cheater.KillAsync();
        foreach (var node in Hostile.Honest)
            await Hostile.SignsAsync(key, node);
        await rotation.CompleteAsync(await rotation.Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = ["a", "b"], Dealers = ["a", "b"] }, "b"), "b");
        Assert.Empty(await Hostile.BlamesAsync());
        foreach (var node in Hostile.Honest)
            await Hostile.SignsAsync(key, node);
        // Without the cheater, who holds the first attempt's certificate and may show it: that node is the operators' to roll back (spec §10 "Attempts").
        await rotation.InUseAsync(key, 1, "a", "b");
        await Hostile.Cheater.StartAsync();
    }

    /// <summary>The ACK that one of them gets makes the certificate, which all of them get.</summary>
    [Theory]
    [InlineData("T23b@refresh")]
    [InlineData("T23b@reshare")]
    [Trait("row", "T23b@refresh")]
    [Trait("row", "T23b@reshare")]
    public async Task An_ACK_that_half_of_them_get_renews_the_key_at_all_of_them(string cheat)
    {
        var key = Assert.Single(await rotation.CreateAsync(KeySuite.Ed25519, 1));
        var file = cheat.EndsWith("refresh", StringComparison.Ordinal)
            ? await rotation.Administrator.ComposeRefreshAsync(RotationCluster.Select(key), "c")
            : await rotation.Administrator.ComposeReshareAsync(RotationCluster.Select(key), new() { Threshold = 2, Nodes = Parties, Dealers = ["a", "c"] }, "c");
        await Hostile.BeginAsync(cheat);
        await rotation.CompleteAsync(file, "c");
        Assert.Single(Hostile.End());
        Assert.Empty(await Hostile.BlamesAsync());
        await rotation.InUseAsync(key, 1, Parties);
        await rotation.SignsAsync(key);
    }

    /// <summary>A node that has lost its shares, and a helper that cheats, row by row: the share is recovered once the helper is honest, and not before.</summary>
    [Fact]
    public async Task A_helper_that_cheats_in_a_recovery_is_blamed_and_no_share_comes_of_it()
    {
        var key = Assert.Single(await rotation.CreateAsync(KeySuite.Ed25519, 1));
        var lost = Hostile.Nodes["b"];
        await lost.StopAsync();
        await LostStore.LoseAsync(lost);
        await lost.StartAsync();
        await Hostile.RestartAsync(Hostile.Nodes["a"]);
        foreach (var (cheat, kind, judge) in ((string, FaultKind, string)[])[
            ("T27-foreign@recovery", FaultKind.ForeignShareDealt, "a,b"), ("T26f@recovery", FaultKind.BadDealtShare, "a"), ("T27e@recovery", FaultKind.BadRecoverySum, "b")])
        {
            var file = (await rotation.Administrator.ComposeRecoveryAsync("b", RotationCluster.Select(key), ["a", "c"], thenRefresh: false))!;
            await Hostile.BeginAsync(cheat);
            var end = await rotation.EndAsync(await rotation.SubmitAsync(file, "c"));
            Hostile.End();
            Assert.True(end.State == JobStanding.Failed, RotationCluster.Describe(end));
            await Hostile.AssertBlamesAsync(kind, judge.Split(','));
            Assert.DoesNotContain(await Hostile.SeenAsync(lost), entry => entry.Kind == AuditKind.SharesRecovered);
            await Hostile.SignsAsync(key, Hostile.Cheater);
        }
        await rotation.CompleteAsync((await rotation.Administrator.ComposeRecoveryAsync("b", RotationCluster.Select(key), ["a", "c"], thenRefresh: false))!, "c");
        await rotation.InUseAsync(key, 0, Parties);
        await rotation.SignsAsync(key);
    }
}
