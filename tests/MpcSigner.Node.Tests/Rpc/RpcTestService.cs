using Google.Protobuf;
using Grpc.Core;
using MpcSigner.Node.Tests.Rpc.Protos;
using MpcSigner.Rpc.Server;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>The server side of rpc_test.proto. It remembers what its handlers saw.</summary>
internal sealed class RpcTestService : RpcTest.RpcTestBase
{
    public const string SecretText = "text of an exception that must not cross the wire";

    private int _cancelled;
    private int _running;
    private int _summed;

    /// <summary>Handlers that were stopped by their token.</summary>
    public int Cancelled => Volatile.Read(ref _cancelled);

    /// <summary>Handlers that have not returned yet.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Client streams that ended as complete.</summary>
    public int Summed => Volatile.Read(ref _summed);

    public Metadata? LastHeaders { get; private set; }

    public byte[]? LastPeerCertificate { get; private set; }

    public DateTime LastDeadline { get; private set; }

    public override Task<EchoReply> Echo(EchoRequest request, ServerCallContext context) => WatchAsync(async () =>
    {
        LastHeaders = context.RequestHeaders;
        LastPeerCertificate = context.GetPeerCertificate()?.RawData;
        LastDeadline = context.Deadline;
        await PauseAsync(request, context);
        foreach (var entry in context.RequestHeaders.Where(e => e.Key.StartsWith("echo-", StringComparison.Ordinal)))
            context.ResponseTrailers.Add(entry);
        if (context.RequestHeaders.Any(e => e.Key.StartsWith("head-", StringComparison.Ordinal)))
            await context.WriteResponseHeadersAsync([.. context.RequestHeaders.Where(e => e.Key.StartsWith("head-", StringComparison.Ordinal))]);
        return new EchoReply { Payload = Reply(request) };
    });

    public override Task Count(EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context) => WatchAsync(async () =>
    {
        for (var i = 0u; i < request.Count; i++)
        {
            await PauseAsync(request, context);
            await responseStream.WriteAsync(new EchoReply { Index = i, Payload = Reply(request) });
        }

        return 0;
    });

    public override Task<EchoReply> Sum(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context) => WatchAsync(async () =>
    {
        var reply = new EchoReply();
        await foreach (var request in requestStream.ReadAllAsync())
        {
            reply.Index++;
            reply.Payload = ByteString.CopyFrom([.. reply.Payload, .. request.Payload]);
        }

        Interlocked.Increment(ref _summed);
        return reply;
    });

    public override Task Chat(
        IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context) => WatchAsync(async () =>
    {
        var index = 0u;
        while (await requestStream.MoveNext(CancellationToken.None))
        {
            await PauseAsync(requestStream.Current, context);
            await responseStream.WriteAsync(new EchoReply { Index = index++, Payload = Reply(requestStream.Current) });
        }

        return 0;
    });

    public override Task<EchoReply> Fail(FailRequest request, ServerCallContext context) => throw Failure(request);

    public override async Task FailStream(FailRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context)
    {
        for (var i = 0u; i < request.After; i++)
            await responseStream.WriteAsync(new EchoReply { Index = i });
        throw Failure(request);
    }

    private static Exception Failure(FailRequest request)
    {
        if (request.Code == 100)
            return new InvalidDataException(SecretText);
        if (request.Code == 101)
            return new OperationCanceledException(SecretText);
        if (request.Code == 102)
            return new TimeoutException(SecretText);
        var trailers = new Metadata { { "reason", "asked-for" } };
        if (request.DetailsBin.Length > 0)
            trailers.Add("grpc-status-details-bin", request.DetailsBin.ToByteArray());
        return new RpcException(new Status((StatusCode)request.Code, request.Detail), trailers);
    }

    private static ByteString Reply(EchoRequest request) =>
        request.Size > 0 ? ByteString.CopyFrom(new byte[request.Size]) : request.Payload;

    private static Task PauseAsync(EchoRequest request, ServerCallContext context) =>
        request.DelayMs == 0 ? Task.CompletedTask : Task.Delay((int)request.DelayMs, context.CancellationToken);

    private async Task<T> WatchAsync<T>(Func<Task<T>> handle)
    {
        Interlocked.Increment(ref _running);
        try
        {
            return await handle();
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
