using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Load;
using Xunit;

namespace MpcSigner.Cluster.Tests.Attacks;

/// <summary>Load as an attack: whatever is thrown at one node, clients in good faith get their signatures and newcomers get in.</summary>
public abstract class Attacks(ClusterFixture fixture, ITestOutputHelper output)
{
    private TestCluster Cluster => fixture.Cluster;

    private protected abstract Size Size { get; }

    private Siege Siege => new(Cluster, Size, output);

    [Fact]
    public Task Connections_that_are_never_finished_keep_nobody_out() =>
        Siege.RunAsync($"{Size.HalfOpen} half-open connections", stop => Strangers.HoldAsync(Siege.Victim, Size.HalfOpen, stop));

    [Fact]
    public async Task Idle_sessions_of_a_peer_stop_nothing()
    {
        using var peer = new HostilePeer(Cluster, Siege.Victim, Cluster["c"]);
        await Siege.RunAsync($"{Size.Sessions} idle sessions of a peer", stop => peer.HoldSessionsAsync(Size.Sessions, stop));
    }

    [Fact]
    public async Task A_flooding_peer_stops_nothing()
    {
        using var peer = new HostilePeer(Cluster, Siege.Victim, Cluster["c"]);
        await Siege.RunAsync("a flooding peer", stop => peer.FloodAsync(Size.Floods, stop));
    }

    [Fact]
    public async Task Clients_that_never_read_stop_nothing()
    {
        await using (var client = Cluster.NewClient())
            await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Count = 250, Use = KeyUse.Transactions });
        var hostile = new HostileClient(Cluster, Siege.Victim);
        await Siege.RunAsync($"{Size.Unread} answers that nobody reads", stop => hostile.NeverReadAsync(Size.Unread, stop));
    }

    /// <summary>At the victim itself, and through another node whose material is made with the victim.</summary>
    [Theory]
    [InlineData("a", KeySuite.Ed25519)]
    [InlineData("b", KeySuite.EcdsaSecp256k1)]
    [Trait("row", "C13")]
    public async Task Requests_that_are_abandoned_burn_material_and_stop_nothing(string at, KeySuite suite)
    {
        await using var client = Cluster.NewClient();
        var key = (await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 3, Suite = suite, Use = KeyUse.TransactionsAndRaw }))[0];
        var hostile = new HostileClient(Cluster, Cluster[at]);
        await Siege.RunAsync($"{suite} material burnt through node {at}", stop => hostile.BurnAsync(key, Size.Burners, stop));
    }
}

/// <summary>Every attack at full size: minutes of measuring, for the tier of its name.</summary>
[Collection(LoadAlone.Name)]
[Trait("tier", "attacks")]
public sealed class FullAttacks(ClusterFixture fixture, ITestOutputHelper output) : Attacks(fixture, output), IClassFixture<ClusterFixture>
{
    private protected override Size Size => Size.Full;
}

/// <summary>Every attack in small, in every run.</summary>
[Collection(LoadAlone.Name)]
public sealed class SmallAttacks(ClusterFixture fixture, ITestOutputHelper output) : Attacks(fixture, output), IClassFixture<ClusterFixture>
{
    private protected override Size Size => Size.Small;
}
