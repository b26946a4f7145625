using System.Security.Cryptography;
using Google.Protobuf;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>Two nodes, of which a coordinates and reaches b through a relay of the test's; b knows of no relay, and answers a directly.</summary>
public sealed class RelayedCluster : IAsyncLifetime
{
    private TestCluster? _cluster;
    private PeerRelay? _relay;
    private byte _payload;

    internal TestCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster has not started");

    internal PeerRelay Relay => _relay ?? throw new InvalidOperationException("the relay has not started");

    internal TestNode Coordinator => Cluster["a"];

    internal TestNode Signer => Cluster["b"];

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.CreateAsync(2);
        _relay = await PeerRelay.StartAsync(Cluster, Coordinator, Signer);
        await Task.WhenAll(Cluster.Nodes.Select(node => node.StartAsync()));
        await Cluster.WaitForPeersAsync("a", "b");
    }

    internal MpcSignerClient NewClient() => MpcSignerClient.Create(Cluster.ClientOptions() with { PreferredNode = "a", SigningTimeout = TimeSpan.FromSeconds(30) });

    internal async Task<SigningKey> CreateAsync(KeySuite suite)
    {
        await using var client = NewClient();
        return (await client.CreateKeysAsync(new() { Threshold = 2, Nodes = 2, Suite = suite, Use = KeyUse.TransactionsAndRaw }))[0];
    }

    /// <summary>A client's request as bytes, which can be given to any node any number of times.</summary>
    internal async Task<V1.SignedRequest> RequestAsync(SigningKey key)
    {
        var body = DirectCaller.Body(Cluster);
        body.Sign = new()
        {
            KeyId = ByteString.CopyFrom(Convert.FromHexString(key.Id)), PayloadKind = V1.PayloadKind.Raw,
            Payload = ByteString.CopyFrom(Enumerable.Repeat(++_payload, 32).ToArray()),
        };
        return await DirectCaller.SignAsync(body, Cluster.ClientOptions().Signer);
    }

    /// <summary>Asks a, again while it says that it cannot yet: nodes that were killed are on their way back.</summary>
    internal async Task<byte[]> SignAsync(V1.SignedRequest request)
    {
        var last = "";
        for (var attempt = 0; attempt < 20; attempt++)
        {
            try
            {
                using var caller = new DirectCaller(Cluster, Coordinator, Cluster.ClientCertificate);
                return (await caller.SignAsync(request)).Signature.ToByteArray();
            }
            catch (Grpc.Core.RpcException e)
            {
                last = e.Status.ToString();
                await Task.Delay(500);
            }
        }
        throw new Xunit.Sdk.XunitException($"no signature: {last}\n{Cluster.Logs}");
    }

    internal static Digest32 HashOf(V1.SignedRequest request) => new Digest32(SHA256.HashData(request.Body.Span));

    /// <summary>R of each share of a request that a node released, as its log says.</summary>
    internal async Task<IReadOnlyList<string>> ReleasedAsync(TestNode node, V1.SignedRequest request) =>
        [.. (await NodeLog.ReadAsync(Cluster, node)).Where(entry => entry.Kind == AuditKind.ShareReleased && entry.Request == HashOf(request)).Select(entry => Convert.ToHexString(entry.Detail.Span))];

    /// <summary>What a node's disk knows of its pair with the other, from a copy.</summary>
    internal Task<PairRow?> PairOfAsync(TestNode node) => NodeLog.WithStoreAsync(Cluster, node, async store =>
        (await store.BeginInstanceAsync(new(new byte[InstanceId.Size]), CancellationToken.None)).Pairs.Values.SingleOrDefault());

    /// <summary>SIGKILL, and a new process.</summary>
    internal static async Task RestartAsync(TestNode node)
    {
        await node.KillAsync();
        await node.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_cluster is { } cluster)
            await cluster.DisposeAsync();
        if (_relay is { } relay)
            await relay.DisposeAsync();
    }
}
