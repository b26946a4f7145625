using System.Net;
using Grpc.Core;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Rosters;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Rpc;
using MpcSigner.Rpc.Server;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>
/// Stands at the address where the roster has one node, with everybody's TLS keys in hand, and passes on what the others say to it. It sees where a protocol stands, may
/// say a thing several times, lose it, cut a node off or kill one between two words; what is sealed end to end it can neither read nor make.
/// </summary>
internal sealed class PeerRelay : IAsyncDisposable
{
    private const string Session = nameof(Session);
    private const string PartialSign = nameof(PartialSign);

    private static readonly Method<V1.SessionFrame, V1.SessionFrame> Sessions =
        new(MethodType.DuplexStreaming, V1.PeerService.Descriptor.FullName, Session, Codec(V1.SessionFrame.Parser), Codec(V1.SessionFrame.Parser));

    private static readonly Method<V1.PartialSignRequest, V1.PartialSignReply> PartialSignatures =
        new(MethodType.Unary, V1.PeerService.Descriptor.FullName, PartialSign, Codec(V1.PartialSignRequest.Parser), Codec(V1.PartialSignReply.Parser));

    private readonly RelayCallers _callers;
    private readonly Roster _roster;
    private WebApplication? _app;
    private int _envelopes;
    private int _questions;

    private PeerRelay(TestCluster cluster, TestNode callee, string behind)
    {
        (_roster, Callee) = (cluster.Roster, callee);
        _callers = new(cluster, callee, behind);
    }

    /// <summary>The node behind.</summary>
    public TestNode Callee { get; }

    /// <summary>Told of each sealed envelope, with its place among all so far, from 0, and a way to pass it on. What it throws breaks the stream.</summary>
    public Func<int, RelayedWord, Func<Task>, Task> OnEnvelope { get; set; } = PassOn;

    /// <summary>Told of each other call between nodes, and of each answer, with a way to pass it on. What it throws is what the caller gets.</summary>
    public Func<RelayedWord, Func<Task>, Task> OnCall { get; set; } = PassOn;

    public static Task PassOn(int number, RelayedWord word, Func<Task> pass) => pass();

    public static Task PassOn(RelayedWord word, Func<Task> pass) => pass();

    /// <summary>Sessions whose envelopes are counted and told of; null for all.</summary>
    public ProtocolKind? Only { get; set; }

    /// <summary>What becomes of a question; gets a way to ask the node behind, over the connection that all share.</summary>
    public Func<V1.PartialSignRequest, Func<Task<V1.PartialSignReply>>, Task<V1.PartialSignReply>> OnQuestion { get; set; } = static (_, ask) => ask();

    /// <summary>Questions that the coordinator has put so far, however often they were passed on.</summary>
    public int Questions => Volatile.Read(ref _questions);

    public int Envelopes => Volatile.Read(ref _envelopes);

    /// <summary>Puts the callee behind a relay; it must not run yet.</summary>
    public static async Task<PeerRelay> StartAsync(TestCluster cluster, TestNode callee)
    {
        var behind = TestPorts.Addresses(1)[0];
        cluster.WriteOptions(callee, "warn", listen: behind);
        var relay = new PeerRelay(cluster, callee, behind);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.UseRpcLimits();
            kestrel.ListenRpc(new() { EndPoint = IPEndPoint.Parse(callee.Address), ServerCertificate = () => relay._callers.OfCallee, TrustedRoots = [cluster.Authority.Root] });
        });
        relay._app = builder.Build();
        relay._app.MapGrpcServices(new(),
        [
            relay.PeerService(),
            .. new[] { V1.KeyService.Descriptor, V1.SigningService.Descriptor, V1.NodeService.Descriptor, V1.AdminService.Descriptor }
                .Select(service => PassedService.Of(service, relay._callers.Behind, static (_, _, pass) => pass()).Build()),
        ]);
        await relay._app.StartAsync();
        return relay;
    }

    /// <summary>From here on envelopes are counted from 0.</summary>
    public void CountAnew() => Interlocked.Exchange(ref _envelopes, 0);

    /// <summary>A connection of its own to the node behind, as another node.</summary>
    public RpcChannel NewChannel(TestNode caller) => _callers.NewChannel(caller);

    /// <summary>From here on the node behind hears nothing of another, and what is under way between them ends.</summary>
    public void Cut(TestNode caller) => _callers.Cut(caller.Name);

    public void Heal(TestNode caller) => _callers.Heal(caller.Name);

    private ServerServiceDefinition PeerService() => PassedService.Of(V1.PeerService.Descriptor, _callers.Behind, TellOfCallAsync, Session, PartialSign)
        .AddMethod(Sessions, PassSessionAsync)
        .AddMethod(PartialSignatures, (question, context) =>
        {
            Interlocked.Increment(ref _questions);
            return OnQuestion(question, () => PassedService.AnswerOfAsync(_callers.Behind(context).AsyncUnaryCall(PartialSignatures, null, PassedService.Like(context), question)));
        })
        .Build();

    private async Task PassSessionAsync(IAsyncStreamReader<V1.SessionFrame> requests, IServerStreamWriter<V1.SessionFrame> responses, ServerCallContext context)
    {
        var link = _callers.Link(_callers.NameOf(context));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, link);
        using var call = _callers.Behind(context).AsyncDuplexStreamingCall(Sessions, null, PassedService.Like(context));
        await new RelayedSession(_roster, requests, responses, call, TellAsync).RunAsync(ended.Token);
        if (link.IsCancellationRequested)
            throw RelayCallers.Cut();
    }

    private Task TellAsync(ProtocolKind protocol, RelayedWord word, Func<Task> pass) =>
        Only is null || Only == protocol ? OnEnvelope(Interlocked.Increment(ref _envelopes) - 1, word, pass) : pass();

    private async Task<byte[]> TellOfCallAsync(string name, ServerCallContext context, Func<Task<byte[]>> pass)
    {
        var (caller, answer) = (_callers.NameOf(context), Array.Empty<byte>());
        await OnCall(new(name, caller, Callee.Name, ToCallee: true), async () => answer = await pass());
        await OnCall(new(name + RelayedWord.Answered, Callee.Name, caller, ToCallee: false), static () => Task.CompletedTask);
        return answer;
    }

    private static Marshaller<T> Codec<T>(MessageParser<T> parser) where T : IMessage<T> =>
        Marshallers.Create<T>(static (message, context) => context.Complete(message.ToByteArray()), context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    public async ValueTask DisposeAsync()
    {
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
        _callers.Dispose();
    }
}
