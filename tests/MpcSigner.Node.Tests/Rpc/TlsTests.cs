using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using MpcSigner.Node.Tests.Rpc.Protos;
using MpcSigner.Rpc;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>Who gets a connection at all.</summary>
public sealed class TlsTests
{
    [Theory]
    [InlineData("none")]
    [InlineData("expired")]
    [InlineData("not yet valid")]
    [InlineData("other authority")]
    public async Task Rejects_clients_without_a_good_certificate(string kind)
    {
        await using var host = await RpcHost.StartAsync();
        using var others = new Certificates();
        using var channel = new RpcChannel(host.ChannelOptions() with
        {
            ClientCertificate = kind switch
            {
                "none" => null,
                "expired" => host.Certificates.Make("old", -2, -1),
                "not yet valid" => host.Certificates.Make("new", 1, 2),
                _ => others.Make("client"),
            },
        });
        await RefusedAsync(channel);
        Assert.Null(host.Service.LastHeaders);
    }

    [Fact]
    public async Task Rejects_a_server_that_is_not_the_pinned_one()
    {
        await using var host = await RpcHost.StartAsync();
        var other = SubjectKeyPin.Of(host.Certificates.Make("server"));
        using var channel = new RpcChannel(host.ChannelOptions() with { ServerCertificate = (certificate, _) => SubjectKeyPin.Matches(certificate, other) });
        var e = await RefusedAsync(channel);
        Assert.Contains("TLS", e.Status.Detail, StringComparison.Ordinal);
        Assert.Null(host.Service.LastHeaders);
    }

    [Fact]
    public async Task A_renewed_certificate_is_presented_without_a_restart()
    {
        await using var host = await RpcHost.StartAsync();
        var seen = new List<byte[]>();
        for (var i = 0; i < 2; i++)
        {
            using var channel = new RpcChannel(host.ChannelOptions() with
            {
                ServerCertificate = (certificate, _) =>
                {
                    seen.Add(certificate.RawData);
                    return true;
                },
            });
            await new RpcTest.RpcTestClient(channel).EchoAsync(new EchoRequest());
            Assert.Equal(host.ServerCertificate.RawData, seen[i]);
            host.ServerCertificate = host.Certificates.Make("server");
        }

        Assert.NotEqual(seen[0], seen[1]);
    }

    [Fact]
    public async Task Without_a_pin_the_chain_and_the_name_decide()
    {
        await using var host = await RpcHost.StartAsync();
        using (var trusting = new RpcChannel(host.ChannelOptions() with { ServerCertificate = null, TrustedRoots = [host.Certificates.Root] }))
            await new RpcTest.RpcTestClient(trusting).EchoAsync(new EchoRequest());
        using (var platform = new RpcChannel(host.ChannelOptions() with { ServerCertificate = null }))
            await RefusedAsync(platform);
        using var other = new Certificates();
        using (var stranger = new RpcChannel(host.ChannelOptions() with { ServerCertificate = null, TrustedRoots = [other.Root] }))
            await RefusedAsync(stranger);
    }

    [Fact]
    public async Task Nobody_listening_is_unavailable_and_a_silent_listener_too()
    {
        await using var host = await RpcHost.StartAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using (var silent = new RpcChannel(host.ChannelOptions() with { Address = new Uri($"https://127.0.0.1:{port}"), ConnectTimeout = TimeSpan.FromMilliseconds(300) }))
            await RefusedAsync(silent);
        listener.Stop();
        using var nobody = new RpcChannel(host.ChannelOptions() with { Address = new Uri($"https://127.0.0.1:{port}") });
        var e = await RefusedAsync(nobody);
        Assert.Contains($"127.0.0.1:{port}", e.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:1")]
    [InlineData("https://localhost:1/path")]
    [InlineData("https://localhost:1/?query")]
    public void Rejects_addresses_that_are_not_a_server(string address) =>
        Assert.Throws<ArgumentException>(() => new RpcChannel(new RpcChannelOptions { Address = new Uri(address) }));

    private static async Task<RpcException> RefusedAsync(RpcChannel channel)
    {
        var client = new RpcTest.RpcTestClient(channel);
        var e = await Assert.ThrowsAsync<RpcException>(async () => await client.EchoAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(20)));
        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
        using var call = client.Chat(deadline: DateTime.UtcNow.AddSeconds(20));
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None))).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new EchoRequest()))).StatusCode);
        return e;
    }
}
