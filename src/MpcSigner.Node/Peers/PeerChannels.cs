using System.Collections.Frozen;
using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Tls;

namespace MpcSigner.Node.Peers;

/// <summary>One channel to each other node of the roster.</summary>
internal sealed class PeerChannels : IDisposable
{
    private readonly FrozenDictionary<NodeId, PeerChannel> _channels;

    public PeerChannels(Roster roster, NodeId self, NodeTls tls, TimeProvider time, ILogger logger) =>
        _channels = roster.Nodes.Where(n => n.Nid != self).ToFrozenDictionary(n => n.Nid, n => new PeerChannel(n, tls, time, logger));

    /// <exception cref="KeyNotFoundException">No peer of the roster: the machine's mistake.</exception>
    public PeerChannel this[NodeId peer] => _channels[peer];

    public void Dispose()
    {
        foreach (var channel in _channels.Values)
            channel.Dispose();
    }
}
