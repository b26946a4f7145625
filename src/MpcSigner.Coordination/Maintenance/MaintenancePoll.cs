using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Asks the other nodes of an order what they know of it, in growing intervals: a PENDING node for the certificate, one where it is ACTIVE for the DONEs that are missing.</summary>
internal sealed class MaintenancePoll(Rooms rooms, MaintenanceOrder order) : IDisposable
{
    private readonly MachineContext _context = rooms.Context;
    private Token? _timer;
    private TimeSpan _interval;

    private PeerCall Question => new PeerCall.AskMaintenance(order.Hash, order.Case.Order.Signed);

    public void Begin()
    {
        if (_timer is not null)
            return;
        _interval = _context.Settings.Maintenance.Poll;
        Round();
    }

    /// <summary>From the shortest interval again; the next round comes after it, since this is called while answers of one come in.</summary>
    public void Anew()
    {
        Dispose();
        _interval = _context.Settings.Maintenance.Poll;
        _timer = _context.StartTimer(_interval, Round);
    }

    /// <summary>One round to all other members, now; calls back when all have answered or failed to.</summary>
    public void AskOnce(Action done)
    {
        NodeId[] others = [.. order.Case.Terms.Members.Select(member => member.Nid).Where(nid => rooms.Peers.Find(nid) is not null)];
        var outstanding = others.Length;
        if (outstanding == 0)
            done(); // all have left the roster
        foreach (var nid in others)
        {
            _context.Call(nid, Question,
                (_, reply) =>
                {
                    OnAnswer(nid, reply);
                    End();
                },
                _ =>
                {
                    OnSilence(nid);
                    End();
                });
        }

        void End()
        {
            if (--outstanding == 0)
                done();
        }
    }

    /// <summary>A helper asks the recovered node once whether it has its shares.</summary>
    public void AskRecovered(Action otherwise)
    {
        var (pid, nid) = order.Case.Terms.NewParties.Single();
        if (rooms.Peers.Find(nid) is null)
        {
            otherwise();
            return;
        }
        _context.Call(nid, Question,
            (_, reply) =>
            {
                if (reply is PeerReply.Maintenance { Answer: MaintenanceAnswer.Recovered recovered })
                    order.Dones.Add(pid, recovered.Done);
                if (order.Phase == MaintenancePhase.Begun)
                    otherwise();
            },
            _ => otherwise());
    }

    private void Round()
    {
        _timer = null;
        NodeId[] asked = order.Phase switch
        {
            MaintenancePhase.Acknowledged => [.. order.Case.Terms.Members.Select(member => member.Nid)],
            MaintenancePhase.Active => [.. order.Dones.Missing.Select(party => party.Nid)],
            _ => [],
        };
        foreach (var nid in asked.Where(nid => rooms.Peers.Find(nid) is not null))
            _context.Call(nid, Question, (_, reply) => OnAnswer(nid, reply), _ => OnSilence(nid));
        if (order.Phase is not (MaintenancePhase.Acknowledged or MaintenancePhase.Active))
            return;
        _timer = _context.StartTimer(_interval, Round);
        _interval = TimeSpan.FromTicks(Math.Min(2 * _interval.Ticks, _context.Settings.Maintenance.MaxPoll.Ticks));
    }

    private void OnAnswer(NodeId nid, PeerReply reply)
    {
        if (reply is not PeerReply.Maintenance { Answer: { } answer } || order.Case.MemberPid(nid) is not { } pid)
            return;
        switch (answer)
        {
            case MaintenanceAnswer.Certified certified:
                if (order.AddCertificate(certified.Certificate))
                    order.Settlement.HearInUse(pid);
                if (!certified.Done.IsEmpty)
                    order.Dones.Add(pid, certified.Done);
                return;
            case MaintenanceAnswer.Acknowledged acknowledged:
                order.AddAck(pid, acknowledged.Ack);
                break;
            case MaintenanceAnswer.InProgress or MaintenanceAnswer.Recovered or MaintenanceAnswer.Aborted:
                break;
        }
        order.Settlement.Hear(pid, answer);
    }

    private void OnSilence(NodeId nid)
    {
        if (order.Case.MemberPid(nid) is { } pid)
            order.Settlement.Silent(pid);
    }

    public void Dispose() => _context.StopTimer(ref _timer);
}
