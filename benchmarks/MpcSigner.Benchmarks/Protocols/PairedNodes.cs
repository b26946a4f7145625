using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>Process starts of nodes, and pair setups among them by the protocol itself.</summary>
internal sealed class PairedNodes : IDisposable
{
    private readonly Dictionary<NodeId, InstanceId> _instances;
    private readonly Dictionary<NodeId, Dictionary<NodeId, PairSetup>> _setups;

    public PairedNodes(IReadOnlyList<NodeId> nodes)
    {
        _instances = nodes.ToDictionary(nid => nid, _ => new InstanceId(RandomNumberGenerator.GetBytes(InstanceId.Size)));
        _setups = nodes.ToDictionary(nid => nid, _ => new Dictionary<NodeId, PairSetup>());
        for (var i = 0; i < nodes.Count; i++)
        {
            for (var j = 0; j < i; j++)
                Pair(nodes[i], nodes[j]);
        }
    }

    public InstanceId Instance(NodeId nid) => _instances[nid];

    /// <summary>A node's setups by peer.</summary>
    public IReadOnlyDictionary<NodeId, PairSetup> SetupsOf(NodeId nid) => _setups[nid];

    private void Pair(NodeId one, NodeId other)
    {
        NodeId[] ends = [one, other];
        var travelling = new Queue<(int To, OutgoingMessage Message)>();
        var parties = new PairSetupParty[ends.Length];
        for (var i = 0; i < ends.Length; i++)
        {
            parties[i] = PairSetupParty.Begin(
                new(new(ends[i], _instances[ends[i]], ends[1 - i], _instances[ends[1 - i]]), default, Committee.Random, null), out var outbox);
            Post(i, outbox);
        }
        while (travelling.TryDequeue(out var next))
        {
            switch (parties[next.To].Receive(next.Message.Round, next.Message.Payload))
            {
                case PairSetupStep.Send send:
                    Post(next.To, send.Outbox);
                    break;
                case PairSetupStep.Complete complete:
                    _setups[ends[next.To]].Add(ends[1 - next.To], complete.Setup);
                    Post(next.To, complete.Outbox);
                    break;
                case PairSetupStep.Abort abort:
                    throw new InvalidOperationException($"{abort.Fault}");
                case PairSetupStep.Wait:
                    break;
            }
        }

        void Post(int from, Outbox outbox)
        {
            foreach (var message in outbox.Messages)
                travelling.Enqueue((1 - from, message));
        }
    }

    public void Dispose()
    {
        foreach (var setup in _setups.Values.SelectMany(own => own.Values))
            setup.Dispose();
    }
}
