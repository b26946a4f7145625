using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Node.Tests.Rpc.Protos;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>Deadlines at both ends, and cancellation that reaches the handler.</summary>
public sealed class DeadlineAndCancellationTests
{
    private static readonly EchoRequest Slow = new() { DelayMs = 30_000, Count = 1 };

    [Fact]
    public async Task A_deadline_ends_the_call_and_the_handler()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        var e = await Assert.ThrowsAsync<RpcException>(async () => await client.EchoAsync(Slow, deadline: DateTime.UtcNow.AddMilliseconds(300)));
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        await EventuallyAsync(() => host.Service is { Running: 0, Cancelled: 1 });
        Assert.InRange(host.Service.LastDeadline, DateTime.UtcNow.AddSeconds(-30), DateTime.UtcNow.AddSeconds(1)); // it counts from when it read the headers
        Assert.Empty(host.Log.Lines);
    }

    [Fact]
    public async Task The_server_keeps_the_deadline_of_a_client_that_does_not()
    {
        await using var host = await RpcHost.StartAsync();
        using var raw = new RawClient(host);
        using var reply = await raw.PostAsync("/mpcsigner.rpctest.v1.RpcTest/Echo", RawClient.Frame(Slow.ToByteArray()), ("grpc-timeout", "200m"));
        Assert.Equal(StatusCode.DeadlineExceeded, reply.Status);
        await EventuallyAsync(() => host.Service is { Running: 0, Cancelled: 1 });
    }

    [Fact]
    public async Task A_deadline_passes_while_a_stream_is_open()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        using var call = new RpcTest.RpcTestClient(channel).Chat(deadline: DateTime.UtcNow.AddMilliseconds(500));
        await call.RequestStream.WriteAsync(new EchoRequest());
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        var e = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        e = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync(new EchoRequest()));
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        await EventuallyAsync(() => host.Service.Running == 0);
    }

    [Fact]
    public async Task A_deadline_in_the_past_sends_nothing()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var e = await Assert.ThrowsAsync<RpcException>(async () =>
            await new RpcTest.RpcTestClient(channel).EchoAsync(Slow, deadline: DateTime.UtcNow.AddSeconds(-1)));
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
        Assert.Null(host.Service.LastHeaders);
    }

    [Fact]
    public async Task A_deadline_beyond_any_timer_is_none_to_speak_of()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        await new RpcTest.RpcTestClient(channel).EchoAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddYears(5000));
        await new RpcTest.RpcTestClient(channel).EchoAsync(new EchoRequest(), deadline: DateTime.MaxValue);
        Assert.Equal(DateTime.MaxValue, host.Service.LastDeadline);
    }

    [Fact]
    public async Task Cancelling_reaches_the_handler()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        using var source = new CancellationTokenSource();
        using var call = new RpcTest.RpcTestClient(channel).EchoAsync(Slow, cancellationToken: source.Token);
        await EventuallyAsync(() => host.Service.Running == 1);
        await source.CancelAsync();
        var e = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.Equal(StatusCode.Cancelled, e.StatusCode);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
        await Assert.ThrowsAsync<RpcException>(() => call.ResponseHeadersAsync);
        await EventuallyAsync(() => host.Service is { Running: 0, Cancelled: 1 });
        Assert.Empty(host.Log.Lines);
    }

    [Fact]
    public async Task A_token_cancelled_beforehand_sends_nothing()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var e = await Assert.ThrowsAsync<RpcException>(async () =>
            await new RpcTest.RpcTestClient(channel).EchoAsync(new EchoRequest(), cancellationToken: new CancellationToken(true)));
        Assert.Equal(StatusCode.Cancelled, e.StatusCode);
        Assert.Null(host.Service.LastHeaders);
    }

    [Fact]
    public async Task Disposing_a_stream_ends_the_handler_on_either_side()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        var reading = client.Count(new EchoRequest { Count = uint.MaxValue, Size = 1000 });
        Assert.True(await reading.ResponseStream.MoveNext(CancellationToken.None));
        reading.Dispose();
        var chatting = client.Chat();
        await chatting.RequestStream.WriteAsync(new EchoRequest());
        Assert.True(await chatting.ResponseStream.MoveNext(CancellationToken.None));
        chatting.Dispose();
        await EventuallyAsync(() => host.Service.Running == 0);
        Assert.Empty(host.Log.Lines);
    }

    [Fact]
    public async Task A_stream_given_up_never_looks_complete()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        for (var i = 0; i < 200; i++)
        {
            using var call = client.Sum();
            await call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFrom([1]) });
            if (i % 2 == 0)
                await EventuallyAsync(() => host.Service.Running > 0);
        }

        await EventuallyAsync(() => host.Service.Running == 0);
        Assert.Equal(0, host.Service.Summed);
        using var complete = client.Sum();
        await complete.RequestStream.CompleteAsync();
        await complete;
        Assert.Equal(1, host.Service.Summed);
    }

    [Fact]
    public async Task Cancelling_one_read_cancels_the_call()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        using var call = new RpcTest.RpcTestClient(channel).Count(Slow);
        using var source = new CancellationTokenSource(100);
        var e = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(source.Token));
        Assert.Equal(StatusCode.Cancelled, e.StatusCode);
        await EventuallyAsync(() => host.Service is { Running: 0, Cancelled: 1 });
    }

    [Fact]
    public async Task Cancellation_racing_trailers_has_one_winner()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        var won = new int[2];
        for (var i = 0; i < 300; i++)
        {
            using var source = new CancellationTokenSource();
            using var call = client.EchoAsync(new EchoRequest(), cancellationToken: source.Token);
            var cancelling = Task.Run(async () =>
            {
                await Task.Delay(i % 3 == 0 ? 0 : 1);
                await source.CancelAsync();
            });
            try
            {
                await call;
                won[0]++;
                Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
            }
            catch (RpcException e)
            {
                won[1]++;
                Assert.Equal(StatusCode.Cancelled, e.StatusCode);
                Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
            }

            await cancelling;
        }

        Assert.Equal(300, won.Sum());
        await EventuallyAsync(() => host.Service.Running == 0);
        await client.EchoAsync(new EchoRequest());
        Assert.Empty(host.Log.Lines);
    }

    [Fact]
    public async Task A_server_that_stops_ends_its_calls_as_unavailable()
    {
        var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        using var call = client.EchoAsync(Slow);
        await EventuallyAsync(() => host.Service.Running == 1);
        await host.DisposeAsync();
        var e = await Assert.ThrowsAsync<RpcException>(async () => await call);
        Assert.True(e.StatusCode == StatusCode.Unavailable, e.ToString());
        e = await Assert.ThrowsAsync<RpcException>(async () => await client.EchoAsync(new EchoRequest()));
        Assert.Equal(StatusCode.Unavailable, e.StatusCode);
    }

    internal static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
            await Task.Delay(10);
        Assert.True(condition());
    }
}
