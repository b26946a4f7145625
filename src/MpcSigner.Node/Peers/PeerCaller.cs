using Grpc.Core;
using Microsoft.Extensions.Logging;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Node.Host;
using MpcSigner.Node.Log;
using MpcSigner.Node.Peers.Mapping;
using MpcSigner.Wire.Errors;

namespace MpcSigner.Node.Peers;

/// <summary>Unary calls to peers: each ends in exactly one event, at the latest after its timeout.</summary>
internal sealed class PeerCaller(PeerChannels channels, EventQueue events, Halting halting, TimeProvider time, ILogger logger, CancellationToken stop)
{
    private const int MaxReasonLength = 256;

    public void Call(NodeEffect.CallPeer call) => _ = CallAsync(call);

    private async Task CallAsync(NodeEffect.CallPeer call)
    {
        if (channels.Find(call.Peer) is not { } channel)
        {
            events.PostAnswer(new NodeEvent.PeerCallFailed(call.Token, "the roster names no such node any more"));
            return;
        }
        NodeEvent outcome;
        try
        {
            var options = new CallOptions(deadline: time.GetUtcNow().UtcDateTime + call.Timeout, cancellationToken: stop);
            var reply = await PeerCallMapping.SendAsync(channel.Client, call.Body, options).ConfigureAwait(false);
            outcome = reply is null
                ? new NodeEvent.PeerCallFailed(call.Token, "its answer cannot be understood")
                : new NodeEvent.PeerAnswered(call.Token, channel.ShownKey ?? default, reply);
        }
        catch (RpcException e)
        {
            // A refusal is an answer; everything else is the way to the peer.
            outcome = StatusMapping.TryRead(e, out var error)
                ? new NodeEvent.PeerAnswered(call.Token, channel.ShownKey ?? default, new PeerReply.Refused(error))
                : new NodeEvent.PeerCallFailed(call.Token, Describe(e));
        }
        catch (OperationCanceledException)
        {
            outcome = new NodeEvent.PeerCallFailed(call.Token, "this node is stopping");
        }
        catch (Exception e) when (!stop.IsCancellationRequested)
        {
            // The token would never be answered, and what waits for it would wait for ever.
            HostLog.EffectFailed(logger, nameof(NodeEffect.CallPeer), e);
            halting.Halt($"a defect in a call to a peer: {e.GetType().Name}");
            return;
        }
        events.PostAnswer(outcome);
    }

    internal static string Describe(RpcException e)
    {
        var text = $"{e.StatusCode}: {e.Status.Detail}";
        return text.Length <= MaxReasonLength ? text : text[..MaxReasonLength];
    }
}
