using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>Classes that each have a cluster of their own: one after the other, so that sessions end for their cheats and not for a busy machine.</summary>
[CollectionDefinition(Name)]
public sealed class OneAtATime
{
    public const string Name = "one hostile cluster at a time";
}
