using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Old parties that were not in the session of a reshare hear of its end from the members, one member after the other: asked first, since what they are taught is long.</summary>
/// <remarks>Best effort and in memory: an old party that nobody reached asks to be taught when it meets the new generation (<see cref="GenerationWatch"/>).</remarks>
internal sealed class OutsiderTeaching(Rooms rooms, MaintenanceCase order, Action over) : IDisposable
{
    /// <summary>With doubling intervals: some quarters of an hour.</summary>
    private const int MaxRounds = 20;

    private readonly MachineContext _context = rooms.Context;
    private readonly HashSet<NodeId> _taught = [];
    private Token? _timer;
    private TimeSpan _interval = rooms.Context.Settings.Maintenance.Poll;
    private int _round;

    public void Begin() => Round();

    private void Round()
    {
        _timer = null;
        NodeId[] left = [.. order.Outsiders.Where(nid => !_taught.Contains(nid) && rooms.Peers.Find(nid) is not null)];
        if (left.Length == 0 || _round == MaxRounds)
        {
            over();
            return;
        }
        // One member begins, and each round one more joins it.
        if (order.Terms.Members.TakeWhile(member => member.Nid != _context.Self).Count() <= _round)
        {
            foreach (var nid in left)
                Ask(nid);
        }
        _round++;
        _timer = _context.StartTimer(_interval, Round);
        _interval = TimeSpan.FromTicks(Math.Min(2 * _interval.Ticks, _context.Settings.Maintenance.MaxPoll.Ticks));
    }

    private void Ask(NodeId nid) => _context.Call(nid, new PeerCall.AskMaintenance(order.Hash, order.Order.Signed), (_, reply) =>
    {
        if (reply is PeerReply.Maintenance { Answer: MaintenanceAnswer.Certified })
            _taught.Add(nid);
        else if (reply is PeerReply.Maintenance)
            Teaching.Teach(rooms, order, nid);
    }, static _ => { });

    public void Dispose() => _context.StopTimer(ref _timer);
}
