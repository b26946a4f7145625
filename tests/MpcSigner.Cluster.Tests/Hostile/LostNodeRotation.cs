using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Rotation;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>Four nodes, of which d cheats and b has lost its store: keys of a, b and d wait to be recovered, one for each test that wants one.</summary>
public sealed class LostNodeRotation : HostileRotation
{
    private const int Keys = 11;

    private readonly Queue<SigningKey> _lost = new();

    private protected override int NodeCount => 4;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        foreach (var key in await CreateAsync(KeySuite.Ed25519, Keys, nodes: ["a", "b", "d"]))
            _lost.Enqueue(key);
        var lost = Cluster["b"];
        await lost.StopAsync();
        await LostStore.LoseAsync(lost);
        await lost.StartAsync();
        await Hostile.RestartAsync(Cluster["a"]);
        await Cluster.WaitUntilReadyAsync();
    }

    /// <summary>A key that b has no share of.</summary>
    internal SigningKey NextLost() => _lost.Dequeue();
}
