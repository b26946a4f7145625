using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;

namespace MpcSigner.Simulation.Host;

/// <summary>What decides how long things take and what gets lost. The default delivers everything quickly and in order.</summary>
public class Traffic
{
    /// <summary>A process of this node is about to begin.</summary>
    public virtual void Starting(SimulatedNode node)
    {
    }

    /// <summary>How long something takes from one node to another; null when it is lost (a lost frame breaks its stream).</summary>
    public virtual TimeSpan? Travel(NodeId from, NodeId to, object what) => TimeSpan.FromMilliseconds(1);

    /// <summary>How long a flush takes.</summary>
    public virtual TimeSpan Flush(NodeId node) => TimeSpan.FromMilliseconds(2);

    /// <summary>How long a read or the opening or sealing of shares takes.</summary>
    public virtual TimeSpan Look(NodeId node) => TimeSpan.FromMilliseconds(0.2);

    /// <summary>Why this node's seal does not answer just now; null while it does.</summary>
    public virtual SealTrouble? SealFails(NodeId node) => null;

    /// <summary>How long a piece of arithmetic takes.</summary>
    public virtual TimeSpan Work(NodeId node, Work work) => TimeSpan.FromMilliseconds(1);

    /// <summary>Whether the node's process dies just before it does this effect.</summary>
    public virtual bool DiesBefore(SimulatedNode node, NodeEffect effect) => false;

    /// <summary>An effect that is never done: the process died in the step that it came from.</summary>
    public virtual void Lost(SimulatedNode node, NodeEffect effect)
    {
    }

    /// <summary>Last look at an effect before it is done: what a lying node, or a fault planted in a test, does otherwise. Null drops it.</summary>
    public virtual NodeEffect? Bend(SimulatedNode node, NodeEffect effect) => effect;
}
