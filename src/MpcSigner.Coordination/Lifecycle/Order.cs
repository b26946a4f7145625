using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Dkg;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>A creation order at one of its parties, from its beginning to ACTIVE, aborted or given up: owns every durable step, whoever runs the protocol.</summary>
internal sealed class Order : IDisposable
{
    private readonly Rooms _rooms;
    private readonly OrderBook _book;
    private readonly OrderAcks _acks;
    private readonly OrderAborts _aborts;
    private readonly List<Action<Order>> _watchers = [];
    private readonly OrderClaim _claim;
    private IReadOnlyList<KeyRow>? _rows;
    private ReadOnlyMemory<byte> _ownAck;
    private ReadOnlyMemory<byte> _abortSignature;
    private string? _abandonedFor;
    private PartyAbort? _heldAbort;
    private OrderCertificate? _heldCertificate;
    private OrderPoll? _poll;

    public Order(Rooms rooms, OrderBook book, AuthenticatedRequest request)
    {
        _rooms = rooms;
        _book = book;
        Request = request;
        Hash = CreationCase.OrderOf(request);
        Action = (RequestAction.CreateKeys)request.Body.Action;
        SelfPid = Action.Parties.First(party => party.Nid == rooms.Context.Self).Pid;
        _acks = new(Action.Suite, default, Hash, Action.Parties, () => rooms.Context.Members);
        _aborts = new(rooms.Context, this);
        _claim = new(rooms, request);
        Phase = OrderPhase.Beginning;
    }

    public AuthenticatedRequest Request { get; }

    /// <summary>H(order).</summary>
    public Digest32 Hash { get; }

    public RequestAction.CreateKeys Action { get; }

    public PartyId SelfPid { get; }

    public OrderPhase Phase { get; private set; }

    /// <summary>Abandoned or aborted, durably or on the way there: this node does nothing for it any more.</summary>
    public bool IsAbandoned => _abandonedFor is not null || Phase is OrderPhase.Aborting or OrderPhase.Aborted;

    public Digest32 Echo { get; private set; }

    public Digest32 RecordsRoot { get; private set; }

    /// <summary>A session still runs: whoever asks is told to wait, and nobody is polled.</summary>
    public bool HasSession { get; set; }

    /// <summary>Why it was aborted or given up, for the client; null while it was not.</summary>
    public ServiceError? Failure { get; private set; }

    private MachineContext Context => _rooms.Context;

    /// <summary>Calls back once, when the order is ACTIVE, aborted or given up, durably.</summary>
    public void Watch(Action<Order> ended)
    {
        if (Phase == OrderPhase.GivenUp)
            ended(this);
        else
            _watchers.Add(ended);
    }

    /// <summary>Begins: order, booking and request are durable before round 1 leaves. The claim on the request is released when the order ends.</summary>
    public void Begin(RequestEntry entry, Batch batch, Action durable)
    {
        _claim.Hold(entry);
        entry.Book(batch).Put(batch, RequestState.Signing);
        OrderBatches.Begin(batch, this, Context);
        _rooms.Ledger.Commit(entry, batch, () =>
        {
            Phase = OrderPhase.Begun;
            durable();
            if (_abandonedFor is { } why)
                Abandon(why);
        });
    }

    /// <summary>Drops an order that nothing was made durable of.</summary>
    public void Forget() => _book.Remove(this);

    /// <summary>Takes up an order that an earlier instance left.</summary>
    public void Restore(OrderRow row)
    {
        if (row.State == OrderState.Begun)
        {
            Phase = OrderPhase.Begun;
            Abandon("the node was restarted before it had acknowledged");
            return;
        }
        (Echo, RecordsRoot, _ownAck) = (row.Echo, row.RecordsRoot, row.Ack);
        _acks.Know(Echo, RecordsRoot);
        _acks.Add(SelfPid, _ownAck);
        Phase = OrderPhase.Acknowledged;
        if (row is { State: OrderState.GivenUp, AbortedBy: { } party })
        {
            Failure = OrderFailures.NotMade(OrderFailures.GivenUp(Context.NameOf(NidOf(party))));
            Phase = OrderPhase.GivenUp;
            _aborts.Take(new(party, row.AbortSignature));
            Poll();
        }
        SessionEnded("the node was restarted");
    }

    /// <summary>Round 3 is verified, the booking proven: shares, records and own ACK become durable together, and only then the ACK is shown. Until the shares are sealed it may be abandoned.</summary>
    /// <param name="signer">As the session knows this node.</param>
    public void Acknowledge(DkgResult result, IIdentitySigner signer, Action<ReadOnlyMemory<byte>> durable)
    {
        using var wiped = result;
        if (Phase != OrderPhase.Begun)
            return;
        (Echo, RecordsRoot) = (result.T2, result.RecordsRoot);
        _ownAck = result.SignAck(signer);
        _rows = KeyRows.Pending(this, result, Context);
        Context.Seal(() => OrderBatches.Acknowledge(this, _ownAck, _rows, result), () => Phase == OrderPhase.Begun, batch =>
        {
            Phase = OrderPhase.Acknowledging;
            _rooms.Ledger.Commit(_claim.Held, batch, () => OnAcknowledged(durable));
        }, trouble => Abandon($"node {Context.NameOf(Context.Self)} could not seal its shares: {trouble.Why}", trouble.Reason));
    }

    /// <summary>Another party's ACK.</summary>
    /// <param name="bad">Called when it does not hold, which may show only when this node's own ACK is durable.</param>
    public void AddAck(PartyId pid, ReadOnlyMemory<byte> ack, Action? bad = null)
    {
        _acks.Add(pid, ack, bad);
        TryActivate();
    }

    /// <summary>A complete certificate from anywhere; false when it is not of this order and result.</summary>
    public bool AddCertificate(OrderCertificate certificate)
    {
        if (Phase is OrderPhase.Beginning or OrderPhase.Begun or OrderPhase.Acknowledging)
        {
            _heldCertificate = certificate; // others were faster; ours is on its way
            return true;
        }
        var holds = Phase is OrderPhase.Activating or OrderPhase.Active || _acks.AddAll(certificate);
        TryActivate();
        return holds;
    }

    /// <summary>A party says that it will never acknowledge. That costs no share once our own ACK is durable: it may have acknowledged to others.</summary>
    /// <param name="fromAnother">Told by a party that has itself given up on it, and so keeps its own ACK to itself.</param>
    public void AddAbort(PartyAbort abort, bool fromAnother = false)
    {
        if (!_aborts.Holds(abort))
            return;
        if (_acks.Holds(abort.Party))
        {
            _aborts.Blame(abort); // it lies, and the order goes on by its ACK: unless the certificate will lack that of whoever believed it
            if (fromAnother && Phase == OrderPhase.Acknowledged)
                GiveUp(abort);
            return;
        }
        switch (Phase)
        {
            case OrderPhase.Beginning or OrderPhase.Begun:
                Abandon($"node {Context.NameOf(NidOf(abort.Party))} gave up");
                break;
            case OrderPhase.Acknowledging:
                _heldAbort = abort;
                break;
            case OrderPhase.Acknowledged:
                GiveUp(abort);
                break;
            case OrderPhase.Activating or OrderPhase.Active or OrderPhase.Aborting or OrderPhase.Aborted or OrderPhase.GivingUp or OrderPhase.GivenUp:
                break;
        }
    }

    /// <summary>The session is over. Before our ACK that is the end of the order; after it the other parties are asked what became of it.</summary>
    public void SessionEnded(string why)
    {
        HasSession = false;
        switch (Phase)
        {
            case OrderPhase.Beginning or OrderPhase.Begun:
                Abandon(why);
                break;
            case OrderPhase.Acknowledged:
                Context.Observe(new Observation.OrderPending(Hash));
                Poll();
                break;
            case OrderPhase.Acknowledging or OrderPhase.Activating or OrderPhase.Active or OrderPhase.Aborting or OrderPhase.Aborted or OrderPhase.GivingUp or OrderPhase.GivenUp:
                break;
        }
    }

    /// <summary>Gives up by itself, with ABORT of kind 0, if its own ACK is not on its way yet.</summary>
    /// <param name="reason">One of the world's, for the client.</param>
    public void Abandon(string why, Reason reason = Reason.TooFewNodes)
    {
        if (Phase == OrderPhase.Beginning)
            _abandonedFor = why;
        else if (Phase == OrderPhase.Begun)
            Abort(Context.Identity.Sign(LifecycleDigests.Abort(Hash, AbortKind.NeverAcknowledged)), why, reason);
    }

    /// <summary>What a party that asks is told.</summary>
    public OrderAnswer Answer() => OrderAnswers.FromMemory(this, _acks, _aborts, _ownAck);

    /// <summary>This node's own signed ABORT; empty when it gave none.</summary>
    public ReadOnlyMemory<byte> AbortSignature => _abortSignature;

    public OrderCertificate Certificate() => _acks.Certificate();

    private void OnAcknowledged(Action<ReadOnlyMemory<byte>> durable)
    {
        Phase = OrderPhase.Acknowledged;
        _acks.Know(Echo, RecordsRoot);
        _acks.Add(SelfPid, _ownAck);
        durable(_ownAck);
        if (_heldCertificate is { } certificate)
            _acks.AddAll(certificate);
        TryActivate();
        if (Phase == OrderPhase.Acknowledged && _heldAbort is { } abort)
            AddAbort(abort);
        if (Phase == OrderPhase.Acknowledged && !HasSession)
            SessionEnded("the session ended while the ACK was being written");
    }

    private void TryActivate()
    {
        if (_aborts.IsExposed(_acks))
            _aborts.Blame(_aborts.Taken!);
        if (Phase is not (OrderPhase.Acknowledged or OrderPhase.GivenUp) || !_acks.IsComplete)
            return;
        var before = Phase;
        Phase = OrderPhase.Activating;
        _poll?.Dispose();
        _claim.With(() => BackTo(before), entry =>
        {
            if (_rows is not null)
                Activate(entry, _rows);
            else
                Context.Read([new StoreQuery.FindOrderKeys(Hash)], answers => Activate(entry, ((StoreAnswer.OrderKeys)answers[0]).Rows), _ => BackTo(before));
        });
    }

    private void Activate(RequestEntry entry, IReadOnlyList<KeyRow> rows)
    {
        _rooms.Ledger.Commit(entry, OrderBatches.Activate(this, entry, rows), () =>
        {
            Phase = OrderPhase.Active;
            Context.Observe(new Observation.KeysActivated(Hash, rows.Count));
            End();
        });
    }

    private void GiveUp(PartyAbort abort)
    {
        var why = OrderFailures.GivenUp(Context.NameOf(NidOf(abort.Party)));
        Phase = OrderPhase.GivingUp;
        _poll?.Dispose();
        Failure = OrderFailures.NotMade(why);
        _claim.With(() => BackTo(OrderPhase.Acknowledged), entry => _rooms.Ledger.Commit(entry, OrderBatches.GiveUp(this, entry, abort, why), () =>
        {
            Phase = OrderPhase.GivenUp;
            _aborts.Take(abort);
            _rows = null; // read again if they are ever needed
            HasSession = false;
            Context.Observe(new Observation.OrderGivenUp(Hash, why));
            Settle();
            TryActivate();
            if (Phase == OrderPhase.GivenUp)
                Poll();
        }));
    }

    private void Abort(ReadOnlyMemory<byte> signature, string why, Reason reason)
    {
        Phase = OrderPhase.Aborting;
        _poll?.Dispose();
        _abortSignature = signature;
        Failure = OrderFailures.NotMade(why, reason);
        _claim.With(() => BackTo(OrderPhase.Begun), entry =>
        {
            _rooms.Ledger.Commit(entry, OrderBatches.Abort(this, entry, signature, why), () =>
            {
                Phase = OrderPhase.Aborted;
                Context.Observe(new Observation.OrderAborted(Hash, why));
                End();
            });
        });
    }

    /// <summary>The store could not be read just now: tried again with the next poll.</summary>
    private void BackTo(OrderPhase before)
    {
        Phase = before;
        Poll();
    }

    private void Poll()
    {
        _poll ??= new(_rooms, this);
        _poll.Begin();
    }

    private void End()
    {
        _book.Remove(this);
        if (Phase == OrderPhase.Active && !HasSession)
            CertificatePush.ToAll(_rooms, this);
        Settle();
    }

    /// <summary>Tells who waits, and gives the claim on the request back.</summary>
    private void Settle()
    {
        var watchers = _watchers.ToArray();
        _watchers.Clear();
        foreach (var watcher in watchers)
            watcher(this);
        _claim.Release();
    }

    public NodeId NidOf(PartyId pid) => Action.Parties.First(party => party.Pid == pid).Nid;

    /// <summary>An order nobody has begun here, ended before it could: this node will never acknowledge it.</summary>
    public void RefuseForEver(RequestEntry entry)
    {
        _claim.Hold(entry);
        Context.Commit(OrderBatches.Begin(new(), this, Context));
        Phase = OrderPhase.Begun;
        Abandon("another node asked about it before it was begun here");
    }

    public void Dispose() => _poll?.Dispose();
}
