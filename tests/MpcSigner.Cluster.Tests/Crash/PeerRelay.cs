using System.Net;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Node.Tls;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Rpc;
using MpcSigner.Rpc.Server;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>
/// Stands at the address where the roster has one node, with both nodes' TLS keys in hand, and passes on what the other says to it. It sees where a protocol stands, may
/// say a thing several times or kill a node between two words; what is sealed end to end it can neither read nor make.
/// </summary>
internal sealed class PeerRelay : V1.PeerService.PeerServiceBase, IAsyncDisposable
{
    private readonly RpcChannelOptions _options;
    private readonly RpcChannel _channel;
    private readonly V1.PeerService.PeerServiceClient _client;
    private readonly List<X509Certificate2> _certificates = [];
    private WebApplication? _app;
    private RpcChannel? _administration;

    private PeerRelay(TestCluster cluster, TestNode caller, TestNode callee, string address)
    {
        var pins = cluster.Roster.Nodes.First(node => node.Name == callee.Name).TlsPins;
        _options = new()
        {
            Address = new($"https://{address}"),
            ServerCertificate = (shown, _) => pins.Contains(NodeCertificate.PinOf(shown)),
            ClientCertificate = CertificateOf(caller),
            ConnectTimeout = TimeSpan.FromSeconds(5),
        };
        _channel = new(_options);
        _client = new(_channel);
    }

    /// <summary>Told of each sealed envelope before it is passed on, with its place among all so far, from 0; and whether it goes to the node behind.</summary>
    public Func<int, bool, Task> OnEnvelope { get; set; } = static (_, _) => Task.CompletedTask;

    /// <summary>Sessions whose envelopes are counted and told of; null for all.</summary>
    public ProtocolKind? Only { get; set; }

    /// <summary>What becomes of a question; gets a way to ask the node behind, over the connection that all share.</summary>
    public Func<V1.PartialSignRequest, Func<Task<V1.PartialSignReply>>, Task<V1.PartialSignReply>> OnQuestion { get; set; } = static (_, ask) => ask();

    /// <summary>Questions that the coordinator has put so far, however often they were passed on.</summary>
    public int Questions => Volatile.Read(ref _questions);

    private int _envelopes;
    private int _questions;

    /// <summary>Puts the callee behind a relay; it must not run yet.</summary>
    public static async Task<PeerRelay> StartAsync(TestCluster cluster, TestNode caller, TestNode callee)
    {
        var behind = TestPorts.Addresses(1)[0];
        cluster.WriteOptions(callee, "warn", listen: behind);
        var relay = new PeerRelay(cluster, caller, callee, behind);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        var certificate = relay.CertificateOf(callee);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseRpcLimits();
            kestrel.ListenRpc(new() { EndPoint = IPEndPoint.Parse(callee.Address), ServerCertificate = () => certificate, TrustedRoots = [cluster.Authority.Root] });
        });
        relay._app = builder.Build();
        relay._administration = new(relay._options with { ClientCertificate = cluster.AdministratorCertificate });
        relay._app.MapGrpcServices(new(), [V1.PeerService.BindService(relay), V1.AdminService.BindService(new AdministratorRelay(relay._administration))]);
        await relay._app.StartAsync();
        return relay;
    }

    /// <summary>From here on envelopes are counted from 0.</summary>
    public void CountAnew() => Interlocked.Exchange(ref _envelopes, 0);

    public int Envelopes => Volatile.Read(ref _envelopes);

    /// <summary>A connection of its own to the node behind.</summary>
    public RpcChannel NewChannel() => new(_options);

    public override Task<V1.Announcement> Hello(V1.Announcement request, ServerCallContext context) => Pass(_client.HelloAsync(request, Like(context)));

    public override Task<V1.BookReply> Book(V1.PeerRequest request, ServerCallContext context) => Pass(_client.BookAsync(request, Like(context)));

    public override Task<V1.JudgeReply> Judge(V1.PeerRequest request, ServerCallContext context) => Pass(_client.JudgeAsync(request, Like(context)));

    public override Task<V1.OrderAnswer> AskOrder(V1.AskOrderRequest request, ServerCallContext context) => Pass(_client.AskOrderAsync(request, Like(context)));

    public override Task<V1.Accepted> PushCertificate(V1.OrderCertificate request, ServerCallContext context) => Pass(_client.PushCertificateAsync(request, Like(context)));

    public override Task<V1.Accepted> PushResult(V1.PushResultRequest request, ServerCallContext context) => Pass(_client.PushResultAsync(request, Like(context)));

    public override Task<V1.MaintenanceAnswer> AskMaintenance(V1.AskMaintenanceRequest request, ServerCallContext context) => Pass(_client.AskMaintenanceAsync(request, Like(context)));

    public override Task<V1.Accepted> PushMaintained(V1.PushMaintainedRequest request, ServerCallContext context) => Pass(_client.PushMaintainedAsync(request, Like(context)));

    public override Task<V1.AskKeysReply> AskKeys(V1.AskKeysRequest request, ServerCallContext context) => Pass(_client.AskKeysAsync(request, Like(context)));

    public override Task<V1.PartialSignReply> PartialSign(V1.PartialSignRequest request, ServerCallContext context)
    {
        Interlocked.Increment(ref _questions);
        return OnQuestion(request, () => Pass(_client.PartialSignAsync(request, Like(context))));
    }

    public override async Task Session(IAsyncStreamReader<V1.SessionFrame> requests, IServerStreamWriter<V1.SessionFrame> responses, ServerCallContext context)
    {
        using var call = _client.Session(Like(context));
        var protocol = new TaskCompletionSource<ProtocolKind>();
        var forth = ForthAsync(requests, call, protocol, context.CancellationToken);
        while (await call.ResponseStream.MoveNext(context.CancellationToken))
        {
            await CountAsync(call.ResponseStream.Current, await protocol.Task, toCallee: false);
            await responses.WriteAsync(call.ResponseStream.Current);
        }
        await forth;
    }

    private async Task ForthAsync(IAsyncStreamReader<V1.SessionFrame> requests, AsyncDuplexStreamingCall<V1.SessionFrame, V1.SessionFrame> call,
        TaskCompletionSource<ProtocolKind> protocol, CancellationToken ended)
    {
        while (await requests.MoveNext(ended))
        {
            if (requests.Current.FrameCase == V1.SessionFrame.FrameOneofCase.Open && SignedJoin.TryDecode(requests.Current.Open.Join.Span, out var join))
                protocol.TrySetResult(join.Join.Terms.Protocol);
            await CountAsync(requests.Current, await protocol.Task, toCallee: true);
            await call.RequestStream.WriteAsync(requests.Current, CancellationToken.None);
        }
        await call.RequestStream.CompleteAsync();
    }

    private Task CountAsync(V1.SessionFrame frame, ProtocolKind protocol, bool toCallee) =>
        frame.FrameCase == V1.SessionFrame.FrameOneofCase.Envelope && (Only is null || Only == protocol) ? OnEnvelope(Interlocked.Increment(ref _envelopes) - 1, toCallee) : Task.CompletedTask;

    private static CallOptions Like(ServerCallContext context) => new(deadline: context.Deadline == DateTime.MaxValue ? null : context.Deadline, cancellationToken: context.CancellationToken);

    private static async Task<T> Pass<T>(AsyncUnaryCall<T> call)
    {
        using (call)
        {
            try
            {
                return await call.ResponseAsync;
            }
            catch (RpcException e)
            {
                throw new RpcException(e.Status, e.Trailers); // a refusal is the callee's own, with its details
            }
        }
    }

    private X509Certificate2 CertificateOf(TestNode node)
    {
        var certificate = X509Certificate2.CreateFromPemFile(Path.Combine(node.Directory, "tls.crt"), Path.Combine(node.Directory, "tls.key"));
        _certificates.Add(certificate);
        return certificate;
    }

    public async ValueTask DisposeAsync()
    {
        _administration?.Dispose();
        if (_app is { } app)
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            try
            {
                await app.StopAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                // Streams of nodes that live on are cut with the host.
            }
            await app.DisposeAsync();
        }
        _channel.Dispose();
        _certificates.ForEach(certificate => certificate.Dispose());
    }
}
