using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>A maintenance order at its coordinator, which also deals: brings all members together, relays, and says once what became of it.</summary>
/// <remarks>judged → keys open → joined, START → (member's part) → ACTIVE and confirmed | aborted, everybody asked | PENDING → over.</remarks>
internal sealed class MaintenanceRun : ISessionOwner, IMemberOwner, IDisposable
{
    private readonly Rooms _rooms;
    private readonly MaintenanceBook _book;
    private readonly MaintenanceCase _case;
    private readonly List<Action<MaintenanceOutcome>> _ended = [];
    private readonly SortedDictionary<NodeId, NodeReason> _reasons = [];
    private readonly HashSet<PartyId> _confirmed = [];
    private KeyOpening? _opening;
    private OpenedKeys? _keys;
    private InitiatorSession? _session;
    private MaintenanceMember? _member;
    private MaintenanceOrder? _order;
    private Token? _deadline;
    private Token? _grace;
    private bool _closing;
    private bool _over;

    public MaintenanceRun(Rooms rooms, MaintenanceBook book, MaintenanceCase order, Action<MaintenanceOutcome> ended)
    {
        (_rooms, _book, _case) = (rooms, book, order);
        _ended.Add(ended);
    }

    private MachineContext Context => _rooms.Context;

    private IEnumerable<(PartyId Pid, NodeId Nid)> Others => _case.Terms.Members.Where(member => member.Nid != Context.Self);

    /// <summary>Whoever asks for the same order while it runs hears its end too.</summary>
    public void Also(Action<MaintenanceOutcome> ended) => _ended.Add(ended);

    public void Begin()
    {
        if (!_case.Deals(Context.Self))
        {
            Refuse(new(Reason.WrongNode, $"Node {Context.NameOf(Context.Self)} deals no shares in this order.",
                $"Run it at one of: {string.Join(", ", _case.Terms.Dealers.Select(dealer => Context.NameOf(dealer.Nid)))}."));
            return;
        }
        if (_book.LiveSessions >= Context.Settings.Maintenance.MaxSessions)
        {
            Refuse(Refusals.Overloaded("sessions of maintenance"));
            return;
        }
        var settings = Context.Settings.Maintenance;
        _deadline = Context.StartTimer(settings.Deadline + _case.Count * settings.PerKey, OnDeadline);
        if (Unusable().Any())
            _rooms.Greetings.TryAgain(Open);
        else
            Open();
    }

    private IEnumerable<NodeId> Unusable() =>
        Others.Select(member => member.Nid).Where(nid => !(_rooms.Peers.Find(nid) is { } peer && _rooms.Peers.IsUsable(peer)));

    /// <summary>All members are needed; who is not there is named, and nothing was begun.</summary>
    private void Open()
    {
        if (_over)
            return;
        foreach (var nid in Unusable())
            _reasons[nid] = _rooms.Peers.WhyNot(nid);
        if (_reasons.Count > 0)
        {
            RefuseForNodes();
            return;
        }
        _opening = new(_rooms, _book, _case, withAnchors: _case.CarriesAnchors, OnOpened, Refuse);
        _opening.Begin();
    }

    private void OnOpened(OpenedKeys keys)
    {
        _keys = keys;
        _session = _rooms.Sessions.Open(this, _case.Terms.Protocol, _case.Terms.Suite, _case.Hash, _case.Terms.Members);
        _session.Open();
    }

    public void Opened()
    {
        var input = MaintenanceInput.Create(_case.Terms, Context.Self, _session!.Terms.Session);
        var start = MaintenanceStart.Encode(input.Encode(), _case.Order.Signed, _keys!.Anchors);
        if (start.Length > SessionChannel.MaxStart)
        {
            Refuse(new(Reason.BadBatchSize, $"The order with its keys' anchors has {start.Length} bytes; a START has at most {SessionChannel.MaxStart}.", "Order fewer keys at once."));
            return;
        }
        foreach (var (pid, _) in Others)
            _session.Send(MessageType.Start, 0, pid, start);
        var keys = _keys;
        _keys = null;
        // Own rows say whose the keys are: what the coordinator sends others it needs no proof of itself.
        _member = new(_rooms, _book, _case, input, keys, [], _session, rememberId: null, this);
        _member.Begin();
    }

    public void Received(OpenedMessage message)
    {
        if (_member is { } member)
            member.Received(message);
        else
            message.Dispose();
    }

    public void Refused(NodeId participant, ServiceError error) => Out(new(participant, Context.NameOf(participant), error.Reason, error.Message));

    public void Lost(NodeId participant, string why) => Out(new(participant, Context.NameOf(participant), Reason.TooFewNodes, why));

    public void Failed(PartyId? culprit, string why)
    {
        var nid = culprit is { } pid ? _case.NidOf(pid)!.Value : Context.Self;
        Out(new(nid, Context.NameOf(nid), culprit is null ? Reason.NotReady : Reason.PeerFault, why));
    }

    /// <summary>A member is out. Before anything was begun that ends the run; before our ACK the attempt; after it the others are asked what became of it.</summary>
    private void Out(NodeReason reason)
    {
        if (_over || _closing)
            return;
        _reasons.TryAdd(reason.Node, reason);
        switch (_order?.Phase)
        {
            case null:
                RefuseForNodes();
                break;
            case MaintenancePhase.Beginning or MaintenancePhase.Begun:
                if (_case.IsRecovery && _order.HasSentAll)
                    Close(); // the recovered node may have all it needs: it is asked
                else
                    _order.Abandon(Describe());
                break;
            case MaintenancePhase.Acknowledging or MaintenancePhase.Acknowledged:
                Close();
                break;
            default:
                break; // it is decided
        }
    }

    public void Begun(MaintenanceOrder order)
    {
        _order = order;
        order.WhenStill(OnStill);
    }

    public void Progress(int round) => _book.Progress(_case.Hash, round);

    public void Confirmed(PartyId from)
    {
        _confirmed.Add(from);
        if (_order is { Phase: MaintenancePhase.Active or MaintenancePhase.Erasing or MaintenancePhase.Done })
            TryComplete();
    }

    private void OnStill()
    {
        if (_over || _order is not { } order)
            return;
        switch (order.Phase)
        {
            case MaintenancePhase.Active:
                TryComplete();
                break;
            case MaintenancePhase.Done:
                Finish(new MaintenanceOutcome.Completed());
                break;
            case MaintenancePhase.Aborted:
                // Everybody is shown the order once more, so that it ends there too.
                _closing = true;
                EndSession();
                order.SeekCertificate(() => Finish(new MaintenanceOutcome.Aborted(order.Why, MayRetry())));
                return;
            case MaintenancePhase.Acknowledged when !order.HasSession:
                Close();
                break;
            default:
                break;
        }
        if (!_over && !order.IsOver)
            order.WhenStill(OnStill);
    }

    private void TryComplete()
    {
        if (Others.All(member => _confirmed.Contains(member.Pid)))
            Finish(new MaintenanceOutcome.Completed());
        else
            _grace ??= Context.StartTimer(Context.Settings.Maintenance.ActivationGrace, () => Finish(new MaintenanceOutcome.Completed()));
    }

    /// <summary>The session has no more to give: what became of the order is asked by calls, for a short while here and then in the background.</summary>
    private void Close()
    {
        if (_closing)
            return;
        _closing = true;
        EndSession();
        _grace ??= Context.StartTimer(Context.Settings.Maintenance.ActivationGrace, () =>
        {
            _grace = null;
            Finish(_order!.Phase is MaintenancePhase.Active or MaintenancePhase.Erasing or MaintenancePhase.Done
                ? new MaintenanceOutcome.Completed()
                : new MaintenanceOutcome.Pending(Describe(), _order.IsRefused));
        });
    }

    private void OnDeadline()
    {
        _deadline = null;
        if (_order is null)
        {
            Refuse(new(Reason.DeadlineExceeded, "The order could not begin in time.", "Try again.", [.. _reasons.Values]));
            return;
        }
        Out(new(Context.Self, Context.NameOf(Context.Self), Reason.DeadlineExceeded, "the session took too long"));
    }

    private void RefuseForNodes()
    {
        NodeReason[] nodes = [.. _reasons.Values];
        var reason = nodes.All(node => node.Reason == nodes[0].Reason) ? nodes[0].Reason : Reason.TooFewNodes;
        Refuse(new(reason, $"All {_case.Terms.Members.Count} members of the order must take part; not so: {Describe()}.", "See what each node says, then run the order again.", nodes));
    }

    private string Describe() => string.Join("; ", _reasons.Values.Select(node => $"{node.NodeName} ({node.Message.TrimEnd('.')})"));

    /// <summary>What the world or a peer did may go better; what is wrong with the order will not.</summary>
    private bool MayRetry() => _reasons.Values.All(node => node.Reason is >= Reason.TooFewNodes or Reason.StaleAttempt);

    private void Refuse(ServiceError error) => Finish(new MaintenanceOutcome.Refused(error));

    private void Finish(MaintenanceOutcome outcome)
    {
        if (_over)
            return;
        Dispose();
        _book.Ended(this, _case.Hash);
        foreach (var ended in _ended)
            ended(outcome);
    }

    private void EndSession()
    {
        if (_session is not { } session)
            return;
        _session = null;
        var error = _order is { Phase: not MaintenancePhase.Aborted } ? null
            : new ServiceError(Reason.Cancelled, "The coordinator gave the session up.", "Nothing is to be done.");
        session.End(error);
        _member?.SessionEnded("the session ended");
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        Context.StopTimer(ref _deadline);
        Context.StopTimer(ref _grace);
        _opening?.Dispose();
        _keys?.Dispose();
        EndSession();
        _member?.Dispose();
    }
}
