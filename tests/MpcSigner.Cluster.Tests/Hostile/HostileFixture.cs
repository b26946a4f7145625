using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>Three nodes of which the last cheats, shared by the tests of a class.</summary>
public sealed class HostileFixture : IAsyncLifetime
{
    private HostileCluster? _cluster;

    internal HostileCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster has not started");

    public async ValueTask InitializeAsync() => _cluster = await HostileCluster.StartAsync();

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
