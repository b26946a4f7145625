using Google.Protobuf.Reflection;
using Grpc.Core;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>A service whose methods are passed on, message by message, as the bytes that came.</summary>
internal static class PassedService
{
    private static readonly Marshaller<byte[]> AsItIs = Marshallers.Create<byte[]>(static (bytes, context) => context.Complete(bytes), static context => context.PayloadAsNewBuffer());

    /// <param name="service">No method of it may stream from the client, unless it is left out.</param>
    /// <param name="behind">To the node behind, as whoever calls; throws where nobody is let through.</param>
    /// <param name="tell">Told of each call of one message each way, by its name, with a way to pass it on.</param>
    /// <param name="except">Names of methods that are added by hand.</param>
    public static ServerServiceDefinition.Builder Of(
        ServiceDescriptor service, Func<ServerCallContext, CallInvoker> behind, Func<string, ServerCallContext, Func<Task<byte[]>>, Task<byte[]>> tell, params IEnumerable<string> except)
    {
        var passed = ServerServiceDefinition.CreateBuilder();
        foreach (var described in service.Methods.Where(method => !except.Contains(method.Name)))
        {
            if (described.IsClientStreaming)
                throw new ArgumentException($"{described.FullName} is a stream of the client's", nameof(service));
            var method = new Method<byte[], byte[]>(described.IsServerStreaming ? MethodType.ServerStreaming : MethodType.Unary, service.FullName, described.Name, AsItIs, AsItIs);
            if (described.IsServerStreaming)
                passed.AddMethod(method, (request, responses, context) => StreamAsync(behind(context).AsyncServerStreamingCall(method, null, Like(context), request), responses));
            else
                passed.AddMethod(method, (request, context) => tell(method.Name, context, () => AnswerOfAsync(behind(context).AsyncUnaryCall(method, null, Like(context), request))));
        }
        return passed;
    }

    /// <summary>As long as the call that it is made for.</summary>
    public static CallOptions Like(ServerCallContext context) => new(deadline: context.Deadline == DateTime.MaxValue ? null : context.Deadline, cancellationToken: context.CancellationToken);

    /// <summary>A refusal is the callee's own, with its details.</summary>
    public static async Task<T> AnswerOfAsync<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            try
            {
                return await call.ResponseAsync;
            }
            catch (RpcException e)
            {
                throw new RpcException(e.Status, e.Trailers);
            }
        }
    }

    private static async Task StreamAsync(AsyncServerStreamingCall<byte[]> call, IServerStreamWriter<byte[]> responses)
    {
        using (call)
        {
            try
            {
                while (await call.ResponseStream.MoveNext(CancellationToken.None))
                    await responses.WriteAsync(call.ResponseStream.Current);
            }
            catch (RpcException e)
            {
                throw new RpcException(e.Status, e.Trailers);
            }
        }
    }
}
