using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace MpcSigner.Rpc.Server;

/// <summary>Makes an endpoint of each method.</summary>
internal sealed class EndpointBinder(IEndpointRouteBuilder endpoints, CallRunner server) : ServiceBinderBase
{
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
        Map(method, handler, async (handle, call) =>
        {
            var request = await call.ReadSingleAsync(method.RequestMarshaller).ConfigureAwait(false);
            var response = await handle(request, call).ConfigureAwait(false);
            await SendLastAsync(call, method, response).ConfigureAwait(false);
        });

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        Map(method, handler, async (handle, call) =>
        {
            var requests = new RequestReader<TRequest>(call, method.RequestMarshaller);
            var response = await handle(requests, call).ConfigureAwait(false);
            await SendLastAsync(call, method, response).ConfigureAwait(false);
        });

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
        Map(method, handler, async (handle, call) =>
        {
            var request = await call.ReadSingleAsync(method.RequestMarshaller).ConfigureAwait(false);
            await handle(request, new ResponseWriter<TResponse>(call, method.ResponseMarshaller), call).ConfigureAwait(false);
        });

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
        Map(method, handler, (handle, call) => handle(
            new RequestReader<TRequest>(call, method.RequestMarshaller),
            new ResponseWriter<TResponse>(call, method.ResponseMarshaller),
            call));

    private static Task SendLastAsync<TRequest, TResponse>(HttpServerCallContext call, Method<TRequest, TResponse> method, TResponse? response)
        where TRequest : class where TResponse : class
    {
        // A handler may refuse by setting the status; its message is then of no use to anyone.
        if (call.Status.StatusCode != StatusCode.OK)
            return Task.CompletedTask;
        return response is null
            ? throw new InvalidOperationException($"The handler of {method.FullName} returned null.")
            : call.SendAsync(method.ResponseMarshaller, response, flush: false, CancellationToken.None);
    }

    private void Map<THandler>(IMethod method, THandler? handler, Func<THandler, HttpServerCallContext, Task> invoke)
        where THandler : Delegate
    {
        // Generated code binds null handlers for reflection only: such a method stays unimplemented.
        if (handler is null)
            return;
        endpoints.Map(method.FullName, http => server.RunAsync(http, method, call => invoke(handler, call)));
    }
}
