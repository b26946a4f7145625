using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Identities;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;
using MpcSigner.Simulation.Watch;

namespace MpcSigner.Simulation.Promises;

/// <summary>One promise of the nodes, watched through a whole history. Only honest nodes' deeds are shown to it.</summary>
public abstract class Promise(World world)
{
    /// <summary>P-number and what must hold: what a failing history is reported under.</summary>
    public abstract string Name { get; }

    protected World World { get; } = world;

    /// <summary>A message of a session, just before it leaves its sender.</summary>
    public virtual void OnSent(SentMessage message)
    {
    }

    /// <summary>An effect just before it is done.</summary>
    public virtual void OnEffect(SimulatedNode node, NodeEffect effect)
    {
    }

    /// <summary>A client got the answer to something it asked.</summary>
    public virtual void OnAnswered(Ask ask, ClientReply reply)
    {
    }

    /// <summary>All faults are over, all nodes are up, everything has come to rest.</summary>
    public virtual void AtEnd()
    {
    }

    protected void Require(bool holds, string broken)
    {
        if (!holds)
            throw new BrokenPromiseException(broken, Name);
    }

    protected string NameOf(NodeId nid) => World.Cluster.Node(nid).Roster.Name;
}
