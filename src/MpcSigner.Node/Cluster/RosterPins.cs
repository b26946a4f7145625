using System.Collections.Frozen;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Node.Cluster;

/// <summary>TLS pin → holder, over the whole roster. The roster's reader has seen to it that no pin occurs twice.</summary>
internal sealed class RosterPins
{
    private readonly FrozenDictionary<Digest32, Caller> _callers;

    /// <param name="self">This node: nobody else may call with its key.</param>
    public RosterPins(Roster roster, NodeId self)
    {
        var callers = new Dictionary<Digest32, Caller>();
        foreach (var node in roster.Nodes.Where(n => n.Nid != self))
        {
            foreach (var pin in node.TlsPins)
                callers.Add(pin, new Caller.Node(node, pin));
        }
        foreach (var client in roster.Clients)
        {
            foreach (var pin in client.TlsPins)
                callers.Add(pin, new Caller.Client(client, pin));
        }
        foreach (var administrator in roster.Administrators)
        {
            foreach (var pin in administrator.TlsPins)
                callers.Add(pin, new Caller.Administrator(administrator, pin));
        }
        _callers = callers.ToFrozenDictionary();
    }

    /// <summary>Null: nobody this node talks to.</summary>
    public Caller? Find(Digest32 pin) => _callers.GetValueOrDefault(pin);
}
