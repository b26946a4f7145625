using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>Looks at each message of pair setups between two nodes as it leaves: what must be durable by then is looked up on its sender's disk. Keeps what is made.</summary>
internal sealed class PairWatch
{
    private readonly Dictionary<(NodeId Node, byte Number), HashSet<SessionId>> _sent = [];

    public PairWatch(ScriptedTraffic script)
    {
        var inner = script.Bends;
        script.Bends = (node, effect) =>
        {
            Look(node, effect);
            return inner(node, effect);
        };
    }

    /// <summary>A finished setup as one of its ends has it.</summary>
    public sealed record End(NodeId Node, PairSetup Setup, byte[] Delta);

    public List<End> Made { get; } = [];

    /// <summary>C12, C11: no two setups and no two directions of one have anything in common, but what both ends of one share.</summary>
    public void AssertNothingRepeats()
    {
        Assert.Equal(Made.Count, Made.Select(end => Convert.ToHexString(end.Delta)).Distinct().Count());
        Assert.Equal(Made.Count, Made.Select(end => end.Setup.SendingId).Distinct().Count());
        Assert.All(Made, end => Assert.NotEqual(end.Setup.SendingId, end.Setup.ReceivingId));
        foreach (var node in Made.GroupBy(end => end.Node))
            Assert.Equal(node.Select(end => end.Setup.SendingEpoch), node.Select(end => end.Setup.SendingEpoch).Distinct().Order());
    }

    private void Look(SimulatedNode node, NodeEffect effect)
    {
        if (effect is NodeEffect.SendFrame { Frame: SessionFrame.Envelope envelope } && EnvelopeHeader.TryRead(envelope.Bytes.Span, out var header)
            && header is { Type: MessageType.Round, From: 0, To: 0 })
        {
            OnSent(node, header);
        }
        else if (effect is NodeEffect.Observe { Observation: Observation.PairSetUp made })
        {
            var setup = CheatedPair.PairsOf(node).Find(made.Peer);
            Assert.NotNull(setup);
            using var delta = setup.Sending.Delta.Borrow();
            Made.Add(new(node.Nid, setup, delta.Span.ToArray()));
        }
    }

    private void OnSent(SimulatedNode node, EnvelopeHeader header)
    {
        var row = node.Store.Pairs.Values.SingleOrDefault() ?? new PairRow(default, 0, 0, 0, 0, 0, 0, 0, 0);
        if (!_sent.TryGetValue((node.Nid, header.Round), out var sessions))
            _sent.Add((node.Nid, header.Round), sessions = []);
        sessions.Add(header.Session);
        if (header.Round is 1 or 2)
            Assert.True(Math.Min(row.SendingEpoch, row.ReceivingEpoch) >= (ulong)sessions.Count, $"M{header.Round} of run {sessions.Count} left with epochs {row.SendingEpoch}, {row.ReceivingEpoch} on the disk");
        else if (header.Round > 2)
            Assert.True(row.SetupsOnDay >= sessions.Count, $"M{header.Round} of run {sessions.Count} left with a count of {row.SetupsOnDay} on the disk");
    }
}
