using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Grpc.Health.V1;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.ForeignClients;

/// <summary>Bytes that are not gRPC, not HTTP/2 or not even TLS at a node's port: the connection ends, and nobody else's does (P8).</summary>
[Collection(SharedCluster.Name)]
public class NotGrpcTests(ClusterFixture fixture)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private TestCluster Cluster => fixture.Cluster;

    private TestNode Node => Cluster["a"];

    [Fact]
    public async Task P8_Garbage_ends_its_own_connection_only()
    {
        var key = await Keys.RawAsync(Cluster);
        using var bystander = new DirectCaller(Cluster, Node, Cluster.ClientCertificate);
        using var watch = bystander.Health.Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, watch.ResponseStream.Current.Status);
        var changed = watch.ResponseStream.MoveNext(CancellationToken.None); // ends if the connection does
        var memory = ResidentBytes();

        await Task.WhenAll(
            PlainAsync("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray()),
            PlainAsync(RandomNumberGenerator.GetBytes(64 << 10)),
            PlainAsync([0x16, 0x03, 0x01, 0xff, 0xff]), // a TLS record that declares 64 KiB and never comes
            SecureAsync(SslApplicationProtocol.Http11, "GET /grpc.health.v1.Health/Check HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray(), mayRefuseHandshake: true),
            SecureAsync(SslApplicationProtocol.Http2, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray()),
            SecureAsync(SslApplicationProtocol.Http2, RandomNumberGenerator.GetBytes(64 << 10)),
            // The preface, then a frame that declares 16 MiB, then one on a stream that does not exist.
            SecureAsync(SslApplicationProtocol.Http2, [.. Preface, .. EmptySettings, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]),
            SecureAsync(SslApplicationProtocol.Http2, [.. Preface, .. EmptySettings, 0, 0, 4, 0, 1, 0, 0, 0, 9, 1, 2, 3, 4]));

        await using var client = MpcSignerClient.Create(Cluster.ClientOptions() with { PreferredNode = "a" });
        await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw("still here"u8.ToArray()) });
        Assert.False(changed.IsCompleted, "a bystander's stream was ended");
        Assert.True(ResidentBytes() - memory < 64 << 20, "memory by what was declared");
        Assert.DoesNotContain("a defect", Node.Log, StringComparison.Ordinal);
    }

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    private static ReadOnlySpan<byte> EmptySettings => [0, 0, 0, 4, 0, 0, 0, 0, 0];

    private async Task PlainAsync(byte[] bytes)
    {
        using var socket = await ConnectAsync();
        await using var stream = socket.GetStream();
        await SendAndDrainAsync(stream, bytes, halfClose: () => socket.Client.Shutdown(SocketShutdown.Send));
    }

    private async Task SecureAsync(SslApplicationProtocol protocol, byte[] bytes, bool mayRefuseHandshake = false)
    {
        using var socket = await ConnectAsync();
        await using var stream = new SslStream(socket.GetStream(), false, (_, _, _, _) => true);
        try
        {
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
            {
                TargetHost = "localhost",
                ApplicationProtocols = [protocol],
                EnabledSslProtocols = SslProtocols.Tls13,
                ClientCertificateContext = SslStreamCertificateContext.Create(Cluster.ClientCertificate, null, offline: true),
            });
        }
        catch (Exception e) when (mayRefuseHandshake && e is AuthenticationException or IOException)
        {
            return; // no common protocol: said in the handshake
        }
        await SendAndDrainAsync(stream, bytes, halfClose: () => { });
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var at = Node.Address.LastIndexOf(':');
        var socket = new TcpClient();
        await socket.ConnectAsync(Node.Address[..at], int.Parse(Node.Address[(at + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        return socket;
    }

    /// <summary>The node answers or not, but closes in bounded time; and answers nothing with success.</summary>
    private static async Task SendAndDrainAsync(Stream stream, byte[] bytes, Action halfClose)
    {
        using var limit = new CancellationTokenSource(Patience);
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(bytes, limit.Token);
            await stream.FlushAsync(limit.Token);
            halfClose();
            await stream.CopyToAsync(answer, limit.Token);
        }
        catch (IOException)
        {
            // Reset: also an end.
        }
        Assert.DoesNotContain("200 OK", Encoding.Latin1.GetString(answer.ToArray()), StringComparison.Ordinal);
    }

    private long ResidentBytes()
    {
        using var process = System.Diagnostics.Process.GetProcessById(Node.ProcessId);
        return process.WorkingSet64;
    }
}
