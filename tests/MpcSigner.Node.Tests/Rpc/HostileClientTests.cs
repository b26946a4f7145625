using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Node.Tests.Rpc.Protos;
using MpcSigner.Rpc;
using MpcSigner.Rpc.Server;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>What a client with a valid certificate may send us: each time a clean status or a closed stream, and the others' calls go on.</summary>
public sealed class HostileClientTests
{
    private const string Echo = "/mpcsigner.rpctest.v1.RpcTest/Echo";
    private const string Chat = "/mpcsigner.rpctest.v1.RpcTest/Chat";
    private const string Count = "/mpcsigner.rpctest.v1.RpcTest/Count";

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc+json")]
    [InlineData("text/html")]
    [InlineData("")]
    public Task Rejects_other_content_types(string contentType) => WithBystanderAsync(async host =>
    {
        using var raw = new RawClient(host);
        foreach (var path in new[] { Echo, "/no.Such/Service" })
        {
            using var reply = await raw.PostAsync(path, RawClient.Frame([]), ("content-type", contentType));
            Assert.Equal(415, reply.HttpStatus);
            Assert.Null(reply.Status);
        }

        Assert.Null(host.Service.LastHeaders);
    });

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public Task Rejects_other_http_methods(string method) => WithBystanderAsync(async host =>
    {
        using var raw = new RawClient(host);
        using var reply = await raw.SendAsync(new HttpMethod(method), Echo, null);
        Assert.Equal(405, reply.HttpStatus);
        Assert.Contains("POST", reply.Response.Content.Headers.Allow);
    });

    [Theory]
    [InlineData("", (int)StatusCode.Internal)] // no message
    [InlineData("00", (int)StatusCode.Internal)]
    [InlineData("0000000005", (int)StatusCode.Internal)]
    [InlineData("00000000050a03", (int)StatusCode.Internal)]
    [InlineData("00000000000000000000", (int)StatusCode.Internal)] // two messages
    [InlineData("0000000003ffffff", (int)StatusCode.Internal)] // not protobuf
    [InlineData("00000000020a7f", (int)StatusCode.Internal)] // a field longer than the message
    [InlineData("0100000000", (int)StatusCode.Internal)] // compressed, with identity
    [InlineData("0700000000", (int)StatusCode.Internal)] // no such flag
    [InlineData("0000400001", (int)StatusCode.ResourceExhausted)] // 4 MiB and one byte
    [InlineData("00ffffffff", (int)StatusCode.ResourceExhausted)]
    public Task Rejects_malformed_bodies(string hex, int code) => WithBystanderAsync(async host =>
    {
        using var raw = new RawClient(host);
        foreach (var path in new[] { Echo, Count, "/mpcsigner.rpctest.v1.RpcTest/Sum", Chat })
        {
            // A stream may be empty and may hold two messages.
            if (path is not (Echo or Count) && (hex is "" or "00000000000000000000"))
                continue;
            using var reply = await raw.PostAsync(path, Convert.FromHexString(hex));
            Assert.Equal(200, reply.HttpStatus);
            Assert.Equal((StatusCode)code, reply.Status);
            Assert.Equal(path is Echo or Count, reply.TrailersOnly);
        }

        Assert.Null(host.Service.LastHeaders);
    });

    [Theory]
    [InlineData("grpc-timeout", "123456789S")]
    [InlineData("grpc-timeout", "1x")]
    [InlineData("grpc-timeout", "-1S")]
    [InlineData("key-bin", "A")]
    [InlineData("key-bin", "AA,!!")]
    public Task Rejects_malformed_headers(string name, string value) => WithBystanderAsync(async host =>
    {
        using var raw = new RawClient(host);
        using var reply = await raw.PostAsync(Echo, RawClient.Frame([]), (name, value));
        Assert.Equal(StatusCode.Internal, reply.Status);
        Assert.True(reply.TrailersOnly);
        Assert.Null(host.Service.LastHeaders);
    });

    [Fact]
    public Task Rejects_compression_and_names_what_it_accepts() => WithBystanderAsync(async host =>
    {
        using var raw = new RawClient(host);
        using var reply = await raw.PostAsync(Echo, [1, 0, 0, 0, 0], ("grpc-encoding", "gzip"));
        Assert.Equal(StatusCode.Unimplemented, reply.Status);
        Assert.Equal("identity", reply.Value("grpc-accept-encoding"));
    });

    /// <remarks>By a connection of bytes: a library that has read the server's SETTINGS refuses to send such headers, and whether it has is chance.</remarks>
    [Fact]
    public Task Rejects_headers_without_end() => WithBystanderAsync(async host =>
    {
        using var raw = await RawHttp2.ConnectAsync(host);
        await raw.OpenAsync();
        await raw.RequestAsync(1, Echo, flags: 0); // END_HEADERS is still to come
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.True(await raw.IsEndedByHeadersAsync(1, 4 * RpcKestrel.MaxRequestHeadersBytes));
        Assert.True(clock.Elapsed < RpcKestrel.RequestHeadersTimeout, "ended by its timeout, not by its bound");
        Assert.Null(host.Service.LastHeaders);
    });

    [Fact]
    public Task Declared_lengths_cost_no_memory() => WithBystanderAsync(async host =>
    {
        using var raw = new RawClient(host);
        const int streams = 300, declared = MessageLimits.DefaultMaxMessageSize;
        var before = GC.GetTotalMemory(forceFullCollection: true);
        List<HeldContent> held = [];
        List<Task<HttpResponseMessage>> replies = [];
        for (var i = 0; i < streams; i++)
        {
            held.Add(new HeldContent(RawClient.Frame(new byte[100], declared)));
            replies.Add(raw.StartAsync(Chat, held[i]));
        }

        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == streams + 1);
        await Task.Delay(200);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, streams * (long)declared / 20);
        held.ForEach(content => content.Finish());
        foreach (var reply in await Task.WhenAll(replies))
            reply.Dispose();
    });

    [Fact]
    public async Task A_request_that_never_ends_is_ended()
    {
        await using var host = await RpcHost.StartAsync(new RpcServerOptions { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        using var raw = new RawClient(host);
        foreach (var body in new[] { RawClient.Frame([]), [], RawClient.Frame([1, 2], 1000) })
        {
            var content = new HeldContent(body);
            using var response = await raw.StartAsync(Echo, content);
            Assert.Equal(["4"], response.Headers.GetValues("grpc-status"));
            content.Finish();
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n")]
    [InlineData("\u0000\u0001\u0002\u0003 not http at all, but long enough for a preface")]
    [InlineData("\u0016\u0003\u0001 a TLS record inside TLS ...............")]
    public Task Closes_what_is_not_http2(string bytes) => WithBystanderAsync(async host =>
    {
        using var raw = await RawHttp2.ConnectAsync(host);
        await raw.Stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(bytes));
        Assert.True(await raw.IsClosedAsync());
    });

    [Fact]
    public Task Closes_what_is_not_tls() => WithBystanderAsync(async host =>
    {
        foreach (var bytes in new[] { "GET / HTTP/1.1\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\u0016\u0003\u0003\u00ff\u00ff" })
        {
            using var tcp = new TcpClient();
            await tcp.ConnectAsync("127.0.0.1", host.Address.Port);
            var stream = tcp.GetStream();
            await stream.WriteAsync(System.Text.Encoding.Latin1.GetBytes(bytes + new string('x', 70_000)));
            tcp.Client.Shutdown(SocketShutdown.Send);
            try
            {
                var rest = new byte[4096];
                using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
                while (await stream.ReadAsync(rest, patience.Token) > 0)
                {
                }
            }
            catch (IOException)
            {
                // reset: closed all the same
            }
        }
    });

    [Fact]
    public Task Refuses_http1_and_older_tls() => WithBystanderAsync(async host =>
    {
        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            using var raw = await RawHttp2.ConnectAsync(host, application: "http/1.1");
            await raw.Stream.WriteAsync("POST / HTTP/1.1\r\nHost: localhost\r\n\r\n"u8.ToArray());
            await raw.Stream.ReadExactlyAsync(new byte[1]);
        });
        await Assert.ThrowsAnyAsync<Exception>(() => RawHttp2.ConnectAsync(host, SslProtocols.Tls12));
    });

    [Theory]
    [InlineData("headers on stream 0")]
    [InlineData("data on an idle stream")]
    [InlineData("frame too large")]
    [InlineData("frame cut off")]
    [InlineData("settings on a stream")]
    [InlineData("broken header compression")]
    [InlineData("data after the end")]
    public Task Closes_on_broken_http2(string what) => WithBystanderAsync(async host =>
    {
        using var raw = await RawHttp2.ConnectAsync(host);
        await raw.OpenAsync();
        switch (what)
        {
            case "headers on stream 0":
                await raw.RequestAsync(0, Echo);
                break;
            case "data on an idle stream":
                await raw.FrameAsync(RawHttp2.Data, 0, 1, new byte[10]);
                break;
            case "frame too large":
                await raw.RequestAsync(1, Chat);
                await raw.FrameAsync(RawHttp2.Data, 0, 1, new byte[10], declared: 0xffffff);
                break;
            case "frame cut off":
                await raw.RequestAsync(1, Chat);
                await raw.FrameAsync(RawHttp2.Data, 0, 1, new byte[10], declared: 1000);
                await raw.Stream.ShutdownAsync();
                break;
            case "settings on a stream":
                await raw.FrameAsync(RawHttp2.Settings, 0, 1, new byte[6]);
                break;
            case "broken header compression":
                await raw.FrameAsync(RawHttp2.Headers, RawHttp2.EndHeaders, 1, new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff });
                break;
            case "data after the end":
                await raw.RequestAsync(1, Echo, RawHttp2.EndHeaders | RawHttp2.EndStream);
                await raw.FrameAsync(RawHttp2.Data, 0, 1, new byte[10]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(what));
        }

        Assert.True(await raw.ReadUntilAsync((type, stream, _) => type == RawHttp2.GoAway || (type == RawHttp2.ResetStream && stream == 1)) || await raw.IsClosedAsync());
    });

    [Fact]
    public Task A_client_that_vanishes_ends_its_handlers() => WithBystanderAsync(async host =>
    {
        var raw = await RawHttp2.ConnectAsync(host);
        await raw.OpenAsync();
        for (var stream = 1; stream < 40; stream += 2)
        {
            await raw.RequestAsync(stream, Chat);
            await raw.FrameAsync(RawHttp2.Data, 0, stream, RawClient.Frame(new byte[3], 1000));
        }

        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 21);
        raw.Dispose();
        await DeadlineAndCancellationTests.EventuallyAsync(() => host.Service.Running == 1);
    });

    /// <summary>Runs an attack while another client's duplex call is open, which must go on as if nothing had happened.</summary>
    private static async Task WithBystanderAsync(Func<RpcHost, Task> attack)
    {
        await using var host = await RpcHost.StartAsync();
        using var channel = host.Channel();
        using var call = new RpcTest.RpcTestClient(channel).Chat();
        await SpeakAsync();
        await attack(host);
        await SpeakAsync();
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.DoesNotContain(host.Log.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));

        async Task SpeakAsync()
        {
            await call.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFromUtf8("bystander") });
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal("bystander", call.ResponseStream.Current.Payload.ToStringUtf8());
        }
    }
}
