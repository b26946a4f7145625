using MpcSigner.Core.Identities;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>The two ends of a pair setup, each with the instance that its join named.</summary>
public sealed record PairNodes
{
    /// <exception cref="ArgumentException">A node with itself.</exception>
    public PairNodes(NodeId self, InstanceId selfInstance, NodeId peer, InstanceId peerInstance)
    {
        if (self == peer)
            throw new ArgumentException("a node has no setup with itself", nameof(peer));
        (Self, SelfInstance, Peer, PeerInstance) = (self, selfInstance, peer, peerInstance);
    }

    public NodeId Self { get; }

    public InstanceId SelfInstance { get; }

    public NodeId Peer { get; }

    public InstanceId PeerInstance { get; }

    /// <summary>Whether this node is the one that starts: its nid is the lower.</summary>
    public bool SelfIsLower => Self.CompareTo(Peer) < 0;
}
