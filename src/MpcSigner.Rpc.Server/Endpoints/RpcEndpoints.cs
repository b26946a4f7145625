using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MpcSigner.Rpc.Server;

/// <summary>Maps services to the paths of an application.</summary>
internal static class RpcEndpoints
{
    /// <summary>Serves these services; every other method of the form <c>/service/method</c> is UNIMPLEMENTED. Call it once an application.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="options">Bounds and hooks, shared by all services.</param>
    /// <param name="services">What generated <c>BindService(implementation)</c> returns.</param>
    public static void MapGrpcServices(this IEndpointRouteBuilder endpoints, RpcServerOptions options, params ServerServiceDefinition[] services)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        var logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(RpcEndpoints).Namespace!);
        var server = new CallRunner(options, new ReceiveBudget(options.ReceiveBudget), logger);
        var binder = new EndpointBinder(endpoints, server);
        foreach (var service in services)
            service.BindService(binder);
        endpoints.MapFallback("{service}/{method}", server.RefuseUnknownMethodAsync);
    }
}
