using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Policy;

namespace MpcSigner.Simulation.Host;

/// <summary>Nodes and what lies between them: calls, streams, time. Real machines and real cryptography; everything else is virtual and follows from the seed.</summary>
public sealed class SimulatedCluster
{
    private readonly Dictionary<NodeId, SimulatedNode> _nodes = [];
    private readonly Dictionary<CallId, PeerCallUnderWay> _calls = [];
    private readonly Dictionary<(NodeId Node, int Life, StreamId Stream), SimulatedStream> _streams = [];
    private ulong _lastCall;
    private ulong _lastStream;

    /// <param name="Token">Null: the caller's machine knows nothing of the call.</param>
    private sealed record PeerCallUnderWay(SimulatedNode Caller, int CallerLife, Token? Token, NodeId Callee)
    {
        public bool Answered { get; set; }
    }

    private sealed class SimulatedStream(SimulatedNode opener, int openerLife, StreamId openerId, SimulatedNode target, StreamId targetId)
    {
        public readonly SimulatedNode Opener = opener, Target = target;
        public readonly StreamId OpenerId = openerId, TargetId = targetId;
        public readonly int OpenerLife = openerLife;
        public int TargetLife;
        public bool Broken, OpenerClosed, TargetClosed;
        public TimeSpan ToTarget, ToOpener;
    }

    public SimulatedCluster(string seed, Roster roster, ClusterPolicy policy, MachineSettings settings)
    {
        Seed = seed;
        Random = new(seed);
        Roster = roster;
        Policy = policy;
        Settings = settings;
    }

    public string Seed { get; }

    public SeededSource Random { get; }

    public Roster Roster { get; }

    /// <summary>The first one; nodes may have others in force.</summary>
    public RosterScribe Rosters { get; } = new();

    public ClusterPolicy Policy { get; }

    public MachineSettings Settings { get; }

    public VirtualTime Time { get; } = new();

    public Traffic Traffic { get; set; } = new();

    /// <summary>The true wall clock at virtual time zero.</summary>
    public DateTimeOffset Epoch { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public IReadOnlyCollection<SimulatedNode> Nodes => _nodes.Values;

    public Dictionary<CallId, ClientReply> Answers { get; } = [];

    public Dictionary<CallId, AdministratorReply> AdministratorAnswers { get; } = [];

    public Dictionary<CallId, List<ClientProgress>> Progress { get; } = [];

    public void Add(SimulatedNode node) => _nodes.Add(node.Nid, node);

    public SimulatedNode Node(NodeId nid) => _nodes[nid];

    /// <summary>The number of the call that comes next.</summary>
    public CallId NextCall => new(_lastCall + 1);

    public CallId Call(SimulatedNode node, ClientId tlsClient, ClientCall body, TimeSpan? timeout = null)
    {
        var call = new CallId(++_lastCall);
        node.Step(new NodeEvent.ClientCalled(call, tlsClient, body, timeout));
        return call;
    }

    public CallId Call(SimulatedNode node, AdministratorId tlsAdministrator, AdministratorCall body)
    {
        var call = new CallId(++_lastCall);
        node.Step(new NodeEvent.AdministratorCalled(call, tlsAdministrator, body));
        return call;
    }

    internal void Answered(CallId call, AdministratorReply reply)
    {
        if (!AdministratorAnswers.TryAdd(call, reply))
            throw new InvalidOperationException($"call {call.Value} was answered twice");
    }

    internal void Answered(CallId call, ClientReply reply)
    {
        if (!Answers.TryAdd(call, reply))
            throw new InvalidOperationException($"call {call.Value} was answered twice");
    }

    internal void Progressed(CallId call, ClientProgress progress)
    {
        if (!Progress.TryGetValue(call, out var list))
            Progress[call] = list = [];
        list.Add(progress);
    }

    internal void CallPeer(SimulatedNode caller, Digest32 callerTls, NodeEffect.CallPeer effect) =>
        CallPeer(caller, callerTls, effect.Token, effect.Peer, effect.Body, effect.Timeout);

    /// <summary>A call that a node's machine knows nothing of: what a lying node says besides.</summary>
    public void CallAside(SimulatedNode caller, NodeId peer, PeerCall body, TimeSpan timeout) => CallPeer(caller, caller.TlsKey, null, peer, body, timeout);

    /// <summary>A stream with one frame that a node's machine knows nothing of. What the peer answers on it is lost.</summary>
    public void ShowAside(SimulatedNode opener, NodeId peer, SessionFrame frame)
    {
        var target = _nodes[peer];
        if (!target.IsUp || !target.Admits(opener))
            return;
        var stream = new StreamId(_lastStream += 2);
        target.Checker.Received(frame);
        target.Step(new NodeEvent.StreamOpened(stream, opener.Nid));
        target.Step(new NodeEvent.FrameReceived(stream, frame));
    }

    private void CallPeer(SimulatedNode caller, Digest32 callerTls, Token? token, NodeId peer, PeerCall body, TimeSpan timeout)
    {
        var call = new CallId(++_lastCall);
        _calls.Add(call, new(caller, caller.Life, token, peer));
        var callee = _nodes[peer];
        if (caller.InForce.Find(peer) is null)
            Time.After(TimeSpan.Zero, () => Fail(call, "the roster names no such node any more"));
        else if (Traffic.Travel(caller.Nid, callee.Nid, body) is { } travel)
        {
            Time.After(travel, () =>
            {
                if (callee.IsUp && callee.Admits(caller))
                    callee.Step(new NodeEvent.PeerCalled(call, caller.Nid, callerTls, body));
                else
                    Fail(call, "connection refused");
            });
        }
        Time.After(timeout, () => Fail(call, "timed out"));
    }

    internal void AnswerPeer(SimulatedNode callee, Digest32 calleeTls, CallId call, PeerReply reply)
    {
        if (!_calls.TryGetValue(call, out var underWay) || underWay.Callee != callee.Nid)
            throw new InvalidOperationException($"call {call.Value} is not this node's to answer");
        if (Traffic.Travel(callee.Nid, underWay.Caller.Nid, reply) is not { } travel)
            return;
        Time.After(travel, () =>
        {
            if (End(call) is { } caller && underWay.Token is { } token)
                caller.Step(new NodeEvent.PeerAnswered(token, calleeTls, reply));
        });
    }

    private void Fail(CallId call, string why)
    {
        var underWay = _calls[call];
        if (End(call) is { } caller && underWay.Token is { } token)
            caller.Step(new NodeEvent.PeerCallFailed(token, why));
    }

    /// <summary>The caller, if it still waits.</summary>
    private SimulatedNode? End(CallId call)
    {
        var underWay = _calls[call];
        if (underWay.Answered)
            return null;
        underWay.Answered = true;
        return underWay.Caller.Life == underWay.CallerLife ? underWay.Caller : null;
    }

    internal void OpenStream(SimulatedNode opener, NodeEffect.OpenStream effect)
    {
        var target = _nodes[effect.Peer];
        var stream = new SimulatedStream(opener, opener.Life, effect.Stream, target, new(_lastStream += 2));
        _streams.Add(Key(opener, stream.OpenerId), stream);
        _streams.Add(Key(target, stream.TargetId), stream);
        Deliver(stream, toTarget: true, effect, () =>
        {
            if (!target.IsUp || !target.Admits(opener) || opener.InForce.Find(target.Nid) is null)
            {
                Break(stream, "connection refused");
                return;
            }
            stream.TargetLife = target.Life;
            target.Step(new NodeEvent.StreamOpened(stream.TargetId, opener.Nid));
        });
    }

    /// <summary>Each process of a node numbers the streams it opens anew; those opened to it are numbered here, once for all.</summary>
    private static (NodeId, int, StreamId) Key(SimulatedNode node, StreamId id) => (node.Nid, id.Value % 2 == 1 ? node.Life : 0, id);

    internal void SendFrame(SimulatedNode sender, NodeEffect.SendFrame effect)
    {
        if (!_streams.TryGetValue(Key(sender, effect.Stream), out var stream))
            return;
        var toTarget = ReferenceEquals(stream.Opener, sender);
        Deliver(stream, toTarget, effect, () =>
        {
            var receiver = toTarget ? stream.Target : stream.Opener;
            receiver.Checker.Received(effect.Frame);
            receiver.Step(new NodeEvent.FrameReceived(toTarget ? stream.TargetId : stream.OpenerId, effect.Frame));
        });
    }

    internal void CloseStream(SimulatedNode closer, StreamId id)
    {
        if (!_streams.TryGetValue(Key(closer, id), out var stream))
            return;
        var toTarget = ReferenceEquals(stream.Opener, closer);
        Deliver(stream, toTarget, "close", () => CloseAt(stream, atTarget: toTarget, "closed by the other side"));
        if (toTarget)
            stream.OpenerClosed = true;
        else
            stream.TargetClosed = true;
    }

    /// <summary>In order within one direction; a loss breaks the stream at both ends, as TCP would.</summary>
    private void Deliver(SimulatedStream stream, bool toTarget, object what, Action action)
    {
        var (from, to) = toTarget ? (stream.Opener, stream.Target) : (stream.Target, stream.Opener);
        if (stream.Broken)
            return;
        if (Traffic.Travel(from.Nid, to.Nid, what) is not { } travel)
        {
            Time.After(TimeSpan.FromMilliseconds(5), () => Break(stream, "connection reset"));
            return;
        }
        var at = Time.Now + travel;
        ref var last = ref (toTarget ? ref stream.ToTarget : ref stream.ToOpener);
        at = last = at > last ? at : last;
        Time.After(at - Time.Now, () =>
        {
            var closed = toTarget ? stream.TargetClosed : stream.OpenerClosed;
            var alive = toTarget
                ? what is NodeEffect.OpenStream || stream.Target.Life == stream.TargetLife
                : stream.Opener.Life == stream.OpenerLife;
            if (!stream.Broken && !closed && alive)
                action();
        });
    }

    private void Break(SimulatedStream stream, string why)
    {
        if (stream.Broken)
            return;
        stream.Broken = true;
        CloseAt(stream, atTarget: true, why);
        CloseAt(stream, atTarget: false, why);
    }

    private static void CloseAt(SimulatedStream stream, bool atTarget, string why)
    {
        if (atTarget)
        {
            if (stream.TargetClosed || stream.TargetLife == 0)
                return;
            stream.TargetClosed = true;
            if (stream.Target.Life == stream.TargetLife)
                stream.Target.Step(new NodeEvent.StreamClosed(stream.TargetId, why));
            return;
        }
        if (stream.OpenerClosed)
            return;
        stream.OpenerClosed = true;
        if (stream.Opener.Life == stream.OpenerLife)
            stream.Opener.Step(new NodeEvent.StreamClosed(stream.OpenerId, why));
    }

    /// <summary>A process died: after a moment its peers see the connections break and their calls fail.</summary>
    internal void Died(SimulatedNode node)
    {
        foreach (var stream in _streams.Values.Where(s => !s.Broken && (s.Opener == node || s.Target == node)).Distinct().ToArray())
            Time.After(TimeSpan.FromMilliseconds(1), () => Break(stream, "connection reset"));
        foreach (var call in _calls.Where(call => call.Value.Callee == node.Nid && !call.Value.Answered).Select(call => call.Key).ToArray())
            Time.After(TimeSpan.FromMilliseconds(1), () => Fail(call, "connection reset"));
    }
}
