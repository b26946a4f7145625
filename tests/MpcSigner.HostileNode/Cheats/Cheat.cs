using MpcSigner.Coordination.Boundary;
using MpcSigner.HostileNode.Host;
using MpcSigner.HostileNode.Sessions;

namespace MpcSigner.HostileNode.Cheats;

/// <summary>What the node does otherwise than its machine says. It keeps its identity, its keys and everything it has heard.</summary>
internal abstract class Cheat
{
    /// <summary>What happens, before the machine hears of it; null keeps it from the machine.</summary>
    public virtual NodeEvent? Hears(NodeEvent happened, Hand hand) => happened;

    /// <summary>A message to this node, which the machine hears next.</summary>
    public virtual void Heard(SessionMessage message, Hand hand)
    {
    }

    /// <summary>What is done instead of an effect.</summary>
    /// <param name="said">The node's own message, where the effect sends one.</param>
    public virtual IEnumerable<NodeEffect> Does(NodeEffect effect, SessionMessage? said, Hand hand) =>
        said is null ? [effect] : Says(said, hand) is { } payload ? [Hand.Say(effect, said, payload)] : [];

    /// <summary>What is said instead of a message; null: nothing.</summary>
    protected virtual byte[]? Says(SessionMessage message, Hand hand) => message.Payload;
}

/// <summary>The node does as its machine says.</summary>
internal sealed class Honesty : Cheat;
