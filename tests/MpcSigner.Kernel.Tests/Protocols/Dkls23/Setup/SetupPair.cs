using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>Two nodes that run a pair setup in memory.</summary>
internal sealed class SetupPair : IDisposable
{
    private readonly Queue<(int To, byte Number, byte[] Payload)> _wire = new();
    private readonly PairSetupParty[] _parties = new PairSetupParty[2];

    /// <summary>What each node made durable when it was told to.</summary>
    public List<(int Node, DurableFirst First)> MadeDurable { get; } = [];

    /// <summary>Every message, as its sender gave it.</summary>
    public List<(int From, byte Number, byte[] Payload)> Sent { get; } = [];

    /// <summary>How each node's run ended; null while it goes on.</summary>
    public PairSetupStep?[] Ends { get; } = new PairSetupStep?[2];

    /// <summary>Changes a message on its way: what the sender would have sent had it cheated.</summary>
    public Func<int, byte, byte[], byte[]> Bend { get; init; } = static (_, _, payload) => payload;

    /// <summary>The last epochs each node starts from.</summary>
    public PairEpochs[] Last { get; init; } = new PairEpochs[2];

    /// <summary>The setups that were active before.</summary>
    public PairSetup?[] Older { get; init; } = new PairSetup?[2];

    public NodeId[] Nids { get; init; } = [NodeOf(1), NodeOf(2)];

    /// <summary>Each node's view of both instances: [viewer][node].</summary>
    public InstanceId[][] Instances { get; init; } = [[InstanceOf(1), InstanceOf(2)], [InstanceOf(1), InstanceOf(2)]];

    public string Seed { get; init; } = "pair";

    /// <summary>False lets messages arrive latest first.</summary>
    public bool InOrder { get; init; } = true;

    public IReadOnlyList<PairSetupParty> Parties => _parties;

    public PairSetup Setup(int node) => Ends[node] is PairSetupStep.Complete complete ? complete.Setup : throw new InvalidOperationException($"node {node} ended with {Ends[node]}");

    public PairSetupStep.Abort Abort(int node) => Ends[node] as PairSetupStep.Abort ?? throw new InvalidOperationException($"node {node} ended with {Ends[node]}");

    /// <summary>Two matching halves of one setup, made by a real run; the caller disposes both.</summary>
    public static (PairSetup First, PairSetup Second) Complete(NodeId first, NodeId second, string seed = "pair")
    {
        var pair = new SetupPair { Nids = [first, second], Seed = seed }.Run();
        return (pair.Setup(0), pair.Setup(1));
    }

    /// <summary>Runs until no message is under way.</summary>
    public SetupPair Run()
    {
        for (var node = 0; node < 2; node++)
        {
            _parties[node] = PairSetupParty.Begin(SessionOf(node), out var outbox);
            Post(node, outbox);
        }
        while (_wire.Count > 0)
        {
            if (!InOrder)
                Reverse();
            var (to, number, payload) = _wire.Dequeue();
            Deliver(to, number, payload);
        }
        return this;
    }

    /// <summary>Gives a node one message.</summary>
    public PairSetupStep Deliver(int to, byte number, byte[] payload)
    {
        var step = _parties[to].Receive(number, new PayloadBuffer(payload));
        switch (step)
        {
            case PairSetupStep.Send send:
                MadeDurable.Add((to, send.First));
                Post(to, send.Outbox);
                break;
            case PairSetupStep.Complete complete:
                Ends[to] = complete;
                Post(to, complete.Outbox);
                break;
            case PairSetupStep.Abort:
                Ends[to] = step;
                break;
            case PairSetupStep.Wait:
                break;
        }
        return step;
    }

    private PairSetupSession SessionOf(int node)
    {
        var peer = 1 - node;
        var nodes = new PairNodes(Nids[node], Instances[node][node], Nids[peer], Instances[node][peer]);
        return new(nodes, Last[node], RandomOf(node), Older[node]);
    }

    private IRandomSource RandomOf(int node) => new DeterministicRandom(Seed, $"setup/{node}");

    private void Post(int from, Outbox outbox)
    {
        using (outbox)
        {
            foreach (var message in outbox.Messages)
            {
                var payload = Bend(from, message.Round, message.Payload.Span.ToArray());
                Sent.Add((from, message.Round, payload));
                _wire.Enqueue((1 - from, message.Round, payload));
            }
        }
    }

    private void Reverse()
    {
        var waiting = _wire.ToArray();
        _wire.Clear();
        foreach (var message in waiting.Reverse())
            _wire.Enqueue(message);
    }

    public static NodeId NodeOf(byte number) => new([number, .. new byte[31]]);

    public static InstanceId InstanceOf(byte number) => new([number, .. new byte[15]]);

    /// <summary>Whatever a run left behind: parties and the setups it made.</summary>
    public void Dispose()
    {
        foreach (var party in _parties)
            party?.Dispose();
        foreach (var end in Ends)
            (end as PairSetupStep.Complete)?.Setup.Dispose();
    }
}
