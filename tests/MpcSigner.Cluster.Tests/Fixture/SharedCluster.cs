using Xunit;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>One running cluster for all classes that leave its nodes up and its documents alone.</summary>
[CollectionDefinition(Name)]
public sealed class SharedCluster : ICollectionFixture<ClusterFixture>
{
    public const string Name = "shared cluster";
}
