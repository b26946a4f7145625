namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>With a fourth node, d, to which keys of the others may move.</summary>
public sealed class RelayedRotationOfFour : RelayedRotation
{
    private protected override int Size => 4;
}
