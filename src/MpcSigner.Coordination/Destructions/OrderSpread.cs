using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Orders;

namespace MpcSigner.Coordination.Destructions;

/// <summary>Shows an order to every other node of the roster until each has taken it, or has said that it is over there. A node that is down is called again when it is back.</summary>
/// <remarks>All nodes, not only those that hold the keys now: before its time comes a reshare may bring them to others. Every node that has the order shows it, so no single one must live.</remarks>
internal sealed class OrderSpread(MachineContext context, SignedOrder order, Func<Reason, bool> isFinal)
{
    private readonly HashSet<NodeId> _has = [];
    private readonly HashSet<NodeId> _calling = [];
    private readonly DestructionSettings _settings = context.Settings.Destructions;
    private TimeSpan _wait = context.Settings.Destructions.FirstWait;
    private Token? _timer;
    private bool _stopped;

    /// <summary>It came from that node, or that node has said so.</summary>
    public void Has(NodeId node) => _has.Add(node);

    public bool IsDone => Missing.Count == 0;

    private IReadOnlyList<NodeId> Missing => [.. context.Roster.Nodes.Select(node => node.Nid).Where(nid => nid != context.Self && !_has.Contains(nid))];

    /// <summary>Calls whoever is missing; nodes that a newer roster brought among them.</summary>
    public void Tend()
    {
        if (_stopped || _timer is not null)
            return;
        var missing = Missing;
        foreach (var nid in missing)
            Call(nid);
        if (missing.Count == 0)
            return;
        _timer = context.StartTimer(_wait, () =>
        {
            _timer = null;
            Tend();
        });
        _wait = _wait * 2 < _settings.LongestWait ? _wait * 2 : _settings.LongestWait;
    }

    public void Stop()
    {
        _stopped = true;
        context.StopTimer(ref _timer);
    }

    private void Call(NodeId nid)
    {
        if (!_calling.Add(nid))
            return;
        context.Call(nid, new PeerCall.ForwardOrder(order), (_, reply) =>
        {
            _calling.Remove(nid);
            if (reply is PeerReply.Accepted || (reply is PeerReply.Refused refused && isFinal(refused.Error.Reason)))
                _has.Add(nid);
        }, _ => _calling.Remove(nid));
    }
}
