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

/// <summary>Where an order stands at this node (spec §9 "Commit"). Those ending in -ing wait for a commit.</summary>
internal enum OrderPhase
{
    Beginning = 1,

    /// <summary>Own ACK not durable: this node may still abort by itself.</summary>
    Begun = 2,
    Acknowledging = 3,

    /// <summary>PENDING: only the certificate, or another party's ABORT, ends it.</summary>
    Acknowledged = 4,
    Activating = 5,
    Active = 6,
    Aborting = 7,
    Aborted = 8,
}

/// <summary>A creation order at one of its parties, from its beginning to ACTIVE or aborted: owns every durable step, whoever runs the protocol.</summary>
internal sealed class Order : IDisposable
{
    private readonly Rooms _rooms;
    private readonly OrderBook _book;
    private readonly OrderAcks _acks;
    private readonly List<Action<Order>> _watchers = [];
    private RequestEntry? _entry;
    private IReadOnlyList<KeyRow>? _rows;
    private ReadOnlyMemory<byte> _ownAck;
    private ReadOnlyMemory<byte> _abortSignature;
    private string? _abandonedFor;
    private (PartyId Pid, ReadOnlyMemory<byte> Signature)? _heldAbort;
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
        _acks = new(Action.Suite, Hash, Action.Parties, rooms.Context.Identities);
        Phase = OrderPhase.Beginning;
    }

    public AuthenticatedRequest Request { get; }

    /// <summary>H(order).</summary>
    public Digest32 Hash { get; }

    public RequestAction.CreateKeys Action { get; }

    public PartyId SelfPid { get; }

    public OrderPhase Phase { get; private set; }

    /// <summary>Abandoned or aborted, durably or on the way there: this node does nothing for it any more.</summary>
    public bool IsGivenUp => _abandonedFor is not null || Phase is OrderPhase.Aborting or OrderPhase.Aborted;

    public Digest32 Echo { get; private set; }

    public Digest32 RecordsRoot { get; private set; }

    /// <summary>A session still runs: whoever asks is told to wait, and nobody is polled.</summary>
    public bool HasSession { get; set; }

    /// <summary>Why it was aborted, for the client; null while it was not.</summary>
    public ServiceError? Failure { get; private set; }

    private MachineContext Context => _rooms.Context;

    /// <summary>Calls back once the order is ACTIVE or aborted, durably.</summary>
    public void Watch(Action<Order> ended) => _watchers.Add(ended);

    /// <summary>Begins: order, booking and request are durable before round 1 leaves.</summary>
    /// <param name="entry">This order's claim on its request, which it releases when it ends.</param>
    public void Begin(RequestEntry entry, Batch batch, Action durable)
    {
        _entry = entry;
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
        Phase = OrderPhase.Acknowledged;
        (Echo, RecordsRoot, _ownAck) = (row.Echo, row.RecordsRoot, row.Ack);
        _acks.Know(Echo, RecordsRoot);
        _acks.Add(SelfPid, _ownAck);
        SessionEnded("the node was restarted");
    }

    /// <summary>Round 3 is verified and the booking proven: shares, records and own ACK become durable together; only then is the ACK shown to anybody.</summary>
    public void Acknowledge(DkgResult result, Action<ReadOnlyMemory<byte>> durable)
    {
        if (Phase != OrderPhase.Begun)
        {
            result.Dispose();
            return;
        }
        Phase = OrderPhase.Acknowledging;
        using (result)
        {
            (Echo, RecordsRoot) = (result.T2, result.RecordsRoot);
            _ownAck = result.SignAck(Context.Setup.Identity);
            _rows = KeyRows.Pending(this, result, Context);
            _rooms.Ledger.Commit(_entry!, OrderBatches.Acknowledge(this, _ownAck, _rows, result), () => OnAcknowledged(durable));
        }
    }

    /// <summary>Another party's ACK; false when it does not hold.</summary>
    public bool AddAck(PartyId pid, ReadOnlyMemory<byte> ack)
    {
        var holds = _acks.Add(pid, ack);
        TryActivate();
        return holds;
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

    /// <summary>Another party says that it will never acknowledge.</summary>
    public void AddAbort(PartyId pid, ReadOnlyMemory<byte> signature)
    {
        if (!IsAbortOf(pid, signature))
            return;
        if (_acks.Holds(pid))
        {
            // It has acknowledged and says that it never will: it lies. The order goes on by its ACK.
            Context.Observe(new Observation.PeerBlamed(NidOf(pid), $"signed both ACK and ABORT of order {Hash}"));
            Context.Commit(new Batch().Log(AuditKind.PeerFault, Request.BodyHash, default, Journal.Text($"party {pid} signed both ACK and ABORT of order {Hash}")));
            return;
        }
        switch (Phase)
        {
            case OrderPhase.Beginning or OrderPhase.Begun:
                Abandon($"node {Context.NameOf(NidOf(pid))} gave up");
                break;
            case OrderPhase.Acknowledging:
                _heldAbort = (pid, signature);
                break;
            case OrderPhase.Acknowledged:
                Abort(default, $"node {Context.NameOf(NidOf(pid))} never acknowledged");
                break;
            case OrderPhase.Activating or OrderPhase.Active or OrderPhase.Aborting or OrderPhase.Aborted:
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
                _poll ??= new(_rooms, this);
                _poll.Begin();
                break;
            case OrderPhase.Acknowledging or OrderPhase.Activating or OrderPhase.Active or OrderPhase.Aborting or OrderPhase.Aborted:
                break;
        }
    }

    /// <summary>Gives up by itself, with ABORT of kind 0, if its own ACK is not on its way yet.</summary>
    public void Abandon(string why)
    {
        if (Phase == OrderPhase.Beginning)
            _abandonedFor = why;
        else if (Phase == OrderPhase.Begun)
            Abort(Context.Setup.Identity.Sign(LifecycleDigests.Abort(Hash, AbortKind.NeverAcknowledged)), why);
    }

    /// <summary>What a party that asks is told.</summary>
    public OrderAnswer Answer() => Phase switch
    {
        OrderPhase.Beginning or OrderPhase.Begun or OrderPhase.Acknowledging or OrderPhase.Aborting => new OrderAnswer.InProgress(),
        OrderPhase.Acknowledged or OrderPhase.Activating => new OrderAnswer.Acknowledged(Echo, RecordsRoot, _ownAck),
        OrderPhase.Active => new OrderAnswer.Certified(_acks.Certificate()),
        OrderPhase.Aborted => _abortSignature.IsEmpty ? new OrderAnswer.InProgress() : new OrderAnswer.Aborted((byte)AbortKind.NeverAcknowledged, _abortSignature),
    };

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
            AddAbort(abort.Pid, abort.Signature);
        if (Phase == OrderPhase.Acknowledged && !HasSession)
            SessionEnded("the session ended while the ACK was being written");
    }

    private void TryActivate()
    {
        if (Phase != OrderPhase.Acknowledged || !_acks.IsComplete)
            return;
        Phase = OrderPhase.Activating;
        _poll?.Dispose();
        WithEntry(entry =>
        {
            if (_rows is not null)
                Activate(entry, _rows);
            else
                Context.Read([new StoreQuery.FindOrderKeys(Hash)], answers => Activate(entry, ((StoreAnswer.OrderKeys)answers[0]).Rows), _ => BackToPending());
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

    private void Abort(ReadOnlyMemory<byte> signature, string why)
    {
        Phase = OrderPhase.Aborting;
        _poll?.Dispose();
        _abortSignature = signature;
        Failure = new(Reason.TooFewNodes, $"The keys were not made: {why.TrimEnd('.')}.", "A creation is never retried: send a new request.");
        WithEntry(entry =>
        {
            _rooms.Ledger.Commit(entry, OrderBatches.Abort(this, entry, signature, why), () =>
            {
                Phase = OrderPhase.Aborted;
                Context.Observe(new Observation.OrderAborted(Hash, why));
                End();
            });
        });
    }

    /// <summary>Runs with a claim on the order's request, which an order taken up from the store has to get first.</summary>
    private void WithEntry(Action<RequestEntry> then)
    {
        if (_entry is { } held)
            then(held);
        else
            _rooms.Ledger.Claim(Request, entry => then(_entry = entry), _ => BackToPending());
    }

    /// <summary>The store could not be read just now: tried again with the next poll.</summary>
    private void BackToPending()
    {
        Phase = _ownAck.IsEmpty ? OrderPhase.Begun : OrderPhase.Acknowledged;
        _poll ??= new(_rooms, this);
        _poll.Begin();
    }

    private void End()
    {
        _book.Remove(this);
        if (Phase == OrderPhase.Active && !HasSession)
            CertificatePush.ToAll(_rooms, this);
        foreach (var watcher in _watchers.ToArray())
            watcher(this);
        if (_entry is { } entry)
            _rooms.Ledger.Release(entry);
        _entry = null;
    }

    private bool IsAbortOf(PartyId pid, ReadOnlyMemory<byte> signature) =>
        Action.Parties.Any(party => party.Pid == pid) && signature.Length == Ed25519Signature.Size
        && Context.Identities[NidOf(pid)].Verify(LifecycleDigests.Abort(Hash, AbortKind.NeverAcknowledged), signature.Span);

    private NodeId NidOf(PartyId pid) => Action.Parties.First(party => party.Pid == pid).Nid;

    /// <summary>An order nobody has begun here, ended before it could: this node will never acknowledge it.</summary>
    public void RefuseForEver(RequestEntry entry)
    {
        _entry = entry;
        Context.Commit(OrderBatches.Begin(new(), this, Context));
        Phase = OrderPhase.Begun;
        Abandon("another node asked about it before it was begun here");
    }

    public void Dispose() => _poll?.Dispose();
}
