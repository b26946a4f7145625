using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Node.Tests.Rpc.Protos;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>The four kinds of calls, our client against our server.</summary>
public sealed class CallTests
{
    [Fact]
    public async Task Unary_returns_the_reply()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        var reply = await client.EchoAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8("hello") });
        Assert.Equal("hello", reply.Payload.ToStringUtf8());
        Assert.Equal(host.ClientCertificate.RawData, host.Service.LastPeerCertificate);
        Assert.Equal(DateTime.MaxValue, host.Service.LastDeadline);
    }

    [Fact]
    public async Task Blocking_unary_returns_the_reply()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        var reply = await Task.Run(() => client.Echo(new EchoRequest { Payload = ByteString.CopyFromUtf8("hello") }));
        Assert.Equal("hello", reply.Payload.ToStringUtf8());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4091)]
    [InlineData(4096)]
    [InlineData(1_000_000)]
    [InlineData(4 * 1024 * 1024 - 10)]
    public async Task Unary_carries_any_size_within_the_limit(int size)
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var payload = new byte[size];
        new Random(size).NextBytes(payload);
        var reply = await new RpcTest.RpcTestClient(channel).EchoAsync(new EchoRequest { Payload = ByteString.CopyFrom(payload) });
        Assert.True(payload.AsSpan().SequenceEqual(reply.Payload.Span));
    }

    [Fact]
    public async Task Server_stream_arrives_in_order_and_ends()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        using var call = new RpcTest.RpcTestClient(channel).Count(new EchoRequest { Count = 1000, Size = 100 });
        var next = 0u;
        await foreach (var reply in call.ResponseStream.ReadAllAsync())
        {
            Assert.Equal(next++, reply.Index);
            Assert.Equal(100, reply.Payload.Length);
        }

        Assert.Equal(1000u, next);
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
    }

    [Fact]
    public async Task Client_stream_is_summed()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        using var call = new RpcTest.RpcTestClient(channel).Sum();
        for (byte i = 0; i < 100; i++)
            await call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFrom([i]) });
        await call.RequestStream.CompleteAsync();
        var reply = await call;
        Assert.Equal(100u, reply.Index);
        Assert.Equal([.. Enumerable.Range(0, 100).Select(i => (byte)i)], reply.Payload.ToByteArray());
    }

    [Fact]
    public async Task Duplex_answers_each_message_before_the_next_is_sent()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        using var call = new RpcTest.RpcTestClient(channel).Chat();
        await call.ResponseHeadersAsync;
        for (var i = 0u; i < 200; i++)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8($"m{i}") });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(i, call.ResponseStream.Current.Index);
            Assert.Equal($"m{i}", call.ResponseStream.Current.Payload.ToStringUtf8());
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task More_calls_at_a_time_than_Kestrels_hundred_streams()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        var calls = Enumerable.Range(0, 400).Select(_ => client.Chat()).ToList();
        foreach (var call in calls)
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8("x") });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
        }

        Assert.Equal(400, host.Service.Running);
        foreach (var call in calls)
        {
            await call.RequestStream.CompleteAsync();
            Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
            call.Dispose();
        }
    }
}
