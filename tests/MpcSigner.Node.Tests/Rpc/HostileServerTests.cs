using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using MpcSigner.Node.Tests.Rpc.Protos;
using MpcSigner.Rpc;
using Xunit;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>What a server may answer our client: always one status, never another exception, never memory by the declared length.</summary>
public sealed class HostileServerTests
{
    [Theory]
    [InlineData(400, (int)StatusCode.Internal)]
    [InlineData(401, (int)StatusCode.Unauthenticated)]
    [InlineData(403, (int)StatusCode.PermissionDenied)]
    [InlineData(404, (int)StatusCode.Unimplemented)]
    [InlineData(429, (int)StatusCode.Unavailable)]
    [InlineData(502, (int)StatusCode.Unavailable)]
    [InlineData(503, (int)StatusCode.Unavailable)]
    [InlineData(504, (int)StatusCode.Unavailable)]
    [InlineData(301, (int)StatusCode.Unknown)]
    [InlineData(500, (int)StatusCode.Unknown)]
    public Task Http_statuses_become_statuses(int http, int code) => AnswersAsync(code, async context =>
    {
        context.Response.StatusCode = http;
        context.Response.Headers.Location = "https://127.0.0.1:1/elsewhere";
        await context.Response.WriteAsync("<html>");
    });

    [Fact]
    public Task Another_content_type_is_unknown() => AnswersAsync((int)StatusCode.Unknown, async context =>
    {
        context.Response.ContentType = "text/html";
        await context.Response.WriteAsync("<html>");
    });

    [Theory]
    [InlineData("3", (int)StatusCode.InvalidArgument)]
    [InlineData("16", (int)StatusCode.Unauthenticated)]
    [InlineData("17", (int)StatusCode.Unknown)]
    [InlineData("99999999999", (int)StatusCode.Internal)]
    [InlineData("-1", (int)StatusCode.Internal)]
    [InlineData("x", (int)StatusCode.Internal)]
    [InlineData("", (int)StatusCode.Internal)]
    [InlineData("0", (int)StatusCode.Internal)] // OK, but without the message
    public async Task Trailers_only_replies_are_read(string status, int code)
    {
        await AnswersAsync(code, context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = status;
            context.Response.Headers["grpc-message"] = "said%20so";
            return Task.CompletedTask;
        });
        await AnswersAsync(code, async context =>
        {
            await GrpcAsync(context, []);
            context.Response.AppendTrailer("grpc-status", status);
        });
    }

    [Theory]
    [InlineData("", null, (int)StatusCode.Internal)]
    [InlineData("0000000000", null, (int)StatusCode.Internal)]
    [InlineData("00000000", "0", (int)StatusCode.Internal)]
    [InlineData("00000000050a", "0", (int)StatusCode.Internal)]
    [InlineData("0000000002ffff", "0", (int)StatusCode.Internal)]
    [InlineData("0100000000", "0", (int)StatusCode.Internal)]
    [InlineData("00000000000000000000", "0", (int)StatusCode.Internal)]
    [InlineData("00ffffffff", "0", (int)StatusCode.ResourceExhausted)]
    [InlineData("0000400001", "0", (int)StatusCode.ResourceExhausted)]
    [InlineData("0000000000", "5", (int)StatusCode.NotFound)]
    [InlineData("0000000000", "0", (int)StatusCode.OK)]
    public Task Bodies_are_judged(string hex, string? status, int code) => AnswersAsync(code, async context =>
    {
        await GrpcAsync(context, Convert.FromHexString(hex));
        if (status is not null)
            context.Response.AppendTrailer("grpc-status", status);
    });

    [Fact]
    public Task Compression_that_was_not_offered_is_internal() => AnswersAsync((int)StatusCode.Internal, async context =>
    {
        context.Response.Headers["grpc-encoding"] = "gzip";
        await GrpcAsync(context, [1, 0, 0, 0, 0]);
    });

    [Theory]
    [InlineData(0x0, (int)StatusCode.Unavailable)]
    [InlineData(0x1, (int)StatusCode.Internal)]
    [InlineData(0x2, (int)StatusCode.Internal)]
    [InlineData(0x3, (int)StatusCode.Internal)]
    [InlineData(0x7, (int)StatusCode.Unavailable)]
    [InlineData(0x8, (int)StatusCode.Cancelled)]
    [InlineData(0xb, (int)StatusCode.ResourceExhausted)]
    [InlineData(0xc, (int)StatusCode.PermissionDenied)]
    [InlineData(0x77, (int)StatusCode.Unknown)]
    public async Task Resets_become_statuses(int reset, int code)
    {
        await AnswersAsync(code, async context =>
        {
            await GrpcAsync(context, [0, 0, 0]);
            await context.Response.Body.FlushAsync();
            context.Features.Get<IHttpResetFeature>()!.Reset(reset);
        });
        // REFUSED_STREAM before any answer makes HTTP try again, for ever if need be.
        if (reset != 0x7)
        {
            await AnswersAsync(code, context =>
            {
                context.Features.Get<IHttpResetFeature>()!.Reset(reset);
                return Task.CompletedTask;
            });
        }
    }

    [Fact]
    public async Task A_reset_by_the_servers_deadline_is_the_deadline()
    {
        await using var server = await HostileServer.StartAsync(async context =>
        {
            await Task.Delay(200);
            context.Features.Get<IHttpResetFeature>()!.Reset((int)TransportErrors.Cancel);
        });
        var e = await Assert.ThrowsAsync<RpcException>(async () =>
            await new RpcTest.RpcTestClient(server.Channel).EchoAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddMilliseconds(200)));
        Assert.Equal(StatusCode.DeadlineExceeded, e.StatusCode);
    }

    [Fact]
    public async Task An_early_answer_reaches_a_client_that_is_still_writing()
    {
        await using var server = await HostileServer.StartAsync(context =>
        {
            context.Response.ContentType = "application/grpc";
            context.Response.Headers["grpc-status"] = "7";
            context.Response.Headers["grpc-message"] = "not you";
            return Task.CompletedTask;
        });
        for (var i = 0; i < 20; i++)
        {
            using var call = new RpcTest.RpcTestClient(server.Channel).Chat();
            var e = await Assert.ThrowsAsync<RpcException>(async () =>
            {
                while (true)
                    await call.RequestStream.WriteAsync(new EchoRequest { Payload = Google.Protobuf.ByteString.CopyFrom(new byte[10_000]) });
            });
            Assert.Equal((StatusCode.PermissionDenied, "not you"), (e.StatusCode, e.Status.Detail));
            e = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(CancellationToken.None));
            Assert.Equal(StatusCode.PermissionDenied, e.StatusCode);
        }
    }

    [Fact]
    public Task Headers_without_end_are_unavailable() => AnswersAsync((int)StatusCode.Unavailable, async context =>
    {
        context.Response.Headers["long"] = new string('x', 2 * 1024 * HttpTransport.MaxResponseHeadersKilobytes);
        await GrpcAsync(context, []);
    });

    [Fact]
    public Task Malformed_metadata_is_internal() => AnswersAsync((int)StatusCode.Internal, async context =>
    {
        context.Response.Headers["key-bin"] = "!!";
        await GrpcAsync(context, [0, 0, 0, 0, 0]);
        context.Response.AppendTrailer("grpc-status", "0");
    });

    private static async Task GrpcAsync(HttpContext context, byte[] body)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.StartAsync();
        await context.Response.Body.WriteAsync(body);
    }

    /// <summary>Calls such a server, unary and streaming; both end with the code.</summary>
    private static async Task AnswersAsync(int code, RequestDelegate answer)
    {
        await using var server = await HostileServer.StartAsync(answer);
        var client = new RpcTest.RpcTestClient(server.Channel);
        Assert.Equal((StatusCode)code, await EndOfAsync(async () => await client.EchoAsync(new EchoRequest(), deadline: DateTime.UtcNow.AddSeconds(20))));
        Assert.Equal((StatusCode)code, await EndOfAsync(async () =>
        {
            using var call = client.Sum(deadline: DateTime.UtcNow.AddSeconds(20));
            await call;
        }));
    }

    private static async Task<StatusCode> EndOfAsync(Func<Task> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (RpcException e)
        {
            return e.StatusCode;
        }
    }
}
