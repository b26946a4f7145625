using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>A PENDING party asks the others what became of the order, again and again until it knows (spec §9); one that gave up asks ever more rarely.</summary>
internal sealed class OrderPoll(Rooms rooms, Order order) : IDisposable
{
    private readonly MachineContext _context = rooms.Context;
    private Token? _timer;
    private TimeSpan _interval;
    private bool _over;

    public void Begin()
    {
        if (_timer is not null)
            return;
        _interval = _context.Settings.PendingPoll;
        _over = false;
        Round();
    }

    private void Round()
    {
        _timer = null;
        if (_over)
            return;
        if (order.Phase == OrderPhase.Begun)
            order.Abandon("the session ended before this node had acknowledged");
        if (order.Phase is not (OrderPhase.Acknowledged or OrderPhase.GivenUp))
            return;
        foreach (var (pid, nid) in order.Action.Parties)
        {
            if (nid != _context.Self)
                _context.Call(nid, new PeerCall.AskOrder(order.Request.Signed), (_, reply) => OnAnswer(pid, reply), static _ => { });
        }
        _timer = _context.StartTimer(_interval, Round);
        if (order.Phase == OrderPhase.GivenUp)
            _interval = TimeSpan.FromTicks(Math.Min(2 * _interval.Ticks, _context.Settings.GivenUpPoll.Ticks));
    }

    private void OnAnswer(PartyId pid, PeerReply reply)
    {
        if (_over || reply is not PeerReply.Order { Answer: { } answer })
            return;
        switch (answer)
        {
            case OrderAnswer.Certified certified:
                order.AddCertificate(certified.Certificate);
                break;
            case OrderAnswer.Acknowledged acknowledged:
                order.AddAck(pid, acknowledged.Ack);
                break;
            case OrderAnswer.Aborted aborted when aborted.Kind == 0:
                order.AddAbort(new(aborted.Party, aborted.Signature), fromAnother: aborted.Party != pid);
                break;
            case OrderAnswer.InProgress or OrderAnswer.Aborted:
                break;
        }
    }

    public void Dispose()
    {
        _over = true;
        _context.StopTimer(ref _timer);
    }
}
