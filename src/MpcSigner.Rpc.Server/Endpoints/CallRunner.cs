using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MpcSigner.Rpc.Server;

/// <summary>Runs a handler for a request and sees to it that the call ends with one status, whatever the handler or the client does.</summary>
internal sealed class CallRunner(RpcServerOptions options, ReceiveBudget budget, ILogger logger)
{
    public async Task RunAsync(HttpContext http, IMethod method, Func<HttpServerCallContext, Task> invoke)
    {
        if (!RequestGate.Admit(http))
            return;
        // Routes ignore case; gRPC's names do not.
        if (!string.Equals(http.Request.Path.Value, method.FullName, StringComparison.Ordinal))
        {
            await RefuseUnknownMethodAsync(http).ConfigureAwait(false);
            return;
        }

        await using var call = new HttpServerCallContext(http, method.FullName, options, budget, logger);
        var end = call.ReadRequestHead() ?? await InvokeAsync(call, invoke).ConfigureAwait(false);
        await call.EndAsync(end).ConfigureAwait(false);
    }

    public async Task RefuseUnknownMethodAsync(HttpContext http)
    {
        if (!RequestGate.Admit(http))
            return;
        await using var call = new HttpServerCallContext(http, http.Request.Path.Value ?? "", options, budget, logger);
        await call.EndAsync(CallEnd.Local(StatusCode.Unimplemented, "This server has no such method.")).ConfigureAwait(false);
    }

    private async Task<CallEnd> InvokeAsync(HttpServerCallContext call, Func<HttpServerCallContext, Task> invoke)
    {
        try
        {
            await invoke(call).ConfigureAwait(false);
            return new CallEnd(call.Status, Metadata.Empty);
        }
        catch (RpcException e)
        {
            return Refusal(e);
        }
        catch (OperationCanceledException e) when (call.CancellationToken.IsCancellationRequested)
        {
            return CallEnd.Local(StatusCode.Cancelled, "The call was cancelled.", e);
        }
        catch (Exception e)
        {
            if (options.MapException?.Invoke(e) is { } mapped)
                return Refusal(mapped);
            Log.HandlerFailed(logger, call.Method, e);
            return CallEnd.Local(StatusCode.Unknown, "The server failed to handle the call.", e);
        }
    }

    /// <summary>An exception says that the call failed, so that OK in it is a mistake and must not pass for success.</summary>
    private static CallEnd Refusal(RpcException e) => e.StatusCode == StatusCode.OK
        ? CallEnd.Local(StatusCode.Unknown, "The server failed to handle the call.", e)
        : new CallEnd(e.Status, e.Trailers);
}
