using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hsm;

/// <summary>
/// Four running nodes sealed by tokens: a and b by SoftHSM2 with their identities in it; c and d through the module with faults, c with its identity in software,
/// d with it in the token.
/// </summary>
public sealed class HsmCluster : RotationCluster
{
    internal HsmTokens Tokens { get; private set; } = null!;

    private protected override async Task<TestCluster> StartClusterAsync()
    {
        Tokens = new();
        var seals = new Dictionary<string, TestSeal>();
        var cluster = await TestCluster.CreateAsync(nodes: 4, seals: (name, _) =>
        {
            if (!seals.TryGetValue(name, out var seal))
                seals.Add(name, seal = SealOf(name));
            return seal;
        });
        try
        {
            await Task.WhenAll(cluster.Nodes.Select(StartAsync));
            await cluster.WaitUntilReadyAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    internal TestSeal SealOf(string name) => Tokens.Seal(name, faulty: name is "c" or "d", identity: name != "c");

    /// <summary>Starts a node that hears its own rules.</summary>
    internal Task StartAsync(TestNode node)
    {
        Tokens.Rules(node.Name);
        return node.StartAsync(Tokens.Hearing(node.Name));
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Tokens?.Dispose();
    }
}

/// <summary>One cluster for all tests of tokens: each leaves its nodes up.</summary>
[CollectionDefinition(Name)]
public sealed class SharedHsm : ICollectionFixture<HsmCluster>
{
    public const string Name = "hsm";
}
