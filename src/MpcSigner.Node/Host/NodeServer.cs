using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Grpc.Core;
using Grpc.Health.V1;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Log;
using MpcSigner.Node.Options;
using MpcSigner.Node.Services;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;
using MpcSigner.Rpc.Server;

namespace MpcSigner.Node.Host;

/// <summary>Kestrel with this node's services behind its one door.</summary>
internal static class NodeServer
{
    /// <summary>Above the largest message: an administrators' job of 6 MiB, a roster of 4 MiB with its signatures.</summary>
    public const int MaxMessageBytes = 8 << 20;

    /// <summary>For connections to close, after the calls have ended.</summary>
    public static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(2);

    public static WebApplication Build(
        NodeOptions options, TlsInUse tls, Door door, ServerServiceDefinition[] services, LineLoggerProvider log, TimeProvider time)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear(); // environment and files of other programs decide nothing here
        builder.Logging.ClearProviders().SetMinimumLevel(options.LogLevel).AddProvider(log);
        // The web server's own lines are of use to its developers; what matters of them, we log.
        builder.Logging.AddFilter("Microsoft", LogLevel.Error);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = CloseTimeout);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseRpcLimits();
            kestrel.ListenRpc(new RpcListenOptions
            {
                EndPoint = options.Listen,
                ServerCertificate = () => tls.Current.Certificate,
                ClientCertificate = door.Admits,
                TrustedRoots = tls.Current.Authorities,
            });
        });
        var app = builder.Build();
        var failures = new ServiceFailures(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("MpcSigner.Node.Services"));
        app.MapGrpcServices(
            new RpcServerOptions { MaxReceiveMessageSize = MaxMessageBytes, MaxSendMessageSize = MaxMessageBytes, MapException = failures.Map, Time = time },
            services);
        return app;
    }

    /// <summary>Begins to listen and says where.</summary>
    /// <exception cref="StartRefusedException">The address is taken or not ours.</exception>
    public static async Task<string> ListenAsync(WebApplication app, IPEndPoint endPoint)
    {
        try
        {
            await app.StartAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            throw new StartRefusedException(ExitCode.CannotListen, $"The node cannot listen on {endPoint}: {e.Message}",
                "Stop what uses the port, or change 'listen' (and the roster's address with it).", e);
        }
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new Uri(address).Authority;
    }

    /// <summary>Ends what is left of its connections; those that do not close in time are cut when the server is disposed.</summary>
    public static async Task StopAsync(WebApplication app, TimeProvider time)
    {
        using var limit = new CancellationTokenSource(CloseTimeout, time);
        try
        {
            await app.StopAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Not in time.
        }
    }
}
