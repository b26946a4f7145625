using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Node.Tls;

namespace MpcSigner.Node.Peers;

/// <summary>One channel to each other node of the roster in force. Channels follow the roster and this node's certificate while calls run.</summary>
internal sealed class PeerChannels : IDisposable
{
    /// <summary>A channel whose place another has taken serves its running calls and streams so long: above the longest session.</summary>
    private static readonly TimeSpan Retirement = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<NodeId, PeerChannel> _channels = [];
    private readonly HashSet<PeerChannel> _retired = [];
    private readonly CancellationTokenSource _end = new();
    private readonly NodeId _self;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private NodeTls _tls;

    public PeerChannels(Roster roster, NodeId self, NodeTls tls, TimeProvider time, ILogger logger)
    {
        (_self, _tls, _time, _logger) = (self, tls, time, logger);
        Adopt(roster);
    }

    /// <summary>Null for a node that the roster in force does not name.</summary>
    public PeerChannel? Find(NodeId peer)
    {
        lock (_lock)
            return _channels.GetValueOrDefault(peer);
    }

    /// <summary>Another roster is in force. Calls to nodes that have left end at once.</summary>
    public void Adopt(Roster roster)
    {
        lock (_lock)
        {
            foreach (var (nid, channel) in _channels.Where(entry => roster.Find(entry.Key) is null).ToArray())
            {
                _channels.Remove(nid);
                channel.Dispose();
            }
            foreach (var node in roster.Nodes.Where(node => node.Nid != _self))
            {
                if (!_channels.TryGetValue(node.Nid, out var channel) || !channel.TryFollow(node))
                    Replace(node);
            }
        }
    }

    /// <summary>This node has another certificate: new calls are made with it, running ones end on the connections they began on.</summary>
    public void Present(NodeTls tls)
    {
        lock (_lock)
        {
            _tls = tls;
            foreach (var channel in _channels.Values.ToArray())
                Replace(channel.Peer);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _end.Cancel();
            foreach (var channel in _channels.Values.Concat(_retired))
                channel.Dispose();
            _channels.Clear();
            _retired.Clear();
        }
        _end.Dispose();
    }

    private void Replace(RosterNode node)
    {
        if (_channels.TryGetValue(node.Nid, out var former))
        {
            _retired.Add(former);
            _ = EndAsync(former, _end.Token);
        }
        _channels[node.Nid] = new(node, _tls, _time, _logger);
    }

    private async Task EndAsync(PeerChannel channel, CancellationToken end)
    {
        await Task.Delay(Retirement, _time, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_lock)
        {
            if (_retired.Remove(channel))
                channel.Dispose();
        }
    }
}
