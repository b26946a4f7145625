using System.Security.Cryptography;
using MpcSigner.Benchmarks.Measuring;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Rounds;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>A pair setup: both directions, both nodes, M0 to M4.</summary>
internal sealed class PairSetupRun : IProtocolRun
{
    private readonly (NodeId Nid, InstanceId Instance)[] _nodes = [Draw(), Draw()];
    private readonly PairSetup?[] _setups = new PairSetup?[2];

    public int PerRun => 1;

    public long BytesPerParty { get; private set; }

    public void RunOnce(CpuMeter meter)
    {
        var travelling = new Queue<(int To, OutgoingMessage Message)>();
        var parties = new PairSetupParty[2];
        BytesPerParty = 0;
        for (var node = 0; node < 2; node++)
        {
            var (self, peer) = (_nodes[node], _nodes[1 - node]);
            parties[node] = PairSetupParty.Begin(
                new(new(self.Nid, self.Instance, peer.Nid, peer.Instance), default, Committee.Random, _setups[node]), out var outbox);
            Post(node, outbox);
        }
        while (travelling.TryDequeue(out var next))
        {
            switch (parties[next.To].Receive(next.Message.Round, next.Message.Payload))
            {
                case PairSetupStep.Send send:
                    Post(next.To, send.Outbox);
                    break;
                case PairSetupStep.Complete complete:
                    _setups[next.To]?.Dispose();
                    _setups[next.To] = complete.Setup;
                    Post(next.To, complete.Outbox);
                    break;
                case PairSetupStep.Abort abort:
                    throw new InvalidOperationException($"{abort.Fault}");
                case PairSetupStep.Wait:
                    break;
            }
        }
        if (_setups[0]!.SendingId != _setups[1]!.ReceivingId || _setups[0]!.State != PairSetupState.Active)
            throw new InvalidOperationException("an honest pair has no setup");

        void Post(int from, Outbox outbox)
        {
            foreach (var message in outbox.Messages)
            {
                BytesPerParty += from == 0 ? message.Payload.Length : 0;
                travelling.Enqueue((1 - from, message));
            }
        }
    }

    public void Dispose()
    {
        foreach (var setup in _setups)
            setup?.Dispose();
    }

    private static (NodeId, InstanceId) Draw() => (new(RandomNumberGenerator.GetBytes(NodeId.Size)), new(RandomNumberGenerator.GetBytes(InstanceId.Size)));
}
