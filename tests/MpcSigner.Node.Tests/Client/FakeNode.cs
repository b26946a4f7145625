using System.Net;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MpcSigner.Core.Faults;
using MpcSigner.Rpc.Server;
using MpcSigner.Wire.Errors;
using MpcSigner.Wire.V1;

namespace MpcSigner.Node.Tests.Clients;

/// <summary>A server that speaks the client's services over real mutual TLS and answers as the test says: honest, lying, failing or silent.</summary>
internal sealed class FakeNode : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeNode(WebApplication app, X509Certificate2 certificate) => (_app, Certificate) = (app, certificate);

    public X509Certificate2 Certificate { get; }

    public string Address => new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Authority;

    public Func<SignedRequest, CancellationToken, Task<IReadOnlyList<CreateKeysEvent>>> OnCreate { get; set; } = (_, _) => throw Error(Reason.NotReady, "not set");

    public Func<SignedRequest, CancellationToken, Task<SignResponse>> OnSign { get; set; } = (_, _) => throw Error(Reason.NotReady, "not set");

    public Func<GetKeyRequest, Key> OnGetKey { get; set; } = _ => throw Error(Reason.UnknownKey, "no such key");

    public Func<ListKeysRequest, ListKeysResponse> OnListKeys { get; set; } = _ => new();

    public Func<GetKeyStatesRequest, KeyStates> OnKeyStates { get; set; } = _ => new();

    public Func<ListKeyStatesRequest, ListKeyStatesResponse> OnListKeyStates { get; set; } = _ => new();

    public Func<NodeStatus> OnStatus { get; set; } = () => new() { Ready = true };

    public List<SignedRequest> Seen { get; } = [];

    public static async Task<FakeNode> StartAsync(Certificates certificates, string name)
    {
        var certificate = certificates.Make(name);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseRpcLimits();
            kestrel.ListenRpc(new RpcListenOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), ServerCertificate = () => certificate, TrustedRoots = [certificates.Root] });
        });
        var app = builder.Build();
        var node = new FakeNode(app, certificate);
        app.MapGrpcServices(new RpcServerOptions(), [KeyService.BindService(new Keys(node)), SigningService.BindService(new Signing(node)), NodeService.BindService(new Status(node)), AdminService.BindService(new Admin(node))]);
        await app.StartAsync();
        return node;
    }

    /// <summary>A refusal as nodes send it: the reason in the status details.</summary>
    public static RpcException Error(Reason reason, string message, params Core.Faults.NodeReason[] nodes)
    {
        var detail = ErrorDetails.ToWire(new(reason, message, "The next step.", nodes));
        var status = new Wire.GoogleRpc.Status { Code = (int)StatusCode.FailedPrecondition, Message = message, Details = { Any.Pack(detail) } };
        return new(new(StatusCode.FailedPrecondition, message), new Metadata { { "grpc-status-details-bin", status.ToByteArray() } });
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        await _app.StopAsync(patience.Token);
        await _app.DisposeAsync();
    }

    private void See(SignedRequest request)
    {
        lock (Seen)
            Seen.Add(request);
    }

    private sealed class Keys(FakeNode node) : KeyService.KeyServiceBase
    {
        public override async Task CreateKeys(SignedRequest request, IServerStreamWriter<CreateKeysEvent> responseStream, ServerCallContext context)
        {
            node.See(request);
            foreach (var answer in await node.OnCreate(request, context.CancellationToken))
                await responseStream.WriteAsync(answer);
        }

        public override Task<Key> GetKey(GetKeyRequest request, ServerCallContext context) => Task.FromResult(node.OnGetKey(request));

        public override Task<ListKeysResponse> ListKeys(ListKeysRequest request, ServerCallContext context) => Task.FromResult(node.OnListKeys(request));
    }

    private sealed class Signing(FakeNode node) : SigningService.SigningServiceBase
    {
        public override Task<SignResponse> Sign(SignedRequest request, ServerCallContext context)
        {
            node.See(request);
            return node.OnSign(request, context.CancellationToken);
        }
    }

    private sealed class Admin(FakeNode node) : AdminService.AdminServiceBase
    {
        public override Task<KeyStates> GetKeyStates(GetKeyStatesRequest request, ServerCallContext context) => Task.FromResult(node.OnKeyStates(request));

        public override Task<ListKeyStatesResponse> ListKeyStates(ListKeyStatesRequest request, ServerCallContext context) => Task.FromResult(node.OnListKeyStates(request));
    }

    private sealed class Status(FakeNode node) : NodeService.NodeServiceBase
    {
        public override Task<NodeStatus> GetStatus(GetStatusRequest request, ServerCallContext context) => Task.FromResult(node.OnStatus());
    }
}
