using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Destructions;

/// <summary>A destruction that waits for its time at this node, and its way to the others.</summary>
internal sealed class Destruction(DestructionRow row, OrderSpread spread)
{
    public DestructionRow Row { get; } = row;

    public OrderSpread Spread { get; } = spread;

    /// <summary>Set once its time has come: it is not called off any more.</summary>
    public Erasure? Erasure { get; set; }

    /// <summary>The deed is durable. Nodes that lack the order still get it from this one.</summary>
    public bool IsErased { get; set; }

    /// <summary>A cancellation is on its way to the disk.</summary>
    public bool IsBeingCancelled { get; set; }
}
