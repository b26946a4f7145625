using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>A client's creation request at its coordinator, from the judgement to the answer. A creation is never retried: a failure is final.</summary>
/// <remarks>claiming → (answered from the store | denied | waiting for a PENDING order | running) → ACTIVE, waiting for the others → over.</remarks>
internal sealed class CreationFlow(Rooms rooms, OrderBook orders, AuthenticatedRequest request, RequestCallers callers) : ICreationOwner, IDisposable
{
    private readonly MachineContext _context = rooms.Context;
    private readonly SortedDictionary<NodeId, NodeReason> _reasons = [];
    private RequestEntry? _entry;
    private CreationCase? _creation;
    private KeyCreation? _running;
    private Order? _opening;
    private Token? _deadline;
    private Token? _grace;
    private bool _over;
    private int _rosterPauses;

    /// <summary>Nodes go by different rosters: whoever is behind needs a moment; one that has not followed by then does not follow by itself.</summary>
    private static readonly TimeSpan RosterPause = TimeSpan.FromMilliseconds(200);
    private const int MaxRosterPauses = 15;

    public AuthenticatedRequest Request { get; } = request;

    public void Begin(TimeSpan time)
    {
        _deadline = _context.StartTimer(time, OnDeadline);
        rooms.Ledger.Claim(Request, OnClaimed, Refuse);
    }

    public void Progress(string stage, int done, int total) => callers.Report(new(stage, done, total));

    public void NodeFailed(NodeReason reason) => _reasons.TryAdd(reason.Node, reason);

    public void AllConfirmed()
    {
        if (_grace is not null)
            Deliver();
    }

    private void OnClaimed(RequestEntry entry)
    {
        if (_over)
        {
            rooms.Ledger.Release(entry);
            return;
        }
        _entry = entry;
        switch (entry.Row)
        {
            case { State: RequestState.Completed }:
                entry.WhenResultDurable(ReadKeys);
                return;
            case { State: RequestState.Denied or RequestState.Failed } ended when ServiceErrorEncoding.TryDecode(ended.Result.Span, out var earlier):
                Refuse(earlier);
                return;
            default:
                break;
        }
        var hash = CreationCase.OrderOf(Request);
        if (orders.Find(hash) is { } pending)
        {
            pending.Watch(OnOrderEnded);
            return;
        }
        if (!CreationCase.TryJudge(_context, Request, out _creation, out var denial))
        {
            _context.Observe(new Observation.RequestRefused(Request.Client.Id, denial.Reason));
            new DenialRound(rooms, entry, denial, Refuse).Begin();
            return;
        }
        if (_creation.Action.Parties.All(party => party.Nid != _context.Self))
        {
            Refuse(new(Reason.WrongNode, $"Node {_context.NameOf(_context.Self)} is no party of the keys asked for.",
                $"Send the request to one of: {string.Join(", ", _creation.Action.Parties.Select(party => _context.NameOf(party.Nid)))}."));
            return;
        }
        if (Unusable().Any())
            rooms.Greetings.TryAgain(Open);
        else
            Open();
    }

    private IEnumerable<NodeId> Unusable() => _creation!.Action.Parties.Select(party => party.Nid)
        .Where(nid => nid != _context.Self && !(rooms.Peers.Find(nid) is { } peer && rooms.Peers.IsUsable(peer)));

    /// <summary>All n parties are needed; who is not there is named, and nothing was begun: the request may be sent again.</summary>
    private void Open()
    {
        if (_over)
            return;
        NodeReason[] missing = [.. Unusable().Select(rooms.Peers.WhyNot)];
        if (_rosterPauses < MaxRosterPauses && missing.Any(node => node.Reason == Reason.RosterMismatch))
        {
            _rosterPauses++; // whoever is behind catches up
            _context.StartTimer(RosterPause, Open);
            return;
        }
        if (missing.Length > 0)
        {
            var names = string.Join(", ", missing.Select(node => $"{node.NodeName} ({node.Message})"));
            Refuse(new(Reason.TooFewNodes, $"All {_creation!.Action.Parties.Count} nodes must take part in a creation; not usable: {names}.",
                "Bring the named nodes up, then send the request again.", missing));
            return;
        }
        orders.TryOpen(Request, OnOpened, Refuse);
    }

    private void OnOpened(Order order)
    {
        if (_over)
        {
            order.Forget();
            return;
        }
        _opening = order;
        order.Watch(OnOrderEnded);
        _running = new(rooms, _creation!, order, this);
        _running.Begin(_entry!);
    }

    public void Begun()
    {
        _opening = null;
        _entry = null; // the order's from here on
    }

    public void NeverBegan(string why)
    {
        var names = string.Join(", ", _reasons.Values.Select(node => $"{node.NodeName} ({node.Message})"));
        GiveUpOpening(new(Reasons([.. _reasons.Values]), $"All {_creation!.Action.Parties.Count} nodes must take part in a creation; not joined: {names}.",
            "Bring the named nodes up, then send the request again.", [.. _reasons.Values]));
    }

    private void GiveUpOpening(ServiceError error)
    {
        _opening?.Forget();
        _opening = null;
        _running?.End(error);
        _running = null;
        Refuse(error);
    }

    private void OnOrderEnded(Order order)
    {
        if (order.Phase == OrderPhase.Active)
        {
            _running?.Announce();
            if (_over || _running is null or { IsConfirmed: true })
            {
                Deliver();
                return;
            }
            _context.StopTimer(ref _deadline);
            _grace = _context.StartTimer(_context.Settings.ActivationGrace, () =>
            {
                _grace = null;
                CertificatePush.ToAll(rooms, order);
                Deliver();
            });
            return;
        }
        var failure = order.Failure!;
        var denials = _reasons.Values.ToArray();
        var told = denials.Length == 0 ? failure : failure with { Reason = Reasons(denials), Nodes = denials };
        _running?.End(told);
        Refuse(told);
    }

    /// <summary>The nodes' own reason where all that failed give one; else that too few were left.</summary>
    private static Reason Reasons(NodeReason[] nodes) => nodes.All(node => node.Reason == nodes[0].Reason) ? nodes[0].Reason : Reason.TooFewNodes;

    private void Deliver()
    {
        _context.StopTimer(ref _grace);
        _running?.End(null);
        _running = null;
        ReadKeys();
    }

    private void ReadKeys()
    {
        if (!_over)
            _context.Read([new StoreQuery.FindOrderKeys(CreationCase.OrderOf(Request))],
                answers => Answer(new ClientReply.KeysCreated(((StoreAnswer.OrderKeys)answers[0]).Rows)),
                _ => Refuse(Refusals.Storage()));
    }

    private void OnDeadline()
    {
        _deadline = null;
        var order = orders.Find(CreationCase.OrderOf(Request));
        if (order is null || order == _opening)
        {
            GiveUpOpening(new(Reason.DeadlineExceeded, "The creation could not begin in time.", "Send the request again."));
            return;
        }
        // Before our ACK the order ends here; after it only its parties together can say what became of it.
        order.Abandon("the creation took too long");
        if (order.Phase is OrderPhase.Aborting or OrderPhase.Aborted or OrderPhase.GivingUp or OrderPhase.GivenUp or OrderPhase.Beginning)
            return; // answered when its end is durable
        _running?.End(null);
        _running = null;
        Refuse(Refusals.KeyPending("The creation") with { Nodes = [.. _reasons.Values] });
    }

    private void Refuse(ServiceError error) => Answer(new ClientReply.Refused(error));

    private void Answer(ClientReply reply)
    {
        if (_over)
            return;
        Dispose();
        callers.Answer(reply);
    }

    public void Dispose()
    {
        if (_over)
            return;
        _over = true;
        _context.StopTimer(ref _deadline);
        _context.StopTimer(ref _grace);
        _opening?.Forget();
        _running?.Dispose(); // ended already, unless the machine stops: then its polynomials and shares go here
        if (_entry is { } entry)
            rooms.Ledger.Release(entry);
        _entry = null;
    }
}
