using System.Diagnostics;
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

/// <summary>Two nodes, of which one coordinates and reaches the other through a relay of the test's: pair setups too, for it has the lower node id and opens them.</summary>
public sealed class RelayedCluster : IAsyncLifetime
{
    /// <summary>A process takes its time to begin on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private TestCluster? _cluster;
    private PeerRelay? _relay;
    private byte _payload;

    internal TestCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster has not started");

    internal PeerRelay Relay => _relay ?? throw new InvalidOperationException("the relay has not started");

    internal TestNode Coordinator => Cluster[Cluster.Roster.Nodes.MinBy(node => node.Nid)!.Name];

    internal TestNode Signer => Cluster[Cluster.Roster.Nodes.MaxBy(node => node.Nid)!.Name];

    public async ValueTask InitializeAsync()
    {
        _cluster = await TestCluster.CreateAsync(2);
        _relay = await PeerRelay.StartAsync(Cluster, Signer);
        await Task.WhenAll(Cluster.Nodes.Select(node => node.StartAsync()));
        await Cluster.WaitForPeersAsync(Coordinator.Name, Signer.Name);
    }

    internal MpcSignerClient NewClient() => MpcSignerClient.Create(Cluster.ClientOptions() with { PreferredNode = Coordinator.Name, SigningTimeout = TimeSpan.FromSeconds(30) });

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

    /// <summary>Asks the coordinator, again while it says that it cannot yet: nodes that were killed are on their way back.</summary>
    internal async Task<byte[]> SignAsync(V1.SignedRequest request)
    {
        var last = "";
        for (var begun = Stopwatch.StartNew(); begun.Elapsed < Patience;)
        {
            try
            {
                using var caller = new DirectCaller(Cluster, Coordinator, Cluster.ClientCertificate);
                return (await caller.SignAsync(request)).Signature.ToByteArray();
            }
            catch (Grpc.Core.RpcException e)
            {
                last = e.Status.ToString();
                await Task.Delay(200);
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

    public async ValueTask DisposeAsync()
    {
        if (_cluster is { } cluster)
            await cluster.DisposeAsync();
        if (_relay is { } relay)
            await relay.DisposeAsync();
    }
}
