using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MpcSigner.Rpc;
using MpcSigner.Rpc.Server;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>An HTTP/2 server with our certificates that answers every request as a test likes, gRPC or not.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly Certificates _certificates;

    private HostileServer(WebApplication app, Certificates certificates, X509Certificate2 client)
    {
        (_app, _certificates) = (app, certificates);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Channel = new RpcChannel(new RpcChannelOptions
        {
            Address = new Uri(address),
            ClientCertificate = client,
            TrustedRoots = [certificates.Root],
        });
    }

    public RpcChannel Channel { get; }

    public static async Task<HostileServer> StartAsync(RequestDelegate answer)
    {
        var certificates = new Certificates();
        var server = certificates.Make("server");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenRpc(new RpcListenOptions
        {
            EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
            ServerCertificate = () => server,
            TrustedRoots = [certificates.Root],
        }));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new HostileServer(app, certificates, certificates.Make("client"));
    }

    public async ValueTask DisposeAsync()
    {
        Channel.Dispose();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        _certificates.Dispose();
    }
}
