using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Node.Tests.Rpc.Protos;
using MpcSigner.Rpc;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>Our client calls a server that we did not write, Python's grpcio, over mutual TLS 1.3.</summary>
public sealed class ForeignServerTests : IAsyncLifetime
{
    private readonly Certificates _certificates = new();
    private Process? _server;
    private RpcChannelOptions? _options;
    private RpcChannel? _channel;

    private RpcTest.RpcTestClient Client => new(_channel!);

    public async ValueTask InitializeAsync()
    {
        var server = _certificates.Make("server");
        var (certificate, key) = _certificates.Write(server, "server");
        _server = await Judges.StartPythonAsync(
            "grpc/server.py", "--authority", _certificates.AuthorityPath, "--certificate", certificate, "--key", key,
            "--descriptors", Path.Combine(AppContext.BaseDirectory, "rpc_test.protoset"));
        var line = await _server.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        if (line is null || !line.StartsWith("LISTENING ", StringComparison.Ordinal))
            Assert.Fail($"The grpcio server did not start: {line} {await _server.StandardError.ReadToEndAsync()}");
        var port = int.Parse(line!["LISTENING ".Length..], CultureInfo.InvariantCulture);
        _options = new RpcChannelOptions
        {
            Address = new Uri($"https://127.0.0.1:{port}"),
            ClientCertificate = _certificates.Make("client"),
            ServerCertificate = (presented, _) => SubjectKeyPin.Matches(presented, SubjectKeyPin.Of(server)),
        };
        _channel = new RpcChannel(_options);
    }

    [Fact]
    public async Task Unary_with_metadata()
    {
        using var call = Client.EchoAsync(
            new EchoRequest { Payload = ByteString.CopyFromUtf8("hello") },
            new Metadata { { "echo-text", "some text" }, { "echo-bytes-bin", new byte[] { 0, 255, 10 } } },
            deadline: DateTime.UtcNow.AddSeconds(30));
        Assert.Equal("hello", (await call).Payload.ToStringUtf8());
        Assert.Equal("some text", call.GetTrailers().GetValue("echo-text"));
        Assert.Equal([0, 255, 10], call.GetTrailers().GetValueBytes("echo-bytes-bin"));
    }

    [Fact]
    public async Task Streams()
    {
        using var count = Client.Count(new EchoRequest { Count = 500, Size = 1000 });
        var next = 0u;
        await foreach (var reply in count.ResponseStream.ReadAllAsync())
            Assert.Equal(next++, reply.Index);
        Assert.Equal(500u, next);

        using var sum = Client.Sum();
        for (byte i = 0; i < 50; i++)
            await sum.RequestStream.WriteAsync(new EchoRequest { Payload = ByteString.CopyFrom([i]) });
        await sum.RequestStream.CompleteAsync();
        var summed = await sum;
        Assert.Equal([.. Enumerable.Range(0, 50).Select(i => (byte)i)], summed.Payload.ToByteArray());

        using var chat = Client.Chat();
        for (var i = 0u; i < 50; i++)
        {
            await chat.RequestStream.WriteAsync(new EchoRequest { Size = i + 1 });
            Assert.True(await chat.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal((i, (int)i + 1), (chat.ResponseStream.Current.Index, chat.ResponseStream.Current.Payload.Length));
        }

        await chat.RequestStream.CompleteAsync();
        Assert.False(await chat.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.OK, chat.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Deadline_and_cancellation_reach_the_handler()
    {
        var slow = new EchoRequest { DelayMs = 30_000 };
        await EndsAsync(StatusCode.DeadlineExceeded, async () => await Client.EchoAsync(slow, deadline: DateTime.UtcNow.AddMilliseconds(500)));
        Assert.Equal("CANCELLED", await NextLineAsync());
        using var source = new CancellationTokenSource(500);
        await EndsAsync(StatusCode.Cancelled, async () => await Client.EchoAsync(slow, cancellationToken: source.Token));
        Assert.Equal("CANCELLED", await NextLineAsync());
    }

    [Fact]
    public async Task Refusals()
    {
        var request = new FailRequest { Code = 9, Detail = "100% ü€😀\nsecond line", DetailsBin = ByteString.CopyFrom([8, 9, 18, 251]) };
        foreach (var after in new[] { 0u, 3u })
        {
            request.After = after;
            using var call = Client.FailStream(request);
            for (var i = 0; i < after; i++)
                Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            var e = await EndsAsync(StatusCode.FailedPrecondition, () => call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(request.Detail, e.Status.Detail);
            Assert.Equal([8, 9, 18, 251], e.Trailers.GetValueBytes("grpc-status-details-bin"));
        }

        var unknown = new Method<EchoRequest, EchoReply>(
            MethodType.Unary, "no.Such", "Service", StatusAndMetadataTests.Codec(EchoRequest.Parser), StatusAndMetadataTests.Codec(EchoReply.Parser));
        await EndsAsync(StatusCode.Unimplemented, async () => await _channel!.CreateCallInvoker().AsyncUnaryCall(unknown, null, default, new EchoRequest()));
    }

    [Fact]
    public async Task Too_large_a_message()
    {
        // grpcio receives 4 MiB unless told otherwise.
        var large = new EchoRequest { Payload = ByteString.CopyFrom(new byte[5_000_000]) };
        using var channel = new RpcChannel(_options! with { MaxSendMessageSize = 10_000_000, MaxReceiveMessageSize = 1000 });
        var client = new RpcTest.RpcTestClient(channel);
        await EndsAsync(StatusCode.ResourceExhausted, async () => await client.EchoAsync(large));
        await EndsAsync(StatusCode.ResourceExhausted, async () => await Client.EchoAsync(large));
        await EndsAsync(StatusCode.ResourceExhausted, async () => await client.EchoAsync(new EchoRequest { Size = 2000 }));
        Assert.Equal(2000, (await Client.EchoAsync(new EchoRequest { Size = 2000 })).Payload.Length);
    }

    [Fact]
    public async Task Rejects_no_certificate_and_a_wrong_pin()
    {
        using var nobody = new RpcChannel(_options! with { ClientCertificate = null });
        await EndsAsync(StatusCode.Unavailable, async () => await new RpcTest.RpcTestClient(nobody).EchoAsync(new EchoRequest()));
        using var doubting = new RpcChannel(_options! with { ServerCertificate = (_, _) => false });
        await EndsAsync(StatusCode.Unavailable, async () => await new RpcTest.RpcTestClient(doubting).EchoAsync(new EchoRequest()));
    }

    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        if (_server is not null)
        {
            _server.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await _server.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                _server.Kill(entireProcessTree: true);
            }

            _server.Dispose();
        }

        _certificates.Dispose();
    }

    private static async Task<RpcException> EndsAsync(StatusCode code, Func<Task> call)
    {
        var e = await Assert.ThrowsAsync<RpcException>(call);
        Assert.True(code == e.StatusCode, $"{code} was expected: {e}");
        return e;
    }

    private Task<string?> NextLineAsync() => _server!.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(20));
}
