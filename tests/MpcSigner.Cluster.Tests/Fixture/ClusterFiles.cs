using Xunit;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>The files of a cluster none of whose nodes runs, shared by the tests of a class. A test that changes a file works on a copy.</summary>
public sealed class ClusterFiles : IAsyncLifetime
{
    private TestCluster? _cluster;

    internal TestCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster has not been made");

    public async ValueTask InitializeAsync() => _cluster = await TestCluster.CreateAsync();

    public ValueTask DisposeAsync() => _cluster?.DisposeAsync() ?? ValueTask.CompletedTask;
}
