using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;

namespace MpcSigner.Simulation.Host;

/// <summary>Traffic that a test scripts: everything quick and in order but what the script says otherwise. Remembers all effects.</summary>
public sealed class ScriptedTraffic : Traffic
{
    public List<(SimulatedNode Node, NodeEffect Effect)> Effects { get; } = [];

    /// <summary>True: lost.</summary>
    public Func<NodeId, NodeId, object, bool> Loses { get; set; } = static (_, _, _) => false;

    public Func<SimulatedNode, NodeEffect, bool> Dies { get; set; } = static (_, _) => false;

    public Func<SimulatedNode, NodeEffect, NodeEffect?> Bends { get; set; } = static (_, effect) => effect;

    public TimeSpan LookTime { get; set; } = TimeSpan.FromMilliseconds(0.2);

    public TimeSpan FlushTime { get; set; } = TimeSpan.FromMilliseconds(2);

    public Func<NodeId, SealTrouble?> SealTroubles { get; set; } = static _ => null;

    public override SealTrouble? SealFails(NodeId node) => SealTroubles(node);

    public override TimeSpan Look(NodeId node) => LookTime;

    public override TimeSpan Flush(NodeId node) => FlushTime;

    public override TimeSpan? Travel(NodeId from, NodeId to, object what) => Loses(from, to, what) ? null : base.Travel(from, to, what);

    public override bool DiesBefore(SimulatedNode node, NodeEffect effect) => Dies(node, effect);

    public override NodeEffect? Bend(SimulatedNode node, NodeEffect effect)
    {
        Effects.Add((node, effect));
        return Bends(node, effect);
    }
}
