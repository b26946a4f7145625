using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Requests;

/// <summary>Which requests this node is concerned with right now, whoever coordinates them: the in-memory half of the exclusive booking.</summary>
/// <remarks>
/// A claim is taken before the store is read and given back after the last write is durable: two flows can neither book different bodies
/// in one scope nor work from an outdated read.
/// </remarks>
internal sealed class RequestLedger(MachineContext context)
{
    private readonly Dictionary<Digest32, Slot> _slots = [];

    private sealed class Slot(RequestEntry entry)
    {
        public readonly RequestEntry Entry = entry;
        public int Holders;
        public bool Loaded;

        /// <summary>The key's row has changed while it was being read.</summary>
        public bool KeyIsStale;

        /// <summary>The key's row alone is on its way: one read at a time, as a later one may be answered first.</summary>
        public bool ReadsKey;
        public List<(Action<RequestEntry> Ready, Action<ServiceError> Refused)> Waiting = [];
    }

    /// <summary>Claims a request: <paramref name="ready"/> with the entry, which the claimer releases, or <paramref name="refused"/>.</summary>
    public void Claim(AuthenticatedRequest request, Action<RequestEntry> ready, Action<ServiceError> refused)
    {
        if (_slots.TryGetValue(request.Scope, out var slot))
        {
            if (slot.Entry.Request.BodyHash != request.BodyHash)
            {
                refused(Refusals.IdempotencyConflict());
                return;
            }
            slot.Holders++;
            if (slot.Loaded)
                ready(slot.Entry);
            else
                slot.Waiting.Add((ready, refused));
            return;
        }
        if (_slots.Count >= 2 * context.Settings.MaxRunningRequests)
        {
            refused(Refusals.Overloaded("requests in work"));
            return;
        }
        slot = new(new(context, request)) { Holders = 1, Waiting = [(ready, refused)] };
        _slots.Add(request.Scope, slot);
        var opened = slot;
        context.Read(
            [
                new StoreQuery.FindRequest(request.Client.Id, request.Body.IdempotencyKey),
                new StoreQuery.FindBooking(BookingRow.IdempotencyKind, request.Scope),
                new StoreQuery.FindKey(request.Key),
            ],
            answers => OnRead(opened, answers),
            _ => Refuse(opened, Refusals.Storage()));
    }

    /// <summary>Gives a claim back. The entry is forgotten with its last one.</summary>
    public void Release(RequestEntry entry)
    {
        var slot = _slots[entry.Request.Scope];
        if (--slot.Holders == 0)
            _slots.Remove(entry.Request.Scope);
    }

    /// <summary>Commits a batch that writes about the entry and holds a claim for as long.</summary>
    public void Commit(RequestEntry entry, Batch batch, Action durable)
    {
        _slots[entry.Request.Scope].Holders++;
        var books = batch.Books(entry.Request.Scope);
        var completes = batch.Completes(entry.Request.BodyHash);
        context.Commit(batch, () =>
        {
            if (books)
                entry.Booked();
            if (completes)
                entry.ResultIsDurable();
            durable();
            Release(entry);
        });
    }

    /// <summary>Another generation of these keys is in use: entries that are in work go on with the new row.</summary>
    public void KeysChanged(IReadOnlySet<KeyId> keys)
    {
        foreach (var slot in _slots.Values.Where(slot => keys.Contains(slot.Entry.Request.Key)))
        {
            slot.KeyIsStale = true;
            if (slot.Loaded && !slot.ReadsKey)
                ReadKey(slot);
        }
    }

    private void ReadKey(Slot slot)
    {
        (slot.KeyIsStale, slot.ReadsKey) = (false, true);
        context.Read([new StoreQuery.FindKey(slot.Entry.Request.Key)], answers => KeyIsRead(slot, answers), _ => KeyIsRead(slot, null));
    }

    /// <param name="answers">Null where the store could not be read: the row stays as it was.</param>
    private void KeyIsRead(Slot slot, IReadOnlyList<StoreAnswer>? answers)
    {
        slot.ReadsKey = false;
        if (slot.KeyIsStale)
            ReadKey(slot);
        else if (answers is not null)
            slot.Entry.KeyIs(context.StoppedKeys.Judge(((StoreAnswer.Key)answers[0]).Row));
    }

    private void OnRead(Slot slot, IReadOnlyList<StoreAnswer> answers)
    {
        var row = ((StoreAnswer.Request)answers[0]).Row;
        var booking = ((StoreAnswer.Booking)answers[1]).Row;
        var key = context.StoppedKeys.Judge(((StoreAnswer.Key)answers[2]).Row);
        var body = slot.Entry.Request.BodyHash;
        if ((booking is not null && booking.Value != body) || (row is not null && row.BodyHash != body))
        {
            Refuse(slot, Refusals.IdempotencyConflict());
            return;
        }
        slot.Entry.Load(row, booking, key);
        slot.Loaded = true;
        if (slot.KeyIsStale)
            ReadKey(slot);
        foreach (var (ready, _) in Drain(slot))
            ready(slot.Entry);
    }

    private void Refuse(Slot slot, ServiceError error)
    {
        _slots.Remove(slot.Entry.Request.Scope);
        foreach (var (_, refused) in Drain(slot))
            refused(error);
    }

    private static List<(Action<RequestEntry> Ready, Action<ServiceError> Refused)> Drain(Slot slot)
    {
        var waiting = slot.Waiting;
        slot.Waiting = [];
        return waiting;
    }
}
