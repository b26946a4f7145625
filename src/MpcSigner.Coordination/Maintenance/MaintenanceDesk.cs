using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>Answers peers that ask about maintenance orders or certified records, and takes what they push.</summary>
internal sealed class MaintenanceDesk(Rooms rooms, MaintenanceBook book)
{
    private readonly MachineContext _context = rooms.Context;

    /// <summary>Whoever does not know the order, and is a member of it, refuses it for ever before it says so.</summary>
    public void Ask(CallId call, NodeId peer, PeerCall.AskMaintenance ask)
    {
        if (book.Find(ask.Hash) is { } open)
        {
            Answer(call, peer, open.Case, open.Answer());
            return;
        }
        if (book.IsOpening(ask.Hash) && !book.Refusals.IsUnderWay(ask.Hash))
        {
            Say(call, new MaintenanceAnswer.InProgress());
            return;
        }
        _context.Read([new StoreQuery.FindMaintenance(ask.Hash), new StoreQuery.FindOrderKeys(ask.Hash)],
            answers => OnRead(call, peer, ask, ((StoreAnswer.Maintenance)answers[0]).Row, ((StoreAnswer.OrderKeys)answers[1]).Rows),
            _ => Refuse(call, Refusals.Storage()));
    }

    private void OnRead(CallId call, NodeId peer, PeerCall.AskMaintenance ask, MaintenanceRow? row, IReadOnlyList<KeyRow> keys)
    {
        if (book.Find(ask.Hash) is { } open)
            Answer(call, peer, open.Case, open.Answer()); // begun while the store was read
        else if (row is null)
            AnswerUnknown(call, peer, ask);
        else if (book.Recall(row) is { } order)
            Answer(call, peer, order, MaintenanceAnswers.FromStore(_context, order, row, keys));
        else
            Refuse(call, Refusals.Storage());
    }

    private void AnswerUnknown(CallId call, NodeId peer, PeerCall.AskMaintenance ask)
    {
        if (!rooms.Orders.TryAuthenticateEver(ask.Order, out var authenticated, out var error)
            || !MaintenanceCase.TryCreate(_context, authenticated, begins: false, out var order, out error))
        {
            Refuse(call, error);
            return;
        }
        if (order.Hash != ask.Hash || !order.Concerns(peer) || !order.Concerns(_context.Self))
        {
            Refuse(call, Refusals.Malformed("The order is not one that both nodes have to do with."));
            return;
        }
        if (order.MemberPid(_context.Self) is null)
        {
            Say(call, new MaintenanceAnswer.InProgress());
            return;
        }
        if (order.IsScheduled)
            RefuseScheduled(call, order);
        else
            RefuseForEver(call, order);
    }

    /// <summary>An order that nobody signed, of which any peer can make any number: only one that may have begun by now, from the records that are in use here, is worth a row.</summary>
    private void RefuseScheduled(CallId call, MaintenanceCase order)
    {
        var instance = ((MaintenanceAction.Refresh)order.Action).Schedule!;
        var schedule = _context.Roster.Schedules.First(known => string.Equals(known.Name, instance.Schedule, StringComparison.Ordinal));
        if (ScheduleGate.JudgeBegun(schedule, instance.Index, _context.Now.Wall, _context.Settings.MaxClockDifference) is { } early)
        {
            Refuse(call, early);
            return;
        }
        var keys = order.Terms.Keys;
        KeyReading.Read(_context, keys.Count, k => [new StoreQuery.FindKey(keys[k].Key)], answers =>
        {
            if (Enumerable.Range(0, keys.Count).All(k => ((StoreAnswer.Key)answers[k][0]).Row is { State: KeyState.Active } row && row.RecordHash == keys[k].RecordHash
                && ScheduleGate.JudgeBegun(schedule, instance.Index, row.CreatedAt, TimeSpan.Zero) is not null)) // made since: the instance is over for it
                RefuseForEver(call, order);
            else
                Refuse(call, new(Reason.WrongGeneration, "The order does not start from the records that are in use at this node.", "Nothing is to be done."));
        }, _ => Refuse(call, Refusals.Storage()));
    }

    private void RefuseForEver(CallId call, MaintenanceCase order) => book.Refusals.Refuse(order, answer =>
    {
        if (answer is null)
            Refuse(call, Refusals.Storage());
        else
            Say(call, answer);
    });

    /// <summary>A node on which the order is ACTIVE shows the certificate, and says DONE.</summary>
    public void Push(CallId call, NodeId peer, PeerCall.PushMaintained push)
    {
        if (book.Find(push.Certificate.Order) is { } open)
        {
            var holds = open.AddCertificate(push.Certificate);
            if (open.Case.MemberPid(peer) is { } pid)
            {
                if (holds)
                    open.Settlement.HearInUse(pid);
                if (!push.Done.IsEmpty)
                    open.Dones.Add(pid, push.Done);
            }
            if (holds)
                Accept(call);
            else
                Refuse(call, Refusals.Protocol("The certificate is not of the order's result at this node."));
            return;
        }
        if (push.Keys is not { } shown || book.IsOpening(push.Certificate.Order))
        {
            Accept(call); // over here, or none of ours: nothing to do
            return;
        }
        _context.Read([new StoreQuery.FindMaintenance(push.Certificate.Order)], answers =>
        {
            if (((StoreAnswer.Maintenance)answers[0]).Row is not null || book.Find(push.Certificate.Order) is not null)
                Accept(call);
            else if (!rooms.Orders.TryAuthenticateEver(shown.Order, out var authenticated, out var error)
                || !MaintenanceCase.TryCreate(_context, authenticated, begins: false, out var order, out error))
                Refuse(call, error);
            else
                new Pupil(rooms, book, order, peer, push.Certificate, shown, refused =>
                {
                    if (refused is null)
                        Accept(call);
                    else
                        Refuse(call, refused);
                }).Begin();
        }, _ => Refuse(call, Refusals.Storage()));
    }

    /// <summary>An old party outside the session heard of the new generation.</summary>
    public void Teach(CallId call, NodeId peer, PeerCall.AskTeaching ask) => _context.Read([new StoreQuery.FindMaintenance(ask.Hash)], answers =>
    {
        Accept(call);
        if (((StoreAnswer.Maintenance)answers[0]).Row is { } row && book.Recall(row) is { } order && order.OldPid(peer) is not null && order.MemberPid(peer) is null)
            Teaching.Teach(rooms, order, peer);
    }, _ => Refuse(call, Refusals.Storage()));

    /// <summary>Certified records in use here; of a single key with the order that made its generation.</summary>
    public void Show(CallId call, PeerCall.AskKeys ask)
    {
        var keys = ask.Keys;
        if (keys.Count is 0 or > PeerCall.AskKeys.MaxKeys)
        {
            Refuse(call, Refusals.Malformed($"1..{PeerCall.AskKeys.MaxKeys} keys may be asked about."));
            return;
        }
        KeyReading.Read(_context, keys.Count, k => [new StoreQuery.FindKey(keys[k])], answers =>
        {
            CertifiedKey?[] found = [.. answers.Select(answer => Certified(((StoreAnswer.Key)answer[0]).Row))];
            if (found is not [{ Record.Generation: > 0 } single])
            {
                Reply(call, new PeerReply.Keys(found));
                return;
            }
            var order = ((StoreAnswer.Key)answers[0][0]).Row!.Order;
            _context.Read([new StoreQuery.FindMaintenance(order)],
                rows => Reply(call, new PeerReply.Keys([single with { Order = ((StoreAnswer.Maintenance)rows[0]).Row?.Signed }])),
                _ => Refuse(call, Refusals.Storage()));
        }, _ => Refuse(call, Refusals.Storage()));
    }

    private static CertifiedKey? Certified(KeyRow? row) =>
        row is { State: KeyState.Active, Certificate.IsEmpty: false } ? new(row.Record, row.Attempt, row.Certificate, row.Dealers) : null;

    private void Answer(CallId call, NodeId peer, MaintenanceCase order, MaintenanceAnswer answer)
    {
        if (order.Concerns(peer))
            Say(call, answer);
        else
            Refuse(call, Refusals.Malformed("The order is not one that both nodes have to do with."));
    }

    private void Say(CallId call, MaintenanceAnswer answer) => Reply(call, new PeerReply.Maintenance(answer));

    private void Accept(CallId call) => Reply(call, new PeerReply.Accepted());

    private void Refuse(CallId call, ServiceError error) => Reply(call, new PeerReply.Refused(error));

    private void Reply(CallId call, PeerReply reply) => _context.Do(new NodeEffect.AnswerPeer(call, reply));
}
