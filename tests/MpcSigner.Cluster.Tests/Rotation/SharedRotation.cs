using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>One cluster for all rotations that leave its nodes up.</summary>
[CollectionDefinition(Name)]
public sealed class SharedRotation : ICollectionFixture<RotationCluster>
{
    public const string Name = "rotation";
}
