using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Relays;

/// <summary>A cheat on the way of one protocol's envelopes: on streams, or for online signing in calls. It holds no key of any session.</summary>
internal sealed class Relay
{
    /// <summary>Envelopes remembered of one node and session: enough for a whole run.</summary>
    private const int MaxRemembered = 24;

    /// <summary>A stream that brings hundreds of frames too many is ended; that is another test's.</summary>
    private const int MaxInjected = 3;

    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(300);

    private readonly MiniCluster _mini;
    private readonly ScriptedTraffic _script;
    private readonly Dictionary<SessionId, ProtocolKind> _protocols = [];
    private readonly Dictionary<(SimulatedNode, StreamId), NodeId> _targets = [];
    private readonly List<(SimulatedNode Node, SessionId Session, byte[] Envelope)> _seen = [];
    private readonly Dictionary<(SimulatedNode, StreamId), NodeEffect.SendFrame> _held = [];
    private (ProtocolKind Protocol, bool InCalls, bool OnStreams, RelayCheat Cheat, NodeId Victim)? _cheating;

    public Relay(MiniCluster mini)
    {
        _mini = mini;
        _script = mini.Script();
        _script.Bends = Bend;
        _script.Loses = (_, to, what) => what is PeerCall.PartialSign && _cheating is { InCalls: true } cheating && IsLost(cheating.Cheat, to == cheating.Victim);
    }

    /// <summary>How often the cheat was played.</summary>
    public int Played { get; private set; }

    /// <param name="inCalls">In questions on material made before: online signing, and the second round of FROST.</param>
    /// <param name="onStreams">In the sessions themselves.</param>
    public void Begin(ProtocolKind protocol, bool inCalls, bool onStreams, RelayCheat cheat, SimulatedNode victim) =>
        _cheating = (protocol, inCalls, onStreams, cheat, victim.Nid);

    public void End()
    {
        _cheating = null;
        foreach (var way in _held.Keys.ToArray())
            Release(way);
    }

    private NodeEffect? Bend(SimulatedNode node, NodeEffect effect)
    {
        switch (effect)
        {
            case NodeEffect.OpenStream open:
                _targets[(node, open.Stream)] = open.Peer;
                return effect;
            case NodeEffect.SendFrame { Frame: SessionFrame.Open open }:
                Assert.True(SignedJoin.TryDecode(open.InitiatorJoin.Span, out var join));
                _protocols[join.Join.Terms.Session] = join.Join.Terms.Protocol;
                return effect;
            case NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } send:
                return OnFrame(node, send, envelope.Bytes.ToArray());
            case NodeEffect.CallPeer { Body: PeerCall.PartialSign } call:
                return OnCall(node, call);
            default:
                return effect;
        }
    }

    private NodeEffect? OnFrame(SimulatedNode node, NodeEffect.SendFrame send, byte[] envelope)
    {
        Assert.True(EnvelopeHeader.TryRead(envelope, out var header));
        var former = _seen.Where(seen => seen.Node == node).ToList();
        Remember(node, header.Session, envelope);
        if (_cheating is not { OnStreams: true } cheating || _protocols[header.Session] != cheating.Protocol)
            return send;
        var way = (node, send.Stream);
        void Again(byte[] bytes) => _mini.Cluster.SendFrame(node, send with { Frame = new SessionFrame.Envelope(bytes) });
        switch (cheating.Cheat)
        {
            case RelayCheat.Drop when header.Type != MessageType.Start && IsLost(RelayCheat.Drop, isVictim: false):
            case RelayCheat.SplitViews when _targets.TryGetValue(way, out var target) && IsLost(RelayCheat.SplitViews, target == cheating.Victim):
                return null;
            case RelayCheat.Duplicate:
                Played++;
                Again(envelope);
                return send;
            case RelayCheat.Delay:
                Played++;
                _mini.Cluster.Time.After(Late, () => _mini.Cluster.SendFrame(node, send));
                return null;
            case RelayCheat.Reorder:
                Played++;
                return Overtake(way, send);
            case RelayCheat.OtherSessions or RelayCheat.ReplayOld or RelayCheat.ForgedSender:
                Inject(cheating.Cheat, header, envelope, former, Again);
                return send;
            default:
                return send;
        }
    }

    private NodeEffect? OnCall(SimulatedNode node, NodeEffect.CallPeer call)
    {
        var question = (PeerCall.PartialSign)call.Body;
        var envelope = question.Envelope.ToArray();
        Assert.True(EnvelopeHeader.TryRead(envelope, out var header));
        var former = _seen.Where(seen => seen.Node == node).ToList();
        Remember(node, header.Session, envelope);
        if (_cheating is not { InCalls: true } cheating)
            return call;
        void Again(byte[] bytes) => _mini.Cluster.CallAside(node, call.Peer, question with { Envelope = bytes }, call.Timeout);
        switch (cheating.Cheat)
        {
            case RelayCheat.Duplicate:
                Played++;
                _mini.Cluster.Time.After(TimeSpan.FromMilliseconds(0.1), () => Again(envelope));
                return call;
            case RelayCheat.Delay or RelayCheat.Reorder:
                Played++;
                _mini.Cluster.Time.After(Late, () => _mini.Cluster.CallPeer(node, node.TlsKey, call));
                return null;
            case RelayCheat.OtherSessions or RelayCheat.ReplayOld or RelayCheat.ForgedSender:
                Inject(cheating.Cheat, header, envelope, former, Again);
                return call;
            default:
                return call;
        }
    }

    /// <summary>A drop loses the first; a split all that is for the victim.</summary>
    private bool IsLost(RelayCheat cheat, bool isVictim)
    {
        var lost = cheat switch
        {
            RelayCheat.Drop => Played == 0,
            RelayCheat.SplitViews => isVictim,
            _ => false,
        };
        Played += lost ? 1 : 0;
        return lost;
    }

    private NodeEffect? Overtake((SimulatedNode Node, StreamId Stream) way, NodeEffect.SendFrame send)
    {
        if (_held.ContainsKey(way))
        {
            _mini.Cluster.Time.After(TimeSpan.FromMilliseconds(0.1), () => Release(way));
            return send;
        }
        _held.Add(way, send);
        _mini.Cluster.Time.After(Late, () => Release(way));
        return null;
    }

    private void Release((SimulatedNode Node, StreamId Stream) way)
    {
        if (_held.Remove(way, out var held))
            _mini.Cluster.SendFrame(way.Node, held);
    }

    private void Inject(RelayCheat cheat, EnvelopeHeader header, byte[] envelope, List<(SimulatedNode Node, SessionId Session, byte[] Envelope)> former, Action<byte[]> again)
    {
        List<byte[]> foreign = [];
        switch (cheat)
        {
            case RelayCheat.ForgedSender:
                for (ushort from = 0; from <= 4; from++)
                    foreign.AddRange(from == header.From ? [] : [(header with { From = from }).Relabel(envelope)]);
                break;
            case RelayCheat.ReplayOld:
                foreign.AddRange(former.Where(seen => seen.Session == header.Session).Select(seen => seen.Envelope).TakeLast(MaxInjected));
                break;
            default:
                foreach (var seen in former.Where(seen => seen.Session != header.Session).Select(seen => seen.Envelope).TakeLast(MaxInjected))
                {
                    Assert.True(EnvelopeHeader.TryRead(seen, out var other));
                    foreign.AddRange([seen, (other with { Session = header.Session }).Relabel(seen), header.Relabel(seen)]);
                }
                break;
        }
        Played += foreign.Count;
        foreign.ForEach(again);
    }

    private void Remember(SimulatedNode node, SessionId session, byte[] envelope)
    {
        _seen.Add((node, session, envelope));
        if (_seen.Count > MaxRemembered * _mini.Nodes.Count)
            _seen.RemoveAt(0);
    }
}

/// <summary>An envelope under another header.</summary>
internal static class Relabelling
{
    public static byte[] Relabel(this EnvelopeHeader header, byte[] envelope)
    {
        byte[] relabelled = [.. envelope];
        header.Write(relabelled);
        return relabelled;
    }
}
