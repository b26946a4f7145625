using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>A refresh, reshare or recovery at one of its nodes, from its beginning to its end: owns every durable step, whoever runs the session.</summary>
internal sealed class MaintenanceOrder : IDisposable
{
    private readonly Rooms _rooms;
    private readonly MaintenanceBook _book;
    private readonly OrderAcks _acks;
    private readonly List<Action> _whenStill = [];
    private readonly MaintenancePoll _poll;
    private OrderCertificate? _certificate;
    private OrderCertificate? _heldCertificate;
    private string? _abandonedFor;

    public MaintenanceOrder(Rooms rooms, MaintenanceBook book, MaintenanceCase order)
    {
        (_rooms, _book, Case) = (rooms, book, order);
        _acks = new(order.Terms.Suite, order.Terms.OldRoot, order.Hash, order.Terms.Members, () => rooms.Context.Members);
        Dones = new(rooms.Context, this);
        _poll = new(rooms, this);
        Settlement = new(rooms, this);
        Ends = new(rooms, this);
        Phase = MaintenancePhase.Beginning;
    }

    public MaintenanceCase Case { get; }

    /// <summary>Its last steps.</summary>
    public MaintenanceEnds Ends { get; }

    /// <summary>What a member's refusal leads to while the order is PENDING here.</summary>
    public AttemptSettlement Settlement { get; }

    public Digest32 Hash => Case.Hash;

    public MaintenancePhase Phase { get; private set; }

    public Digest32 Echo { get; private set; }

    public Digest32 RecordsRoot { get; private set; }

    /// <summary>Empty before it is durable, and at an old party outside the session.</summary>
    public ReadOnlyMemory<byte> Ack { get; private set; }

    /// <summary>This node's ABORT; only of an order that is aborted, durably.</summary>
    public ReadOnlyMemory<byte> OwnAbort => MaintenanceAnswers.Abort(Context, Hash, AbortKind);

    public AbortKind AbortKind { get; private set; }

    /// <summary>Why it was aborted, for people.</summary>
    public string Why { get; private set; } = "";

    /// <summary>A member has signed ABORT of kind 0, as this node was told: the next attempt need not wait for this one.</summary>
    public bool IsRefused => Settlement.Doubt is not null;

    /// <summary>All ACKs are here.</summary>
    public bool IsCertified => _acks.IsComplete;

    /// <summary>A session still runs: whoever asks is told to wait, and nobody is polled.</summary>
    public bool HasSession { get; set; }

    /// <summary>Abandoned or aborted, durably or on the way there: nothing of its protocol leaves any more.</summary>
    public bool IsAbandoned => _abandonedFor is not null || Phase is MaintenancePhase.Aborting or MaintenancePhase.Aborted;

    /// <summary>Open to others' words: neither over nor on the way there.</summary>
    public bool IsOver => Phase is MaintenancePhase.Done or MaintenancePhase.Aborted;

    /// <summary>What new parties have said of their new shares.</summary>
    public OrderDones Dones { get; }

    private MachineContext Context => _rooms.Context;

    /// <summary>Calls back once, when no commit of this order is on its way: with the next phase that stands.</summary>
    public void WhenStill(Action then) => _whenStill.Add(then);

    /// <summary>Begins: order and attempt are durable before round 1 leaves.</summary>
    public void Begin(Batch batch, Action durable) => Context.Commit(MaintenanceBatches.Begin(batch, Case, Context), () =>
    {
        Stand(MaintenancePhase.Begun);
        durable();
        if (_abandonedFor is { } why)
            Abandon(why);
    });

    /// <summary>Round 3 is verified: records, shares and own ACK become durable together, and only then the ACK is shown. Until the shares are sealed it may be abandoned.</summary>
    /// <param name="shares">Null for a dealer that leaves; stays the caller's.</param>
    /// <param name="sign">Signs the ACK.</param>
    public void Acknowledge(
        Digest32 echo, Digest32 recordsRoot, IReadOnlyList<KeyRow> rows, SecretScalars? shares, IReadOnlyList<ProvenAnchor> anchors, Func<byte[]> sign,
        Action<ReadOnlyMemory<byte>> durable)
    {
        var ack = sign();
        if (Phase != MaintenancePhase.Begun || Ends.TryPrepare(() => MaintenanceBatches.Acknowledge(Case, echo, recordsRoot, ack, rows, shares, anchors)) is not { } batch)
            return;
        Context.Seal(batch, () => Phase == MaintenancePhase.Begun, () => CommitAck(batch, echo, recordsRoot, ack, durable), Ends.NotSealed);
    }

    private void CommitAck(Batch batch, Digest32 echo, Digest32 recordsRoot, byte[] ack, Action<ReadOnlyMemory<byte>> durable)
    {
        Phase = MaintenancePhase.Acknowledging;
        (Echo, RecordsRoot) = (echo, recordsRoot);
        Context.Commit(batch, () =>
        {
            Ack = ack;
            _acks.Know(echo, recordsRoot);
            _acks.Add(Case.MemberPid(Context.Self)!.Value, ack);
            Stand(MaintenancePhase.Acknowledged);
            durable(ack);
            if (_heldCertificate is { } certificate)
                _acks.AddAll(certificate);
            TryActivate();
            if (Phase == MaintenancePhase.Acknowledged && !HasSession)
                SessionEnded("the session ended while the ACK was being written");
        });
    }

    /// <summary>Another member's ACK.</summary>
    /// <param name="bad">Called when it does not hold, which may show only when this node's own ACK is durable.</param>
    public void AddAck(PartyId pid, ReadOnlyMemory<byte> ack, Action? bad = null)
    {
        _acks.Add(pid, ack, bad);
        TryActivate();
    }

    /// <summary>A complete certificate from anywhere; false when it is not of this order and result.</summary>
    public bool AddCertificate(OrderCertificate certificate)
    {
        switch (Phase)
        {
            case MaintenancePhase.Beginning or MaintenancePhase.Begun or MaintenancePhase.Acknowledging:
                _heldCertificate = certificate; // others were faster; our own ACK is on its way
                return true;
            case MaintenancePhase.Acknowledged:
                var holds = _acks.AddAll(certificate);
                TryActivate();
                return holds;
            case MaintenancePhase.Activating or MaintenancePhase.Active or MaintenancePhase.Erasing or MaintenancePhase.Done:
                return certificate.RecordsRoot == RecordsRoot;
            case MaintenancePhase.Aborting or MaintenancePhase.Aborted or MaintenancePhase.Completing:
                return false;
        }
        throw new InvalidOperationException("a phase of no known kind");
    }

    /// <summary>The session is over. Before our ACK that is the end of the order; after it the others are asked what became of it.</summary>
    public void SessionEnded(string why)
    {
        HasSession = false;
        switch (Phase)
        {
            case MaintenancePhase.Beginning or MaintenancePhase.Begun:
                if (Phase == MaintenancePhase.Begun && Case.IsRecovery && HasSentAll)
                    _poll.AskRecovered(() => Abandon(why)); // the recovered node may have all it needs
                else
                    Abandon(why);
                break;
            case MaintenancePhase.Acknowledged:
                Context.Observe(new Observation.MaintenancePending(Hash, why));
                _poll.Begin();
                Stand(Phase); // whoever waits for the session waits no longer
                break;
            case MaintenancePhase.Active:
                _poll.Begin();
                break;
            case MaintenancePhase.Acknowledging or MaintenancePhase.Activating or MaintenancePhase.Erasing or MaintenancePhase.Done or MaintenancePhase.Aborting
                or MaintenancePhase.Aborted or MaintenancePhase.Completing:
                break;
        }
    }

    /// <summary>A helper of a recovery has sent its last message.</summary>
    public bool HasSentAll { get; set; }

    /// <summary>Gives up by itself, with ABORT of kind 0, if its own ACK is not on its way yet.</summary>
    public void Abandon(string why)
    {
        if (Phase == MaintenancePhase.Beginning)
            _abandonedFor ??= why;
        else if (Phase == MaintenancePhase.Begun)
            Ends.SignAbort(AbortKind.NeverAcknowledged, why);
    }

    /// <summary>Gives an attempt up that is PENDING here, on administrators' order, with ABORT of kind 1: it is never activated here.</summary>
    public void AbandonByOrder(string why)
    {
        if (Phase == MaintenancePhase.Acknowledged)
            Ends.SignAbort(AbortKind.Ordered, why);
    }

    /// <summary>Asks all other members once more for the certificate, or for the ACKs that make it.</summary>
    public void SeekCertificate(Action done) => _poll.AskOnce(done);

    /// <summary>This node's own stand has changed: the others are asked in short intervals again.</summary>
    public void PollAnew()
    {
        if (Phase == MaintenancePhase.Acknowledged && !HasSession)
            _poll.Anew();
    }

    /// <summary>This node's word that it holds the new shares; empty where it gets none, and before they are in use here.</summary>
    public ReadOnlyMemory<byte> OwnDone => Phase is MaintenancePhase.Active or MaintenancePhase.Erasing or MaintenancePhase.Done
        ? MaintenanceAnswers.Done(Context, Case, Case.IsRecovery ? Case.Terms.OldRoot : RecordsRoot)
        : default;

    /// <summary>Null while it is not here: before the order is ACTIVE, and after a restart until it is read.</summary>
    public OrderCertificate? Certificate => _certificate;

    /// <summary>What a node that asks is told.</summary>
    public MaintenanceAnswer Answer() => MaintenanceAnswers.FromMemory(this);

    /// <summary>Takes up an order that an earlier instance left.</summary>
    public void Restore(MaintenanceRow row)
    {
        (Echo, RecordsRoot, Ack) = (row.Echo, row.RecordsRoot, row.Ack);
        switch (row.State)
        {
            case MaintenanceState.Begun:
                Phase = MaintenancePhase.Begun;
                Abandon("the node was restarted before it had acknowledged");
                break;
            case MaintenanceState.Acknowledged:
                _acks.Know(Echo, RecordsRoot);
                _acks.Add(Case.MemberPid(Context.Self)!.Value, Ack);
                Settlement.Restore(row.Doubt);
                Phase = MaintenancePhase.Acknowledged;
                SessionEnded("the node was restarted");
                break;
            case MaintenanceState.Active:
                Phase = MaintenancePhase.Active;
                Dones.Restore(row.Dones);
                ReadCertificate();
                break;
            case MaintenanceState.Aborted or MaintenanceState.Done:
                throw new InvalidOperationException($"order {Hash} is over and is not taken up");
        }
    }

    /// <summary>Learned by an old party outside the session: ACTIVE from here on.</summary>
    public void Learned(OrderCertificate certificate)
    {
        (Echo, RecordsRoot) = (certificate.Echo, certificate.RecordsRoot);
        OnActive(certificate);
    }

    private void ReadCertificate() => Context.Read([new StoreQuery.FindOrderKeys(Hash)], answers =>
    {
        var rows = ((StoreAnswer.OrderKeys)answers[0]).Rows;
        _certificate = rows.Count > 0 ? OrderCertificates.FromKey(rows[0], RecordsRoot) : null;
        _poll.Begin();
        if (Case.MemberPid(Context.Self) is not null)
            _book.Teach(Case);
        Dones.Take();
    }, _ => _poll.Begin());

    /// <summary>On a complete certificate, unless an attempt in doubt needs the other members' word as well.</summary>
    public void TryActivate()
    {
        if (Phase != MaintenancePhase.Acknowledged || !_acks.IsComplete || !Settlement.MayActivate)
            return;
        Phase = MaintenancePhase.Activating;
        _poll.Dispose();
        var certificate = _acks.Certificate();
        Context.Read([new StoreQuery.FindOrderKeys(Hash)],
            answers => Context.Commit(MaintenanceBatches.Activate(Case, certificate, ((StoreAnswer.OrderKeys)answers[0]).Rows), () => OnActive(certificate)),
            _ =>
            {
                Stand(MaintenancePhase.Acknowledged); // the store could not be read just now: tried again with the next answer
                _poll.Begin();
            });
    }

    private void OnActive(OrderCertificate certificate)
    {
        _certificate = certificate;
        Context.Observe(new Observation.MaintenanceActivated(Hash, Case.Terms.Keys.Count));
        GenerationSwitch.Activated(_rooms, Case);
        _book.Activated(this);
        Stand(MaintenancePhase.Active);
        if (Case.MemberPid(Context.Self) is not null)
            _book.Teach(Case);
        if (!HasSession)
        {
            Teaching.PushToMembers(_rooms, this);
            _poll.Begin();
        }
        Dones.Take();
    }

    /// <summary>A last step is on its way to the disk: nobody is asked any more.</summary>
    public void Leave(MaintenancePhase during)
    {
        Phase = during;
        _poll.Dispose();
    }

    /// <summary>It is durable.</summary>
    public void End(MaintenancePhase phase)
    {
        _poll.Dispose();
        _book.Remove(this);
        Stand(phase);
    }

    /// <inheritdoc cref="End(MaintenancePhase)"/>
    public void EndAborted(AbortKind kind, string why)
    {
        (AbortKind, Why) = (kind, why);
        End(MaintenancePhase.Aborted);
    }

    private void Stand(MaintenancePhase phase)
    {
        Phase = phase;
        Action[] waiting = [.. _whenStill];
        _whenStill.Clear();
        foreach (var then in waiting)
            then();
    }

    public void Dispose() => _poll.Dispose();
}
