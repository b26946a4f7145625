using Grpc.Core;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Protocols.Sessions;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>One session's stream through a relay: frames go on in both directions, one by one, until either side ends it or somebody breaks it.</summary>
/// <param name="roster">Whose names envelopes get.</param>
/// <param name="tell">Told of each envelope, of which protocol it is, and a way to pass it on. What it throws breaks the stream.</param>
internal sealed class RelayedSession(
    Roster roster, IAsyncStreamReader<V1.SessionFrame> requests, IServerStreamWriter<V1.SessionFrame> responses,
    AsyncDuplexStreamingCall<V1.SessionFrame, V1.SessionFrame> call, Func<ProtocolKind, RelayedWord, Func<Task>, Task> tell)
{
    private readonly Dictionary<ushort, string> _names = [];
    private ProtocolKind? _protocol;

    /// <param name="ended">Fires when the caller has gone, or its link to the relay.</param>
    public async Task RunAsync(CancellationToken ended)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ended);
        var forth = UntilOverAsync(ForthAsync, over);
        var back = UntilOverAsync(BackAsync, over);
        // The callee's end, or a break, ends both ways; the caller's leaves the callee to say its last.
        if (await Task.WhenAny(forth, back) == back || forth.IsFaulted)
            await over.CancelAsync();
        await Task.WhenAll(forth, back);
    }

    private static async Task UntilOverAsync(Func<CancellationToken, Task> pass, CancellationTokenSource over)
    {
        try
        {
            await pass(over.Token);
        }
        catch (Exception e) when (over.IsCancellationRequested && e is OperationCanceledException or RpcException { StatusCode: StatusCode.Cancelled })
        {
            // The other way has ended, and says how.
        }
        catch
        {
            await over.CancelAsync();
            throw;
        }
    }

    private async Task ForthAsync(CancellationToken over)
    {
        while (await requests.MoveNext(over))
        {
            var frame = requests.Current;
            if (frame.FrameCase == V1.SessionFrame.FrameOneofCase.Open)
                Read(frame.Open);
            await PassAsync(frame, toCallee: true, () => call.RequestStream.WriteAsync(frame, CancellationToken.None));
        }
        await call.RequestStream.CompleteAsync();
    }

    private async Task BackAsync(CancellationToken over)
    {
        while (await call.ResponseStream.MoveNext(over))
        {
            var frame = call.ResponseStream.Current;
            await PassAsync(frame, toCallee: false, () => responses.WriteAsync(frame));
        }
    }

    /// <summary>The callee says nothing before it has seen who takes part, so its envelopes have their names too.</summary>
    private void Read(V1.SessionOpen open)
    {
        if (!SignedJoin.TryDecode(open.Join.Span, out var join))
            return;
        foreach (var party in open.Participants)
            _names[(ushort)party.Pid] = roster.Nodes.First(node => node.Nid == new NodeId(party.Nid.Span)).Name;
        _protocol = join.Join.Terms.Protocol;
    }

    private Task PassAsync(V1.SessionFrame frame, bool toCallee, Func<Task> pass) =>
        frame.FrameCase == V1.SessionFrame.FrameOneofCase.Envelope && _protocol is { } protocol && EnvelopeHeader.TryRead(frame.Envelope.Span, out var header)
            ? tell(protocol, new(header.Type == MessageType.Round ? $"{header.Type} {header.Round}" : $"{header.Type}", NameOf(header.From), NameOf(header.To), toCallee), pass)
            : pass();

    private string NameOf(ushort pid) => _names.GetValueOrDefault(pid, "");
}
