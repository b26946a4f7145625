using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using static MpcSigner.Simulation.Host.Disk.UndoLog;

namespace MpcSigner.Simulation.Host.Disk;

/// <summary>Clients' requests and bookings, what is remembered of peers, and the log.</summary>
public sealed class LedgerTable(UndoLog undo)
{
    private readonly Table<(ClientId, string), RequestRow> _requests = new(undo);
    private readonly Table<(byte, Digest32), BookingRow> _bookings = new(undo);
    private readonly Table<NodeId, SessionWindow> _windows = new(undo);
    private readonly Table<NodeId, (InstanceId Instance, ulong StartCounter)> _peers = new(undo);
    private readonly Table<NodeId, PairRow> _pairs = new(undo);
    private readonly Table<NodeId, ExclusionRow> _exclusions = new(undo);
    private readonly List<AuditEntry> _log = [];

    public IReadOnlyCollection<RequestRow> Requests => _requests.Rows;

    public IReadOnlyCollection<BookingRow> Bookings => _bookings.Rows;

    public IReadOnlyDictionary<NodeId, SessionWindow> Windows => _windows.ByKey;

    public IReadOnlyDictionary<NodeId, (InstanceId Instance, ulong StartCounter)> Peers => _peers.ByKey;

    public IReadOnlyDictionary<NodeId, PairRow> Pairs => _pairs.ByKey;

    public IReadOnlyDictionary<NodeId, ExclusionRow> Exclusions => _exclusions.ByKey;

    public IReadOnlyList<AuditEntry> Log => _log;

    public LogHead Head => _log.Count == 0 ? default : new(_log[^1].Sequence, _log[^1].Hash);

    public RequestRow? Request(ClientId client, string key) => _requests.Find((client, key));

    public BookingRow? Booking(byte kind, Digest32 scope) => _bookings.Find((kind, scope));

    public void PutRequest(RequestRow row)
    {
        if (_requests.TryFind((row.Client, row.IdempotencyKey), out var old))
        {
            Require(old.BodyHash == row.BodyHash, "another body under this idempotency key");
            Require(old.State != RequestState.Completed || (row.State == RequestState.Completed && row.Result.Span.SequenceEqual(old.Result.Span)),
                "another end than the completed one");
        }
        _requests.Set((row.Client, row.IdempotencyKey), row);
    }

    public void Book(BookingRow row)
    {
        if (_bookings.TryFind((row.Kind, row.Scope), out var booked))
            Require(booked.Value == row.Value, "another value is booked in this scope");
        else
            _bookings.Set((row.Kind, row.Scope), row);
    }

    public void PutWindow(StoreWrite.PutSessionWindow write)
    {
        Require(!_windows.TryFind(write.Initiator, out var known) || !write.Window.Forgets(known), "a window that forgets");
        _windows.Set(write.Initiator, write.Window);
    }

    public void PutInstance(StoreWrite.PutPeerInstance write)
    {
        if (_peers.TryFind(write.Peer, out var newest))
            Require(write.StartCounter > newest.StartCounter || (write.StartCounter == newest.StartCounter && write.Instance == newest.Instance), "an older instance");
        _peers.Set(write.Peer, (write.Instance, write.StartCounter));
    }

    public void PutPair(PairRow row)
    {
        Require(!_pairs.TryFind(row.Peer, out var known) || !row.Forgets(known), "a pair that forgets");
        _pairs.Set(row.Peer, row);
    }

    public void Exclude(ExclusionRow row)
    {
        if (!_exclusions.Contains(row.Peer))
            _exclusions.Set(row.Peer, row);
    }

    /// <summary>The operator's word between two processes: no commit, and not undone.</summary>
    public void Readmit(NodeId peer, bool forgetFailures)
    {
        _exclusions.Remove(peer);
        if (forgetFailures && _pairs.TryFind(peer, out var pair))
            _pairs.Set(peer, pair with { Failures = 0, FailuresOnDay = 0 });
        undo.Forget();
    }

    public void Append(AuditEntry entry)
    {
        Require(entry.Sequence == (ulong)_log.Count + 1, "a gap in the log");
        _log.Add(entry);
        undo.Add(() => _log.RemoveAt(_log.Count - 1));
    }
}
