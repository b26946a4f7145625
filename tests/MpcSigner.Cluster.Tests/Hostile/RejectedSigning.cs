using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Core.Audit;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A row of signing, from the cheat to the verdict of the one honest signer.</summary>
internal static class RejectedSigning
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(45);

    /// <summary>A key of two: the cheater and one honest node.</summary>
    public static async Task<SigningKey> PairKeyAsync(this HostileCluster cluster, TestNode honest, KeySuite suite)
    {
        await using var client = cluster.ClientAt(honest);
        return Assert.Single(await client.CreateKeysAsync(cluster.Request(2, 1, suite, honest, cluster.Cheater)));
    }

    /// <summary>Signs at a coordinator; the client verifies what it gets. What a busy machine did not do in time is asked for again.</summary>
    public static async Task<SignResult> SignsAsync(this HostileCluster cluster, SigningKey key, TestNode coordinator)
    {
        await using var client = cluster.ClientAt(coordinator);
        var deadline = DateTime.UtcNow + Patience;
        while (true)
        {
            try
            {
                return await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) });
            }
            catch (MpcSignerException e) when (e.IsRetryable && DateTime.UtcNow < deadline)
            {
                await Task.Delay(200);
            }
        }
    }

    /// <summary>No signature comes of it, at no node, and the honest coordinator blames the cheater for this or nobody.</summary>
    public static async Task RejectsSigningAsync(this HostileCluster cluster, string cheat, SigningKey key, TestNode coordinator, FaultKind? kind)
    {
        // What this one coordinator makes of the cheat is the question: the client library would ask the next. A request that a busy machine gave up may have left material, made before the cheat.
        (string Reason, string Message)? refused = null;
        for (var i = 0; i < 4 && refused is null; i++)
        {
            await cluster.BeginAsync(cheat);
            refused = await DirectRefusal.TryOfAsync(cluster.Nodes, coordinator.Name, key);
            Assert.True(refused is not null || !cluster.IsDone, "a signature was made although the cheat was done");
        }
        Assert.True(refused is { Reason: "TOO_FEW_NODES" or "PEER_FAULT" or "DEADLINE_EXCEEDED" }, $"{refused}");
        cluster.End();
        await cluster.AssertBlamesAsync(kind, [coordinator.Name]);
        // An earlier request's result may be pushed here only now.
        var seen = await cluster.SeenAsync(coordinator);
        var received = seen.Where(entry => entry.Kind == AuditKind.RequestReceived).Select(entry => entry.Request).ToHashSet();
        Assert.NotEmpty(received);
        Assert.DoesNotContain(seen, entry => entry.Kind == AuditKind.RequestCompleted && received.Contains(entry.Request));
    }
}
