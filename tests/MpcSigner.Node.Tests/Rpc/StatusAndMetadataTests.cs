using System.Text;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Node.Tests.Rpc.Protos;
using MpcSigner.Rpc;
using MpcSigner.Rpc.Server;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>What handlers answer beside messages: statuses, details, headers, trailers.</summary>
public sealed class StatusAndMetadataTests
{
    [Theory]
    [InlineData((int)StatusCode.Cancelled, "")]
    [InlineData((int)StatusCode.InvalidArgument, "100% wrong: ü€😀\nsecond line")]
    [InlineData((int)StatusCode.Unauthenticated, " blanks ")]
    public async Task A_refusal_arrives_with_code_detail_and_details(int status, string detail)
    {
        var code = (StatusCode)status;
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        for (var size = 1; size <= 4; size++) // each length of base64's last group
        {
            byte[] details = [.. Enumerable.Range(250, size).Select(i => unchecked((byte)i))];
            var request = new FailRequest { Code = (uint)code, Detail = detail, DetailsBin = ByteString.CopyFrom(details) };

            var e = await Assert.ThrowsAsync<RpcException>(async () => await client.FailAsync(request));
            AssertFailure(e);

            // After messages, the same in trailers.
            request.After = 3;
            using var call = client.FailStream(request);
            for (var i = 0; i < 3; i++)
                Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            AssertFailure(await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None)));
            Assert.Equal(code, call.GetStatus().StatusCode);
            Assert.Equal("asked-for", call.GetTrailers().GetValue("reason"));

            void AssertFailure(RpcException failure)
            {
                Assert.Equal(code, failure.StatusCode);
                Assert.Equal(detail, failure.Status.Detail);
                Assert.Equal(details, failure.Trailers.GetValueBytes("grpc-status-details-bin"));
                Assert.Equal("asked-for", failure.Trailers.GetValue("reason"));
            }
        }
    }

    [Theory]
    [InlineData(100u, (int)StatusCode.Unknown)]
    [InlineData(101u, (int)StatusCode.Unknown)]
    [InlineData((uint)StatusCode.OK, (int)StatusCode.Unknown)]
    public async Task An_exception_of_a_handler_does_not_tell_its_text(uint code, int expected)
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        var e = await Assert.ThrowsAsync<RpcException>(async () => await client.FailAsync(new FailRequest { Code = code }));
        Assert.Equal((StatusCode)expected, e.StatusCode);
        Assert.DoesNotContain(RpcTestService.SecretText, e.ToString(), StringComparison.Ordinal);
        Assert.Equal("still here", (await client.EchoAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8("still here") })).Payload.ToStringUtf8());
        if (code >= 100)
            Assert.Contains(host.Log.Lines, line => line.Contains("/mpcsigner.rpctest.v1.RpcTest/Fail", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_exception_can_be_mapped()
    {
        var options = new RpcServerOptions
        {
            MapException = e => e is TimeoutException
                ? new RpcException(new Status(StatusCode.Unavailable, "come back"), new Metadata { { "grpc-status-details-bin", new byte[] { 1 } } })
                : null,
        };
        await using var host = await RpcHost.StartAsync(options);
        using var channel = host.Channel();
        var client = new RpcTest.RpcTestClient(channel);
        var e = await Assert.ThrowsAsync<RpcException>(async () => await client.FailAsync(new FailRequest { Code = 102 }));
        Assert.Equal((StatusCode.Unavailable, "come back"), (e.StatusCode, e.Status.Detail));
        Assert.Equal([1], e.Trailers.GetValueBytes("grpc-status-details-bin"));
        Assert.Empty(host.Log.Lines);
    }

    [Fact]
    public async Task Headers_and_trailers_go_both_ways()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var headers = new Metadata
        {
            { "echo-text", "one" },
            { "echo-text", "two, three" },
            { "Echo-Bytes-bin", new byte[] { 0, 255, 10, 13 } },
            { "head-line", "early" },
        };
        using var call = new RpcTest.RpcTestClient(channel).EchoAsync(new EchoRequest(), headers);
        await call;
        var seen = host.Service.LastHeaders!;
        Assert.Equal("early", seen.GetValue("head-line"));
        Assert.Equal([0, 255, 10, 13], seen.GetValueBytes("echo-bytes-bin"));
        Assert.DoesNotContain(seen, e => e.Key is "te" or "content-type" or "grpc-timeout" or "host" || e.Key.StartsWith(':'));
        Assert.Equal("early", (await call.ResponseHeadersAsync).GetValue("head-line"));
        // HTTP may join lines of one name; the values keep their order.
        Assert.Equal("one, two, three", string.Join(", ", call.GetTrailers().GetAll("echo-text").Select(e => e.Value)));
        Assert.Equal([0, 255, 10, 13], call.GetTrailers().GetValueBytes("echo-bytes-bin"));
    }

    [Fact]
    public async Task Details_too_large_for_a_clients_headers_are_left_out_and_the_status_arrives()
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var request = new FailRequest { Code = (uint)StatusCode.Aborted, Detail = "said", DetailsBin = ByteString.CopyFrom(new byte[MetadataHeaders.MaxBytes]) };
        var e = await Assert.ThrowsAsync<RpcException>(async () => await new RpcTest.RpcTestClient(channel).FailAsync(request));
        Assert.Equal((StatusCode.Aborted, "said"), (e.StatusCode, e.Status.Detail));
        Assert.Null(e.Trailers.Get("grpc-status-details-bin"));
        Assert.Single(host.Log.Lines);
    }

    [Theory]
    [InlineData("grpc-status", "0")]
    [InlineData("content-type", "x")]
    [InlineData("te", "x")]
    public async Task Rejects_metadata_keys_of_the_protocol(string key, string value)
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        Assert.Throws<ArgumentException>(() => { new RpcTest.RpcTestClient(channel).EchoAsync(new EchoRequest(), new Metadata { { key, value } }); });
    }

    /// <summary>Sixteen kilobytes of commas would become thousands of values.</summary>
    [Fact]
    public void Rejects_more_values_in_one_line_than_the_bound()
    {
        var metadata = new Metadata();
        Assert.True(MetadataHeaders.TryAdd(metadata, "x-bin", new string(',', MetadataHeaders.MaxValuesPerLine - 1)));
        Assert.Equal(MetadataHeaders.MaxValuesPerLine, metadata.Count);
        Assert.False(MetadataHeaders.TryAdd(new(), "x-bin", new string(',', MetadataHeaders.MaxValuesPerLine)));
    }

    [Fact]
    public void Rejects_metadata_that_would_split_a_header()
    {
        Assert.Throws<ArgumentException>(() => new Metadata { { "key", "a\r\nb: c" } });
        Assert.Throws<ArgumentException>(() => new Metadata { { "key", "ü" } });
        Assert.Throws<ArgumentException>(() => new Metadata { { "ke y", "a" } });
        Assert.Throws<ArgumentException>(() => new Metadata { { "key-bin", "a" } });
        Assert.Throws<ArgumentException>(() => new Metadata { { "key", Encoding.ASCII.GetBytes("a") } });
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("a", "b"));
        Assert.DoesNotContain("token", new Metadata.Entry("key", "token").ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/mpcsigner.rpctest.v1.RpcTest/Nothing")]
    [InlineData("/mpcsigner.rpctest.v1.RpcTest/echo")]
    [InlineData("/no.Such/Service")]
    public async Task Unknown_methods_are_unimplemented(string path)
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        var parts = path.Split('/');
        var method = new Method<EchoRequest, EchoReply>(MethodType.Unary, parts[1], parts[2], Codec(EchoRequest.Parser), Codec(EchoReply.Parser));
        var e = await Assert.ThrowsAsync<RpcException>(async () => await channel.CreateCallInvoker().AsyncUnaryCall(method, null, default, new EchoRequest()));
        Assert.Equal(StatusCode.Unimplemented, e.StatusCode);
    }

    internal static Marshaller<T> Codec<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => Marshallers.Create<T>(
            static (message, context) => context.Complete(message.ToByteArray()),
            context => parser.ParseFrom(context.PayloadAsNewBuffer()));
}
