using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Node.Tests.Rpc.Protos;
using MpcSigner.Rpc;
using MpcSigner.Rpc.Server;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>Clients and servers that do not read: back-pressure, then an end, and bounded memory.</summary>
public sealed class SlowReaderTests
{
    private static readonly EchoRequest Endless = new() { Count = uint.MaxValue, Size = 10_000 };

    private static readonly RpcServerOptions Impatient = new() { SendTimeout = TimeSpan.FromMilliseconds(500) };

    [Fact]
    public async Task A_client_that_never_reads_loses_its_stream_and_not_its_connection()
    {
        await using var host = await RpcHost.StartAsync(Impatient);
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        using var neighbour = client.Chat();
        using var call = client.Count(Endless);
        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 2);
        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 1);

        // What was under way may still be read; then comes the reset.
        var e = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext(CancellationToken.None))
            {
            }
        });
        Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
        await neighbour.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8("x") });
        Assert.True(await neighbour.ResponseStream.MoveNext(CancellationToken.None));
    }

    [Fact]
    public async Task A_client_that_reads_slowly_is_waited_for()
    {
        await using var host = await RpcHost.StartAsync(new RpcServerOptions { SendTimeout = TimeSpan.FromSeconds(20) });
        using var channel = host.Channel();
        using var call = new RpcTest.RpcTestClient(channel).Count(new EchoRequest { Count = 200, Size = 10_000 });
        await Task.Delay(500); // 2 MB want to leave, and the windows hold less
        var next = 0u;
        await foreach (var reply in call.ResponseStream.ReadAllAsync())
            Assert.Equal(next++, reply.Index);
        Assert.Equal(200u, next);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_connection_that_takes_no_bytes_ends_its_handlers_and_bothers_nobody(bool closedWindow)
    {
        await using var host = await RpcHost.StartAsync(Impatient);
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        using var raw = await RawHttp2.ConnectAsync(host);
        // A window of 0 keeps the server from sending; a huge one lets it fill the socket of a reader that sleeps.
        await raw.OpenAsync((4, closedWindow ? 0u : int.MaxValue));
        if (!closedWindow)
            await raw.FrameAsync(8, 0, 0, new byte[] { 0x7f, 0, 0, 0 });
        for (var stream = 1; stream < 20; stream += 2)
        {
            await raw.RequestAsync(stream, "/mpcsigner.rpctest.v1.RpcTest/Count");
            await raw.FrameAsync(RawHttp2.Data, RawHttp2.EndStream, stream, RawClient.Frame(Endless.ToByteArray()));
        }

        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 10);
        Assert.Equal("y", (await client.EchoAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8("y") })).Payload.ToStringUtf8());
        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 0);
        Assert.Equal("z", (await client.EchoAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8("z") })).Payload.ToStringUtf8());
    }

    /// <summary>Whatever the number of its calls and connections: what one key asked for and left unread is bounded, and others are answered.</summary>
    [Fact]
    public async Task A_client_that_asks_for_more_than_it_reads_is_refused_beyond_its_bound()
    {
        const int replyBytes = 1 << 20;
        await using var host = await RpcHost.StartAsync();
        var unread = new List<RawHttp2>();
        try
        {
            // Windows of nothing, so that every reply waits, on several connections; half as many again as may wait.
            for (var connection = 0; connection < 4; connection++)
            {
                unread.Add(await RawHttp2.ConnectAsync(host));
                await unread[^1].OpenAsync((4, 0));
                for (var stream = 1; stream < 3 * (int)(RpcKestrel.MaxUnreadBytesPerKey / replyBytes / 4); stream += 2)
                {
                    await unread[^1].RequestAsync(stream, "/mpcsigner.rpctest.v1.RpcTest/Echo");
                    await unread[^1].FrameAsync(RawHttp2.Data, RawHttp2.EndStream, stream, RawClient.Frame(new EchoRequest { Size = replyBytes - 100 }.ToByteArray()));
                }
            }
            using var same = host.Channel();
            await EventuallyAsync(async () =>
            {
                try
                {
                    await new RpcTest.RpcTestClient(same).EchoAsync(new EchoRequest { Size = replyBytes });
                    return false;
                }
                catch (RpcException e)
                {
                    Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
                    return true;
                }
            });
            using var other = new RpcChannel(host.ChannelOptions() with { ClientCertificate = host.Certificates.Make("another client") });
            Assert.Equal(replyBytes, (await new RpcTest.RpcTestClient(other).EchoAsync(new EchoRequest { Size = replyBytes })).Payload.Length);
            unread.ForEach(connection => connection.Dispose());
            await EventuallyAsync(async () =>
            {
                try
                {
                    return (await new RpcTest.RpcTestClient(same).EchoAsync(new EchoRequest { Size = replyBytes })).Payload.Length == replyBytes;
                }
                catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
                {
                    return false;
                }
            });
        }
        finally
        {
            unread.ForEach(connection => connection.Dispose());
        }
    }

    [Fact]
    public async Task A_reply_that_nobody_takes_keeps_neither_handler_nor_stop_waiting()
    {
        var host = await RpcHost.StartAsync(Impatient);
        using var raw = await RawHttp2.ConnectAsync(host);
        await raw.OpenAsync((4, 0));
        for (var stream = 1; stream < 20; stream += 2)
        {
            await raw.RequestAsync(stream, "/mpcsigner.rpctest.v1.RpcTest/Echo");
            await raw.FrameAsync(RawHttp2.Data, RawHttp2.EndStream, stream, RawClient.Frame(new EchoRequest { Size = 1000 }.ToByteArray()));
        }

        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service is { LastHeaders: not null, Running: 0 });
        using var channel = host.Channel();
        await new RpcTest.RpcTestClient(channel).EchoAsync(new EchoRequest());
        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(await raw.IsClosedAsync());
    }

    [Fact]
    public async Task A_server_that_does_not_read_holds_the_writer_until_the_deadline()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        using var call = new RpcTest.RpcTestClient(channel).Chat(deadline: DateTime.UtcNow.AddSeconds(6));
        var written = 0;
        var e = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await call.RequestStream.WriteAsync(new EchoRequest { DelayMs = 60_000 });
            for (; written < 1000; written++)
                await call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[100_000]) });
        });
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        Assert.InRange(written, 1, 60);
        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 0);
    }

    [Fact]
    public async Task Messages_over_a_limit_are_refused_at_the_side_that_has_it()
    {
        await using var host = await RpcHost.StartAsync(new RpcServerOptions { MaxReceiveMessageSize = 1000, MaxSendMessageSize = 2000 });
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        using var small = new RpcChannel(host.ChannelOptions() with { MaxReceiveMessageSize = 500, MaxSendMessageSize = 400 });
        var smallClient = new RpcTest.RpcTestClient(small);

        await RefusedAsync(() => client.EchoAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[1000]) }).ResponseAsync, "1000 are received");
        await RefusedAsync(() => client.EchoAsync(new EchoRequest { Size = 2000 }).ResponseAsync, "2000 are sent");
        await RefusedAsync(() => smallClient.EchoAsync(new EchoRequest { Size = 600 }).ResponseAsync, "500 are received");
        await RefusedAsync(() => smallClient.EchoAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[500]) }).ResponseAsync, "400 are sent");
        using var call = smallClient.Chat();
        await RefusedAsync(() => call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFrom(new byte[500]) }), "400 are sent");
        await RefusedAsync(() => call.ResponseStream.MoveNext(CancellationToken.None), "400 are sent");
        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 0);
        await client.EchoAsync(new EchoRequest());
        await smallClient.EchoAsync(new EchoRequest());

        static async Task RefusedAsync(Func<Task> call, string says)
        {
            var e = await Assert.ThrowsAsync<RpcException>(call);
            Assert.Equal(StatusCode.ResourceExhausted, e.StatusCode);
            Assert.Contains(says, e.Status.Detail, StringComparison.Ordinal);
        }
    }

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(20); !await condition();)
        {
            Assert.True(DateTime.UtcNow < deadline, "it did not happen in time");
            await Task.Delay(20);
        }
    }
}
