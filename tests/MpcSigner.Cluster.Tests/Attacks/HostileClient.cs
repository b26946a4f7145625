using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Google.Protobuf;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Attacks;

/// <summary>A client of the roster that wants to do harm.</summary>
internal sealed class HostileClient(TestCluster cluster, TestNode victim)
{
    /// <summary>Asks for long answers and reads none of them; what the node resets is asked anew.</summary>
    public async Task<string> NeverReadAsync(int count, CancellationToken stop)
    {
        const int connections = 4;
        var invokers = Enumerable.Range(0, connections).Select(_ => Invoker(cluster.ClientCertificate)).ToList();
        var (asked, reset) = (0, 0);
        async Task AskAsync(int worker)
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    using var request = Request(worker % 2 == 0 ? "/mpcsigner.v1.KeyService/ListKeys" : "/mpcsigner.v1.NodeService/GetStatus");
                    using var response = await invokers[worker % connections].SendAsync(request, stop);
                    Interlocked.Increment(ref asked);
                    await Task.Delay(System.Threading.Timeout.Infinite, stop);
                }
                catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
                {
                    Interlocked.Increment(ref reset);
                    await Task.Delay(20, CancellationToken.None);
                }
            }
        }
        await Task.WhenAll(Enumerable.Range(0, count).Select(AskAsync));
        invokers.ForEach(invoker => invoker.Dispose());
        return $"{asked} answers asked for and left unread, {reset} of them ended";
    }

    /// <summary>Asks for signatures and goes away: each request takes material that its answer never uses.</summary>
    public async Task<string> BurnAsync(SigningKey key, int atATime, CancellationToken stop)
    {
        await using var client = MpcSignerClient.Create(cluster.ClientOptions() with { PreferredNode = victim.Name });
        var (asked, signed) = (0, 0);
        async Task AskAsync(int worker)
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                using var soon = CancellationTokenSource.CreateLinkedTokenSource(stop);
                soon.CancelAfter(TimeSpan.FromMilliseconds(1 + (worker + i) % 25));
                try
                {
                    Interlocked.Increment(ref asked);
                    await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32)) }, soon.Token);
                    Interlocked.Increment(ref signed);
                }
                catch (Exception e) when (e is OperationCanceledException or MpcSignerException)
                {
                    await Task.Delay(2, CancellationToken.None);
                }
            }
        }
        await Task.WhenAll(Enumerable.Range(0, atATime).Select(AskAsync));
        return $"{asked} signatures asked for, {asked - signed} of them abandoned";
    }

    private HttpRequestMessage Request(string path)
    {
        var message = path.EndsWith("ListKeys", StringComparison.Ordinal) ? new V1.ListKeysRequest { Limit = 256 }.ToByteArray() : [];
        var request = new HttpRequestMessage(HttpMethod.Post, $"https://{victim.Address}{path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent([0, 0, 0, 0, (byte)message.Length, .. message]),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        return request;
    }

    /// <summary>Reads no more of a stream than its smallest window holds.</summary>
    private static HttpMessageInvoker Invoker(X509Certificate2 certificate) => new(new SocketsHttpHandler
    {
        InitialHttp2StreamWindowSize = 65_535,
        UseProxy = false,
        SslOptions = new SslClientAuthenticationOptions
        {
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            RemoteCertificateValidationCallback = static (_, _, _, _) => true,
        },
    });
}
