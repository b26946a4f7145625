using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>Three nodes of which the last cheats, shared by the tests of a class.</summary>
public class HostileFixture : IAsyncLifetime
{
    private HostileCluster? _cluster;

    internal HostileCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster has not started");

    public async ValueTask InitializeAsync() => _cluster = await StartAsync();

    private protected virtual Task<HostileCluster> StartAsync() => HostileCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}

/// <summary>The same with four honest nodes: with each of them a pair may fail as often as a day allows.</summary>
public sealed class ManyPairsFixture : HostileFixture
{
    private protected override Task<HostileCluster> StartAsync() => HostileCluster.StartAsync(nodes: 5);
}

/// <summary>Three honest nodes and one that cheats, for keys of which three sign.</summary>
public sealed class SplitViewsFixture : HostileFixture
{
    private protected override Task<HostileCluster> StartAsync() => HostileCluster.StartAsync(nodes: 4);
}

/// <summary>Three nodes that keep material ready.</summary>
public sealed class MadeAheadFixture : HostileFixture
{
    private protected override Task<HostileCluster> StartAsync() => HostileCluster.StartAsync(madeAhead: 2);
}

/// <summary>One honest node, and two that cheat together.</summary>
public sealed class AccompliceFixture : HostileFixture
{
    private protected override Task<HostileCluster> StartAsync() => HostileCluster.StartAsync(cheaters: 2);
}
