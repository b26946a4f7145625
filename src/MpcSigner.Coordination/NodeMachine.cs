using MpcSigner.Coordination.Bookings;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Destructions;
using MpcSigner.Coordination.Jobs;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Coordination.Pools;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Schedules;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;

namespace MpcSigner.Coordination;

/// <summary>A node's whole logic: events in, effects out. Single-threaded; deterministic given its events and its source of randomness.</summary>
/// <remarks>One object a process start. The host executes effects in order and feeds their results back; it never steps from two threads.</remarks>
public sealed class NodeMachine : IDisposable
{
    private readonly MachineContext _context;
    private readonly Rooms _rooms;
    private readonly OrderBook _orders;
    private readonly ClientDesk _clients;
    private readonly PeerDesk _peers;
    private readonly ResultRoom _results;
    private readonly MaintenanceDesk _maintenance;
    private readonly JobBook _jobs;
    private readonly ScheduleBook _schedules;
    private readonly DestructionBook _destructions;
    private readonly AdministratorDesk _administrators;
    private readonly ClockWatch _clocks;
    private bool _started;
    private bool _stopped;

    /// <exception cref="ArgumentException">The setup contradicts itself: the roster does not name this node or its identity.</exception>
    public NodeMachine(MachineSetup setup)
    {
        _context = new(setup);
        var participants = new ParticipantRoom();
        _rooms = new(_context, participants);
        _orders = new(_rooms);
        participants.Furnish(_rooms, _orders);
        _clients = new(_rooms, _orders);
        _peers = new(_rooms);
        _results = new(_rooms);
        _maintenance = new(_rooms, _rooms.Maintenance);
        var stepKeys = new StepKeys();
        _jobs = new(_context, _rooms.Orders, _rooms.Maintenance.Run, stepKeys);
        _schedules = new(_rooms, _rooms.Maintenance.Run, stepKeys);
        _destructions = new(_rooms, _rooms.Maintenance.Claims);
        _administrators = new(_rooms, _jobs, _destructions);
        _clocks = new(setup.Settings.Pools.MaxClockJump);
    }

    internal Rooms Rooms => _rooms;

    /// <summary>Takes one event and says what is to be done, in order.</summary>
    /// <exception cref="InvalidOperationException">A bug, ours or the host's: the process must end.</exception>
    public IReadOnlyList<NodeEffect> Step(NodeEvent e, Moment now)
    {
        if (_stopped || _context.Halted)
        {
            if (e is NodeEvent.ShareLoaded late)
                late.Share.Dispose();
            else if (e is NodeEvent.SharesSealed shares)
                shares.Shares.Dispose();
            else if (e is NodeEvent.Computed computed)
                _context.Take<Waiter.ForWork>(computed.Token)!.Done(); // whoever asked is gone: it wipes the result
            return [];
        }
        _context.Begin(now);
        if (_clocks.HasJumped(now))
        {
            _rooms.Stock.DropAll(MaterialEnd.ClockJumped);
            _rooms.Holdings.DropAll(MaterialEnd.ClockJumped);
            _rooms.Pairs.DropAll();
        }
        Dispatch(e);
        if (_context.Halted)
            Dispose();
        return _context.End();
    }

    private void Dispatch(NodeEvent e)
    {
        switch (e)
        {
            case NodeEvent.Started:
                Start();
                break;
            case NodeEvent.ClientCalled called:
                OnClient(called);
                break;
            case NodeEvent.AdministratorCalled called:
                OnAdministrator(called);
                break;
            case NodeEvent.ClientGone gone:
                _clients.Gone(gone.Call);
                break;
            case NodeEvent.PeerCalled called:
                OnPeer(called);
                break;
            case NodeEvent.PeerAnswered answered:
                _context.Take<Waiter.ForPeer>(answered.Token)!.Answered(answered.TlsKey, answered.Reply);
                break;
            case NodeEvent.PeerCallFailed failed:
                _context.Take<Waiter.ForPeer>(failed.Token)!.Failed(failed.Reason);
                break;
            case NodeEvent.StreamOpened opened:
                _rooms.Sessions.Opened(opened.Stream, opened.Peer);
                break;
            case NodeEvent.FrameReceived received:
                _rooms.Sessions.Receive(received.Stream, received.Frame);
                break;
            case NodeEvent.StreamClosed closed:
                _rooms.Sessions.Closed(closed.Stream, closed.Reason);
                break;
            case NodeEvent.Committed committed:
                _context.Take<Waiter.ForCommit>(committed.Token)!.Durable();
                break;
            case NodeEvent.CommitFailed failed:
                // A promise may stand on what was to be durable: nothing is done any more.
                _context.Halt($"the store refused a commit: {failed.Reason}");
                break;
            case NodeEvent.ReadDone done:
                _context.Take<Waiter.ForRead>(done.Token)!.Done(done.Answers);
                break;
            case NodeEvent.ReadFailed failed:
                _context.Take<Waiter.ForRead>(failed.Token)!.Failed(failed.Reason);
                break;
            case NodeEvent.ShareLoaded loaded:
                _context.Take<Waiter.ForShare>(loaded.Token)!.Loaded(loaded.Share);
                break;
            case NodeEvent.ShareUnavailable unavailable:
                _context.Take<Waiter.ForShare>(unavailable.Token)!.Unavailable(unavailable.Trouble);
                break;
            case NodeEvent.SharesSealed shares:
                _context.Take<Waiter.ForSeal>(shares.Token)!.Sealed(shares.Shares);
                break;
            case NodeEvent.SealUnavailable unavailable:
                _context.Take<Waiter.ForSeal>(unavailable.Token)!.Unavailable(unavailable.Trouble);
                break;
            case NodeEvent.IdentityLoaded loaded:
                _context.Take<Waiter.ForIdentity>(loaded.Token)!.Loaded(loaded.Identity);
                break;
            case NodeEvent.IdentityUnavailable unavailable:
                _context.Take<Waiter.ForIdentity>(unavailable.Token)!.Unavailable(unavailable.Reason);
                break;
            case NodeEvent.TlsKeyReplaced replaced:
                _context.TlsKey = replaced.TlsKey;
                _rooms.Greetings.Announce();
                break;
            case NodeEvent.Computed computed:
                _context.Take<Waiter.ForWork>(computed.Token)!.Done();
                break;
            case NodeEvent.TimerFired fired:
                _context.Take<Waiter.ForTimer>(fired.Token)?.Fired();
                break;
            default:
                throw new InvalidOperationException($"an event of no known kind: {e.GetType().Name}");
        }
    }

    private void Start()
    {
        if (_started)
            throw new InvalidOperationException("a machine is started once");
        _started = true;
        _context.Commit(new Batch().Log(AuditKind.NodeStarted, default, default, _context.Setup.Instance.ToArray()));
        _orders.Restore();
        _rooms.Maintenance.Restore();
        _rooms.Greetings.Begin();
        _rooms.Rosters.Begin();
        _rooms.Pairs.Begin();
        _destructions.Restore();
        _jobs.Restore();
        _schedules.Begin();
    }

    private void OnClient(NodeEvent.ClientCalled called)
    {
        switch (called.Body)
        {
            case ClientCall.Submit when _context.Members.Obstacle is { } obstacle:
                _context.Do(new NodeEffect.AnswerClient(called.Call, new ClientReply.Refused(obstacle)));
                break;
            case ClientCall.Submit submit:
                _clients.Submit(called.Call, called.TlsClient, submit.Request, called.Timeout);
                break;
            case ClientCall.Status:
                _context.Do(new NodeEffect.AnswerClient(called.Call, new ClientReply.StatusIs(StatusReport.Of(_rooms, _orders, _schedules, _started))));
                break;
            default:
                throw new InvalidOperationException("a client call of no known kind");
        }
    }

    private void OnAdministrator(NodeEvent.AdministratorCalled called)
    {
        switch (called.Body)
        {
            case AdministratorCall.ApplyRoster apply:
                _rooms.Rosters.Apply(called.Call, apply);
                break;
            case AdministratorCall.SubmitJob job:
                _administrators.SubmitJob(called.Call, job);
                break;
            case AdministratorCall.Command command:
                _administrators.Command(called.Call, command.Order);
                break;
            default:
                throw new InvalidOperationException("an administrator's call of no known kind");
        }
    }

    private void OnPeer(NodeEvent.PeerCalled called)
    {
        if (_rooms.Peers.Find(called.Peer) is null)
        {
            Refuse(called.Call, Refusals.Malformed($"The roster has no other node {called.Peer}."));
            return;
        }
        if (_context.Members.Obstacle is { } obstacle && called.Body is not (PeerCall.Hello or PeerCall.FetchRosters))
        {
            Refuse(called.Call, obstacle);
            return;
        }
        switch (called.Body)
        {
            case PeerCall.FetchRosters fetch:
                _rooms.CatchUp.Serve(called.Call, fetch.From);
                break;
            case PeerCall.Hello hello:
                _context.Do(new NodeEffect.AnswerPeer(called.Call, _rooms.Greetings.Answer(called.Peer, called.TlsKey, hello.Announcement)));
                break;
            case PeerCall.Book book:
                _peers.Book(called.Call, called.Peer, book);
                break;
            case PeerCall.Judge judge:
                _peers.Judge(called.Call, called.Peer, judge);
                break;
            case PeerCall.AskOrder ask:
                _orders.Ask(called.Call, called.Peer, ask);
                break;
            case PeerCall.PushCertificate push:
                _orders.Push(called.Call, push);
                break;
            case PeerCall.PushResult push:
                _results.Push(called.Call, push);
                break;
            case PeerCall.ForwardOrder forward:
                _administrators.Forwarded(called.Call, called.Peer, forward.Order);
                break;
            case PeerCall.AskMaintenance ask:
                _maintenance.Ask(called.Call, called.Peer, ask);
                break;
            case PeerCall.PushMaintained push:
                _maintenance.Push(called.Call, called.Peer, push);
                break;
            case PeerCall.AskTeaching ask:
                _maintenance.Teach(called.Call, called.Peer, ask);
                break;
            case PeerCall.AskKeys ask:
                _maintenance.Show(called.Call, ask);
                break;
            case PeerCall.PartialSign ask:
                if (_rooms.Holdings.TryFind(called.Peer, ask, out var lot, out var refusal))
                    new PartialSigner(_rooms, called.Call, called.Peer, ask, lot).Begin();
                else
                    Refuse(called.Call, refusal.ToError());
                break;
            default:
                throw new InvalidOperationException("a peer call of no known kind");
        }
    }

    private void Refuse(CallId call, ServiceError error) => _context.Do(new NodeEffect.AnswerPeer(call, new PeerReply.Refused(error)));

    /// <summary>Wipes what secrets the machine holds. No event is taken any more, beyond wiping a share that was still being opened and what was still being computed.</summary>
    public void Dispose()
    {
        if (_stopped)
            return;
        _stopped = true;
        _clients.Dispose();
        _rooms.Sessions.Dispose();
        _rooms.Stock.Dispose();
        _rooms.Holdings.Dispose();
        _rooms.Pairs.Dispose();
        _orders.Dispose();
        _rooms.Maintenance.Dispose();
    }
}
