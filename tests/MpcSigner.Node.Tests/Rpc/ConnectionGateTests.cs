using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Node.Tests.Rpc.Protos;
using MpcSigner.Rpc;
using MpcSigner.Rpc.Server;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>How connections are shared out: nobody can take them all, with a certificate or without one.</summary>
public sealed class ConnectionGateTests
{
    [Fact]
    public async Task Connections_that_say_nothing_keep_nobody_out_and_the_oldest_of_them_is_closed()
    {
        await using var host = await RpcHost.StartAsync();
        var silent = new List<Socket>();
        try
        {
            for (var i = 0; i < RpcKestrel.MaxSilent + 500; i++)
                silent.Add(await ConnectAsync(host));
            // Newcomers with a certificate, one after the other, while the silent ones hold every place.
            for (var i = 0; i < 5; i++)
                Assert.Equal($"hello {i}", await CallAsync(host, $"hello {i}"));
            await UntilAsync(() => silent.Count(IsClosed) >= 500);
            Assert.All(silent[..400], socket => Assert.True(IsClosed(socket)));
            Assert.False(IsClosed(silent[^1]), "the newest is the last to be closed");
        }
        finally
        {
            silent.ForEach(socket => socket.Dispose());
        }
    }

    /// <summary>They begin a handshake and do not end it: the first message whole, or half of it, or something that is none.</summary>
    [Theory]
    [InlineData("160301020001000000")]
    [InlineData("1603010005010000010000")]
    [InlineData("474554202f20485454502f312e310d0a0d0a")]
    [InlineData("16")]
    public async Task Handshakes_that_are_not_ended_keep_nobody_out(string begins)
    {
        await using var host = await RpcHost.StartAsync();
        var held = new List<Socket>();
        try
        {
            for (var i = 0; i < 2 * RpcKestrel.MaxHandshakes; i++)
            {
                held.Add(await ConnectAsync(host));
                await held[^1].SendAsync(Convert.FromHexString(begins));
            }
            for (var i = 0; i < 3; i++)
                Assert.Equal($"hello {i}", await CallAsync(host, $"hello {i}"));
            Assert.Empty(host.Log.Lines);
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
    }

    [Fact]
    public async Task The_holder_of_one_key_has_its_number_of_connections_and_others_come_in()
    {
        await using var host = await RpcHost.StartAsync();
        var channels = new List<RpcChannel>();
        try
        {
            for (var i = 0; i < RpcKestrel.MaxConnectionsPerKey; i++)
            {
                channels.Add(host.Channel());
                Assert.Equal("mine", await CallAsync(channels[^1], "mine"));
            }
            using var another = host.Channel();
            var refused = await Assert.ThrowsAsync<RpcException>(() => CallAsync(another, "one more"));
            Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
            using var other = new RpcChannel(host.ChannelOptions() with { ClientCertificate = host.Certificates.Make("another client") });
            Assert.Equal("theirs", await CallAsync(other, "theirs"));

            // A place that is given back is free again.
            channels[0].Dispose();
            await UntilAsync(async () =>
            {
                using var again = host.Channel();
                try
                {
                    return await CallAsync(again, "again") == "again";
                }
                catch (RpcException)
                {
                    return false;
                }
            });
        }
        finally
        {
            channels.ForEach(channel => channel.Dispose());
        }
    }

    private static async Task<Socket> ConnectAsync(RpcHost host)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(System.Net.IPAddress.Loopback, host.Address.Port);
        return socket;
    }

    /// <summary>Closed or reset by the server: there is something to read, and it is the end.</summary>
    private static bool IsClosed(Socket socket)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) && socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }

    private static async Task<string> CallAsync(RpcHost host, string text)
    {
        using var channel = new RpcChannel(host.ChannelOptions() with { ClientCertificate = host.Certificates.Make($"client {text}") });
        return await CallAsync(channel, text);
    }

    private static async Task<string> CallAsync(RpcChannel channel, string text) =>
        (await new RpcTest.RpcTestClient(channel).EchoAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8(text) }, new CallOptions(deadline: DateTime.UtcNow.AddSeconds(20)))).Payload.ToStringUtf8();

    private static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(20); !await condition();)
        {
            Assert.True(DateTime.UtcNow < deadline, "it did not happen in time");
            await Task.Delay(20);
        }
    }
}
