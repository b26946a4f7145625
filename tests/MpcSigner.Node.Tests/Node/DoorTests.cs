using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Grpc.Health.V1;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Faults;
using MpcSigner.Wire.Errors;
using Xunit;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary>Who may come in: TLS 1.3, a certificate of the authority, in time, with a key that the roster pins, and each at its own door.</summary>
public class DoorTests(RunningNodeFixture fixture) : IClassFixture<RunningNodeFixture>
{
    private static CallOptions Soon => new(deadline: DateTime.UtcNow.AddSeconds(10));

    private async Task<RpcException> CheckRefusedAsync(X509Certificate2? certificate)
    {
        using var channel = fixture.Channel(certificate);
        return await Assert.ThrowsAsync<RpcException>(async () => await new Health.HealthClient(channel).CheckAsync(new(), Soon));
    }

    private static async Task<ServiceError> DetailAsync(Func<Task> call)
    {
        var thrown = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(StatusMapping.TryRead(thrown, out var error), thrown.Message);
        Assert.Equal(StatusMapping.Code(error.Reason), thrown.StatusCode);
        return error;
    }

    [Fact]
    public async Task Health_is_served_to_clients_and_nodes()
    {
        using var node = fixture.CertificateOf("b");
        foreach (var certificate in new[] { fixture.Cluster.ClientCertificate, node })
        {
            using var channel = fixture.Channel(certificate);
            var health = new Health.HealthClient(channel);
            foreach (var service in new[] { "", "mpcsigner.v1.KeyService", "mpcsigner.v1.SigningService", "mpcsigner.v1.PeerService" })
                Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(new() { Service = service }, Soon)).Status);
            var unknown = await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new() { Service = "no.such" }, Soon));
            Assert.Equal(StatusCode.NotFound, unknown.StatusCode);
        }
    }

    [Fact]
    public async Task Rejects_no_certificate() => Assert.Equal(StatusCode.Unavailable, (await CheckRefusedAsync(null)).StatusCode);

    [Fact]
    public async Task Rejects_an_expired_certificate_of_a_pinned_key()
    {
        using var key = fixture.ClientTlsKey();
        using var expired = fixture.Cluster.Authority.IssueExpired("wallet", key);
        Assert.Equal(StatusCode.Unavailable, (await CheckRefusedAsync(expired)).StatusCode);
    }

    [Fact]
    public async Task Rejects_another_authoritys_certificate_of_a_pinned_key()
    {
        using var foreign = new TestAuthority(fixture.Cluster.Folder, "foreign");
        using var key = fixture.ClientTlsKey();
        using var certificate = foreign.Issue("wallet", key);
        Assert.Equal(StatusCode.Unavailable, (await CheckRefusedAsync(certificate)).StatusCode);
    }

    [Fact]
    public async Task Rejects_a_key_that_the_roster_does_not_pin()
    {
        using var stranger = fixture.Cluster.Authority.Issue("wallet");
        Assert.Equal(StatusCode.Unavailable, (await CheckRefusedAsync(stranger)).StatusCode);
        Assert.Contains("the roster does not know", fixture.Node.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rejects_a_caller_with_this_nodes_own_certificate()
    {
        using var own = fixture.CertificateOf("a");
        Assert.Equal(StatusCode.Unavailable, (await CheckRefusedAsync(own)).StatusCode);
    }

    [Fact]
    public async Task Rejects_nodes_at_the_clients_door_and_clients_at_the_peers()
    {
        using var certificate = fixture.CertificateOf("b");
        using var node = fixture.Channel(certificate);
        Assert.Equal(Reason.NotEntitled, (await DetailAsync(async () => await new V1.KeyService.KeyServiceClient(node).ListKeysAsync(new(), Soon))).Reason);
        Assert.Equal(Reason.NotEntitled, (await DetailAsync(async () => await new V1.NodeService.NodeServiceClient(node).GetStatusAsync(new(), Soon))).Reason);
        Assert.Equal(Reason.NotEntitled, (await DetailAsync(async () => await new V1.SigningService.SigningServiceClient(node).GetRequestAsync(new() { IdempotencyKey = "x" }, Soon))).Reason);

        using var client = fixture.Channel(fixture.Cluster.ClientCertificate);
        var peers = new V1.PeerService.PeerServiceClient(client);
        using var session = peers.Session(Soon);
        Assert.Equal(Reason.NotEntitled, (await DetailAsync(() => session.ResponseStream.MoveNext(CancellationToken.None))).Reason);
    }

    [Fact]
    public async Task Rejects_malformed_calls_with_a_reason()
    {
        using var client = fixture.Channel(fixture.Cluster.ClientCertificate);
        var keys = new V1.KeyService.KeyServiceClient(client);
        var signing = new V1.SigningService.SigningServiceClient(client);
        Assert.Equal(Reason.MalformedRequest, (await DetailAsync(async () => await keys.GetKeyAsync(new(), Soon))).Reason);
        Assert.Equal(Reason.MalformedRequest, (await DetailAsync(async () => await keys.ListKeysAsync(new() { Limit = 1_001 }, Soon))).Reason);
        Assert.Equal(Reason.MalformedRequest, (await DetailAsync(async () => await signing.SignAsync(new(), Soon))).Reason);
        var key = new V1.GetKeyRequest { KeyId = Google.Protobuf.ByteString.CopyFrom(new byte[32]) };
        Assert.Equal(Reason.UnknownKey, (await DetailAsync(async () => await keys.GetKeyAsync(key, Soon))).Reason);

        using var certificate = fixture.CertificateOf("b");
        using var node = fixture.Channel(certificate);
        var peers = new V1.PeerService.PeerServiceClient(node);
        Assert.Equal(Reason.MalformedRequest, (await DetailAsync(async () => await peers.HelloAsync(new(), Soon))).Reason);
        Assert.Equal(Reason.MalformedRequest, (await DetailAsync(async () => await peers.BookAsync(new(), Soon))).Reason);
        Assert.Equal(Reason.MalformedRequest, (await DetailAsync(async () => await peers.PushCertificateAsync(new(), Soon))).Reason);
    }

    [Fact]
    public async Task Rejects_session_frames_that_are_malformed_without_harm_to_others()
    {
        using var certificate = fixture.CertificateOf("b");
        using var node = fixture.Channel(certificate);
        using var session = new V1.PeerService.PeerServiceClient(node).Session(Soon);
        await session.RequestStream.WriteAsync(new V1.SessionFrame { Join = Google.Protobuf.ByteString.CopyFrom(new byte[5]) });
        await EndAsync(session.ResponseStream);
        Assert.Equal(ServingStatus.Serving, (await new Health.HealthClient(node).CheckAsync(new(), Soon)).Status);
    }

    [Fact]
    public async Task Rejects_tls_below_1_3()
    {
        var (host, port) = (fixture.Node.Address.Split(':')[0], int.Parse(fixture.Node.Address.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture));
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(host, port);
        await using var tls = new SslStream(tcp.GetStream());
        await Assert.ThrowsAnyAsync<Exception>(() => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls12,
            ClientCertificates = [fixture.Cluster.ClientCertificate],
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
        }));
    }

    [Fact]
    public async Task Status_names_peers_that_are_down()
    {
        await using var client = fixture.Cluster.NewClient();
        var states = await client.GetStatusAsync();
        // A busy machine may take longer to answer than a status waits.
        await Wait.UntilAsync(async () => (states = await client.GetStatusAsync()).Single(s => s.Node.Name == "a").Reachable, TimeSpan.FromSeconds(30), () => "a does not answer");
        var own = states.Single(s => s.Node.Name == "a");
        Assert.Equal(["b", "c"], own.Peers.Where(p => !p.Reachable).Select(p => p.Name).Order());
        Assert.All(states.Where(s => s.Node.Name != "a"), s => Assert.False(s.Reachable));
    }

    private static async Task EndAsync(IAsyncStreamReader<V1.SessionFrame> frames)
    {
        try
        {
            while (await frames.MoveNext(CancellationToken.None)) { }
        }
        catch (RpcException)
        {
            // Ended with a status instead of quietly: both end the stream.
        }
    }
}
