using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Simulation.Host;

/// <summary>A node's disk: commits become durable in order, one by one, when flushed; a crash loses what was not. Refuses what the port says a store refuses.</summary>
public sealed class MemoryStore : IDisposable
{
    private readonly Queue<PendingCommit> _pending = new();
    private readonly Dictionary<(ClientId, string), RequestRow> _requests = [];
    private readonly Dictionary<(byte, Digest32), BookingRow> _bookings = [];
    private readonly Dictionary<Digest32, OrderRow> _orders = [];
    private readonly Dictionary<KeyId, KeyRow> _keys = [];
    private readonly Dictionary<(KeyId, uint), SecretScalar> _shares = [];
    private readonly Dictionary<NodeId, SessionWindow> _windows = [];
    private readonly Dictionary<NodeId, (InstanceId, ulong)> _peers = [];
    private readonly Dictionary<NodeId, PairRow> _pairs = [];
    private readonly List<RosterRow> _rosters = [];
    private readonly List<AuditEntry> _log = [];
    private readonly List<SecretScalar> _dropped = [];
    private ulong _startCounter;

    /// <summary>A commit on its way to the disk.</summary>
    public sealed record PendingCommit(Token Token, IReadOnlyList<StoreWrite> Writes, IReadOnlyList<(KeyId Key, uint Generation, SecretScalar Share)> Shares);

    public IReadOnlyList<AuditEntry> Log => _log;

    /// <summary>Accepted versions of the roster, ascending.</summary>
    public IReadOnlyList<RosterRow> Rosters => _rosters;

    public IReadOnlyCollection<KeyRow> Keys => _keys.Values;

    public IReadOnlyCollection<OrderRow> Orders => _orders.Values;

    public IReadOnlyCollection<RequestRow> Requests => _requests.Values;

    public IReadOnlyCollection<BookingRow> Bookings => _bookings.Values;

    /// <summary>The newest process of a peer that this disk knows of.</summary>
    public InstanceId? NewestOf(NodeId peer) => _peers.TryGetValue(peer, out var newest) ? newest.Item1 : null;

    public IReadOnlyDictionary<NodeId, PairRow> Pairs => _pairs;

    public bool HasPending => _pending.Count > 0;

    /// <summary>Takes a commit; the shares are copied, as sealing would.</summary>
    public void Enqueue(NodeEffect.Commit commit)
    {
        var shares = new List<(KeyId, uint, SecretScalar)>();
        foreach (var share in commit.Shares)
        {
            shares.Add((share.Key, share.Generation, share.Share.Copy()));
            share.Share.Dispose();
        }
        _pending.Enqueue(new(commit.Token, commit.Writes, shares));
    }

    /// <summary>Makes the oldest pending commit durable, or says why it cannot be.</summary>
    public (Token Token, string? Conflict) FlushOne()
    {
        var commit = _pending.Dequeue();
        List<Action> undo = [];
        try
        {
            foreach (var write in commit.Writes)
                Apply(write, undo);
            foreach (var (key, generation, share) in commit.Shares)
            {
                if (!_keys.ContainsKey(key) || !_shares.TryAdd((key, generation), share))
                    throw new StoreConflictException("a share without its key, or twice");
                undo.Add(() => _shares.Remove((key, generation)));
            }
            foreach (var dropped in _dropped)
                dropped.Dispose();
            _dropped.Clear();
            return (commit.Token, null);
        }
        catch (StoreConflictException conflict)
        {
            for (var i = undo.Count - 1; i >= 0; i--)
                undo[i]();
            _dropped.Clear();
            foreach (var (_, _, share) in commit.Shares)
                share.Dispose();
            return (commit.Token, conflict.Message);
        }
    }

    /// <summary>The process died: what was not flushed never was.</summary>
    public void Crash()
    {
        foreach (var (_, _, share) in _pending.SelectMany(commit => commit.Shares))
            share.Dispose();
        _pending.Clear();
    }

    public void Dispose()
    {
        Crash();
        foreach (var share in _shares.Values)
            share.Dispose();
        _shares.Clear();
    }

    public StoredState BeginInstance() => new(
        ++_startCounter,
        _log.Count == 0 ? default : new(_log[^1].Sequence, _log[^1].Hash),
        [.. _orders.Values.Where(order => order.State is OrderState.Begun or OrderState.Acknowledged or OrderState.GivenUp)],
        new Dictionary<NodeId, SessionWindow>(_windows),
        _peers.ToDictionary(peer => peer.Key, peer => peer.Value),
        new Dictionary<NodeId, PairRow>(_pairs))
    {
        Roster = _rosters.LastOrDefault(),
    };

    public IReadOnlyList<StoreAnswer> Read(IReadOnlyList<StoreQuery> queries) => [.. queries.Select<StoreQuery, StoreAnswer>(query => query switch
    {
        StoreQuery.FindRequest q => new StoreAnswer.Request(_requests.GetValueOrDefault((q.Client, q.IdempotencyKey))),
        StoreQuery.FindBooking q => new StoreAnswer.Booking(_bookings.GetValueOrDefault((q.Kind, q.Scope))),
        StoreQuery.FindKey q => new StoreAnswer.Key(_keys.GetValueOrDefault(q.Key) is { } key && _orders[key.Order].State != OrderState.GivenUp ? key : null),
        StoreQuery.ListActiveKeys q => new StoreAnswer.Keys([.. _keys.Values
            .Where(key => key.State == KeyState.Active && (q.After is not { } after || key.Record.KeyId.Value.CompareTo(after.Value) > 0))
            .OrderBy(key => key.Record.KeyId.Value).Take(StoreLimits.MaxPage)]),
        StoreQuery.FindOrderKeys q => new StoreAnswer.OrderKeys([.. _keys.Values.Where(key => key.Order == q.Order).OrderBy(key => key.Index)]),
        StoreQuery.ListRosters q => new StoreAnswer.Rosters([.. _rosters.Where(row => row.Version >= q.From).Take(StoreLimits.MaxRosterPage)]),
        StoreQuery.FindOrder q => new StoreAnswer.Order(_orders.GetValueOrDefault(q.Order)),
        _ => throw new InvalidOperationException("a query of no known kind"),
    })];

    /// <summary>A copy of a share, as unsealing gives one; null when there is none.</summary>
    public SecretScalar? OpenShare(KeyId key, uint generation) => _shares.GetValueOrDefault((key, generation))?.Copy();

    private void Apply(StoreWrite write, List<Action> undo)
    {
        switch (write)
        {
            case StoreWrite.PutRequest put:
                PutRequest(put.Row, undo);
                break;
            case StoreWrite.Book book:
                if (_bookings.TryGetValue((book.Row.Kind, book.Row.Scope), out var booked))
                    Require(booked.Value == book.Row.Value, "another value is booked in this scope");
                else
                    Set(_bookings, (book.Row.Kind, book.Row.Scope), book.Row, undo);
                break;
            case StoreWrite.BeginOrder begin:
                Require(!_orders.ContainsKey(begin.Row.Order), "the order was begun before");
                Set(_orders, begin.Row.Order, begin.Row, undo);
                break;
            case StoreWrite.AcknowledgeOrder acknowledge:
                Acknowledge(acknowledge, undo);
                break;
            case StoreWrite.ActivateOrder activate:
                Activate(activate, undo);
                break;
            case StoreWrite.GiveUpOrder giveUp:
                GiveUp(giveUp, undo);
                break;
            case StoreWrite.AbortOrder abort:
                Abort(abort, undo);
                break;
            case StoreWrite.PutSessionWindow put:
                if (_windows.TryGetValue(put.Initiator, out var known))
                    Require(put.Window.StartCounter > known.StartCounter || (put.Window.StartCounter == known.StartCounter && put.Window.Highest >= known.Highest), "a window that forgets");
                Set(_windows, put.Initiator, put.Window, undo);
                break;
            case StoreWrite.PutPeerInstance put:
                if (_peers.TryGetValue(put.Peer, out var newest))
                    Require(put.StartCounter > newest.Item2 || put.Instance == newest.Item1, "an older instance");
                Set(_peers, put.Peer, (put.Instance, put.StartCounter), undo);
                break;
            case StoreWrite.PutPair put:
                Require(!_pairs.TryGetValue(put.Row.Peer, out var pair) || !put.Row.Forgets(pair), "a pair that forgets");
                Set(_pairs, put.Row.Peer, put.Row, undo);
                break;
            case StoreWrite.AppendRoster append:
                AppendRoster(append.Row, undo);
                break;
            case StoreWrite.PutRosterAck put:
                PutRosterAck(put, undo);
                break;
            case StoreWrite.Append append:
                Require(append.Entry.Sequence == (ulong)_log.Count + 1, "a gap in the log");
                _log.Add(append.Entry);
                undo.Add(() => _log.RemoveAt(_log.Count - 1));
                break;
            default:
                throw new InvalidOperationException($"a write of no known kind: {write.GetType().Name}");
        }
    }

    private void PutRequest(RequestRow row, List<Action> undo)
    {
        if (_requests.TryGetValue((row.Client, row.IdempotencyKey), out var old))
        {
            Require(old.BodyHash == row.BodyHash, "another body under this idempotency key");
            Require(old.State != RequestState.Completed || (row.State == RequestState.Completed && row.Result.Span.SequenceEqual(old.Result.Span)),
                "another end than the completed one");
        }
        Set(_requests, (row.Client, row.IdempotencyKey), row, undo);
    }

    private void AppendRoster(RosterRow row, List<Action> undo)
    {
        if (_rosters.Find(known => known.Version == row.Version) is { } same)
        {
            Require(same.Hash == row.Hash, "another roster of this version");
            return;
        }
        Require(_rosters.Count == 0 || row.Version == _rosters[^1].Version + 1, "a roster that does not follow");
        _rosters.Add(row);
        undo.Add(() => _rosters.RemoveAt(_rosters.Count - 1));
    }

    private void PutRosterAck(StoreWrite.PutRosterAck put, List<Action> undo)
    {
        var place = _rosters.FindIndex(row => row.Hash == put.Roster);
        Require(place >= 0, "no such roster");
        var row = _rosters[place];
        if (row.Acks.ContainsKey(put.Node))
            return;
        _rosters[place] = row with { Acks = new Dictionary<NodeId, ReadOnlyMemory<byte>>(row.Acks) { [put.Node] = put.Signature } };
        undo.Add(() => _rosters[place] = row);
    }

    private void Acknowledge(StoreWrite.AcknowledgeOrder write, List<Action> undo)
    {
        var order = Order(write.Order, OrderState.Begun);
        Set(_orders, write.Order, order with { State = OrderState.Acknowledged, Echo = write.Echo, RecordsRoot = write.RecordsRoot, Ack = write.Ack }, undo);
        foreach (var key in write.Keys)
        {
            Require(!_keys.ContainsKey(key.Record.KeyId), "a key twice");
            Set(_keys, key.Record.KeyId, key, undo);
        }
    }

    private void Activate(StoreWrite.ActivateOrder write, List<Action> undo)
    {
        if (_orders.TryGetValue(write.Order, out var known) && known.State == OrderState.Active)
            return;
        var order = Order(write.Order, known?.State == OrderState.GivenUp ? OrderState.GivenUp : OrderState.Acknowledged);
        Set(_orders, write.Order, order with { State = OrderState.Active }, undo);
        Require(write.Certificates.Count == _keys.Values.Count(key => key.Order == write.Order), "one certificate a key");
        foreach (var (key, certificate) in write.Certificates)
            Set(_keys, key, _keys[key] with { State = KeyState.Active, Certificate = certificate }, undo);
    }

    private void GiveUp(StoreWrite.GiveUpOrder write, List<Action> undo)
    {
        if (_orders.TryGetValue(write.Order, out var known) && known.State == OrderState.GivenUp)
            return;
        var order = Order(write.Order, OrderState.Acknowledged);
        Set(_orders, write.Order, order with { State = OrderState.GivenUp, AbortKind = 0, AbortSignature = write.Signature, AbortedBy = write.Party }, undo);
    }

    private void Abort(StoreWrite.AbortOrder write, List<Action> undo)
    {
        Require(_orders.TryGetValue(write.Order, out var order), "no such order");
        Require(order!.State != OrderState.Active, "an ACTIVE order");
        Require(order.Ack.IsEmpty || write.Kind != 0, "ABORT of kind 0 after the own ACK");
        if (order.State == OrderState.Aborted)
            return;
        Set(_orders, write.Order, order with { State = OrderState.Aborted, AbortKind = write.Kind, AbortSignature = write.Signature, AbortedBy = null }, undo);
        foreach (var key in _keys.Values.Where(key => key.Order == write.Order).ToArray())
        {
            Remove(_keys, key.Record.KeyId, undo);
            if (_shares.TryGetValue((key.Record.KeyId, key.Record.Generation), out var share))
                _dropped.Add(share);
            Remove(_shares, (key.Record.KeyId, key.Record.Generation), undo);
        }
    }

    private OrderRow Order(Digest32 hash, OrderState state)
    {
        Require(_orders.TryGetValue(hash, out var order), "no such order");
        Require(order!.State == state, $"the order is {order.State}, not {state}");
        return order;
    }

    private static void Require(bool holds, string conflict)
    {
        if (!holds)
            throw new StoreConflictException(conflict);
    }

    private static void Set<TKey, TValue>(Dictionary<TKey, TValue> table, TKey key, TValue value, List<Action> undo) where TKey : notnull
    {
        if (table.TryGetValue(key, out var old))
            undo.Add(() => table[key] = old);
        else
            undo.Add(() => table.Remove(key));
        table[key] = value;
    }

    private static void Remove<TKey, TValue>(Dictionary<TKey, TValue> table, TKey key, List<Action> undo) where TKey : notnull
    {
        if (table.Remove(key, out var old))
            undo.Add(() => table[key] = old);
    }
}
