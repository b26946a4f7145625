using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MpcSigner.Node.Tests.Rpc.Protos;
using MpcSigner.Rpc;
using MpcSigner.Rpc.Server;

namespace MpcSigner.Node.Tests.Rpc;

/// <summary>Our server on a free loopback port, with our test service, and channels to it.</summary>
internal sealed class RpcHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly StrongBox<X509Certificate2> _server;

    private RpcHost(WebApplication app, Certificates certificates, StrongBox<X509Certificate2> server, RpcTestService service, LogOfErrors log)
    {
        (_app, Certificates, _server, Service, Log) = (app, certificates, server, service, log);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        Address = new Uri(address.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        ClientCertificate = certificates.Make("client");
    }

    public Certificates Certificates { get; }

    public Uri Address { get; }

    public RpcTestService Service { get; }

    /// <summary>What the server logged as warnings and errors.</summary>
    public LogOfErrors Log { get; }

    public X509Certificate2 ClientCertificate { get; }

    /// <summary>What the server presents from the next handshake on.</summary>
    public X509Certificate2 ServerCertificate { get => _server.Value!; set => _server.Value = value; }

    public static async Task<RpcHost> StartAsync(RpcServerOptions? options = null, params ServerServiceDefinition[] more)
    {
        var certificates = new Certificates();
        var server = new StrongBox<X509Certificate2>(certificates.Make("server"));
        var service = new RpcTestService();
        var log = new LogOfErrors();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseRpcLimits();
            kestrel.ListenRpc(new RpcListenOptions
            {
                EndPoint = new IPEndPoint(IPAddress.Loopback, 0),
                ServerCertificate = () => server.Value!,
                TrustedRoots = [certificates.Root],
            });
        });
        var app = builder.Build();
        app.MapGrpcServices(options ?? new RpcServerOptions(), [RpcTest.BindService(service), .. more]);
        await app.StartAsync();
        return new RpcHost(app, certificates, server, service, log);
    }

    public RpcChannelOptions ChannelOptions() => new()
    {
        Address = Address,
        ClientCertificate = ClientCertificate,
        ServerCertificate = (certificate, _) => SubjectKeyPin.Matches(certificate, SubjectKeyPin.Of(ServerCertificate)),
    };

    public RpcChannel Channel() => new(ChannelOptions());

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
        Certificates.Dispose();
    }
}
