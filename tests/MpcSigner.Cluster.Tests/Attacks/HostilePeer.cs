using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Node.Tls;
using MpcSigner.Rpc;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Attacks;

/// <summary>Whoever holds a node's TLS key and is not its program: a peer in the eyes of the others.</summary>
internal sealed class HostilePeer(TestCluster cluster, TestNode victim, TestNode stolenFrom) : IDisposable
{
    /// <summary>Calls that one connection carries at a time: the server's own bound.</summary>
    private const int StreamsPerConnection = 1_000;

    private readonly X509Certificate2 _certificate = ForeignCertificates.OfNode(stolenFrom);

    private RpcChannel Connect()
    {
        var pins = cluster.Roster.Nodes.First(node => node.Name == victim.Name).TlsPins;
        return new(new()
        {
            Address = new($"https://{victim.Address}"),
            ServerCertificate = (shown, _) => pins.Contains(NodeCertificate.PinOf(shown)),
            ClientCertificate = _certificate,
        });
    }

    /// <summary>Session streams that are opened and say nothing; those that the node ends are opened anew.</summary>
    public async Task<string> HoldSessionsAsync(int count, CancellationToken stop)
    {
        var (opened, ended) = (0, 0);
        var channels = Enumerable.Range(0, (count + StreamsPerConnection - 1) / StreamsPerConnection).Select(_ => Connect()).ToList();
        async Task HoldAsync(V1.PeerService.PeerServiceClient peer)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var stream = peer.Session(new CallOptions(cancellationToken: stop));
                    Interlocked.Increment(ref opened);
                    while (await stream.ResponseStream.MoveNext(stop))
                        ;
                }
                catch (Exception e) when (e is RpcException or OperationCanceledException)
                {
                }
                Interlocked.Increment(ref ended);
                await Task.Delay(50, CancellationToken.None);
            }
        }
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => HoldAsync(new(channels[i / StreamsPerConnection]))));
        channels.ForEach(channel => channel.Dispose());
        return $"{count} streams at a time, {opened} opened, {ended} ended";
    }

    /// <summary>Calls of every kind that a peer may make, as many at a time and as fast as they are answered; every eighth is cancelled at once.</summary>
    public async Task<string> FloodAsync(int atATime, CancellationToken stop)
    {
        var (answered, refused) = (0, 0);
        var channels = Enumerable.Range(0, 4).Select(_ => Connect()).ToList();
        var request = new V1.SignedRequest { Body = ByteString.CopyFrom(new byte[2_000]), ClientId = Random(32), Signature = Random(64) };
        async Task CallAsync(int worker)
        {
            var peer = new V1.PeerService.PeerServiceClient(channels[worker % channels.Count]);
            for (var i = worker; !stop.IsCancellationRequested; i++)
            {
                using var soon = CancellationTokenSource.CreateLinkedTokenSource(stop);
                if (i % 8 == 0)
                    soon.CancelAfter(1);
                var options = new CallOptions(cancellationToken: soon.Token);
                try
                {
                    switch (i % 5)
                    {
                        case 0:
                            await peer.BookAsync(new V1.PeerRequest { Request = request, ClockMs = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() }, options);
                            break;
                        case 1:
                            await peer.FetchRostersAsync(new V1.FetchRostersRequest { From = 1 }, options);
                            break;
                        case 2:
                            await peer.AskKeysAsync(new V1.AskKeysRequest { KeyIds = { Random(32) } }, options);
                            break;
                        case 3:
                            await peer.AskTeachingAsync(new V1.AskTeachingRequest { Hash = Random(32) }, options);
                            break;
                        default:
                            await peer.AskOrderAsync(new V1.AskOrderRequest { Request = request }, options);
                            break;
                    }
                    Interlocked.Increment(ref answered);
                }
                catch (Exception e) when (e is RpcException or OperationCanceledException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        }
        await Task.WhenAll(Enumerable.Range(0, atATime).Select(CallAsync));
        channels.ForEach(channel => channel.Dispose());
        return $"{atATime} calls at a time: {answered} answered, {refused} refused or cancelled";
    }

    private static ByteString Random(int count) => ByteString.CopyFrom(RandomNumberGenerator.GetBytes(count));

    public void Dispose() => _certificate.Dispose();
}
