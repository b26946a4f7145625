using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;

namespace MpcSigner.Coordination.Pools;

/// <summary>A request's wait for a piece of material.</summary>
internal sealed class MaterialWait(Action<Ticket> ready, Action<IReadOnlyList<NodeReason>> failed)
{
    public bool IsCancelled { get; private set; }

    public void Cancel() => IsCancelled = true;

    public void Ready(Ticket ticket) => ready(ticket);

    public void Failed(IReadOnlyList<NodeReason> reasons)
    {
        if (!IsCancelled)
            failed(reasons);
    }
}

/// <summary>Makes material with the members of a shelf, in one session.</summary>
internal interface IRefill : IDisposable
{
    void Begin();

    /// <summary>Ends the session; the shelf hears that nothing was made.</summary>
    void GiveUp(Reason reason, string why);
}

/// <summary>All material of one key that was made with the same co-signers: its lots, the requests that wait for more, and the session that makes it.</summary>
/// <param name="members">One co-signer for FROST, whose nonces fit every quorum; all of a quorum for ECDSA.</param>
internal sealed class Shelf(Rooms rooms, KeyRow key, IReadOnlyList<KeyParty> members) : IDisposable
{
    private readonly List<Lot> _lots = [];
    private readonly Queue<MaterialWait> _waiting = new();
    private IRefill? _refill;
    private bool _refillIsInLine;

    public KeyRow Key => key;

    /// <summary>Presignatures of a whole quorum, and not nonces of one signer.</summary>
    public bool IsPresigned => key.Record.Suite is Suite.EcdsaSecp256k1 or Suite.EcdsaP256;

    public IReadOnlyList<KeyParty> Members => members;

    /// <summary>Monotonic time of the last request that wanted this key.</summary>
    public TimeSpan LastUsed { get; set; }

    /// <summary>After a session that made nothing: not before this, unless a request waits.</summary>
    public TimeSpan NotBefore { get; private set; }

    public bool IsRefilling => _refill is not null;

    /// <summary>Another generation of the key is in use.</summary>
    public bool IsRetired { get; private set; }

    public bool IsIdle => _lots.Count == 0 && _waiting.Count == 0 && _refill is null;

    /// <summary>Pieces ready.</summary>
    public int Count => _lots.Sum(lot => lot.Count);

    private MachineContext Context => rooms.Context;

    /// <summary>A piece that is ready and not too old, the oldest first; null when there is none.</summary>
    public Ticket? TryTake()
    {
        Sweep();
        if (_lots.FirstOrDefault(lot => lot.Count > 0) is not { } lot)
            return null;
        rooms.Counters.Stock(-1);
        return lot.Take();
    }

    /// <summary>Waits for a piece, behind those that wait already.</summary>
    public void Wait(MaterialWait wait)
    {
        _waiting.Enqueue(wait);
        if (_refill is null)
            Refill(inLine: true);
    }

    /// <summary>Begins a session that makes more: for the requests that wait, or ahead.</summary>
    public void Refill(bool inLine, int count = 0)
    {
        Forget();
        _refillIsInLine = inLine;
        if (inLine)
            count = Math.Clamp(_waiting.Count(wait => !wait.IsCancelled), 1, PoolSettings.MaxBatch);
        SessionId[] kept = [.. _lots.Select(lot => lot.Channel.Session)];
        _refill = IsPresigned ? new PresignRefill(rooms, this, kept, inLine, count) : new NonceRefill(rooms, this, kept, inLine, count);
        _refill.Begin();
    }

    /// <summary>A session has made a lot.</summary>
    public void Made(Lot lot)
    {
        var ahead = !_refillIsInLine;
        _refill = null;
        _lots.Add(lot);
        rooms.Counters.Made(key.Record.KeyId, [.. members.Select(member => member.Nid)], lot.Count);
        rooms.Counters.Stock(lot.Count);
        Serve();
        if (_waiting.Count > 0 && _refill is null)
            Refill(inLine: true);
        if (ahead)
            rooms.Stock.RefilledAhead();
        else
            rooms.Stock.Tend(this);
    }

    /// <summary>A session has made nothing.</summary>
    public void NotMade(IReadOnlyList<NodeReason> reasons)
    {
        _refill = null;
        NotBefore = Context.Now.Elapsed + Context.Settings.Pools.RefillPause;
        rooms.Counters.NotMade(key.Record.KeyId, reasons);
        if (!_refillIsInLine)
        {
            if (_waiting.Count > 0)
                Refill(inLine: true); // what is refused ahead may be made for a request that waits
            rooms.Stock.RefilledAhead();
            return;
        }
        MaterialWait[] waiting = [.. _waiting];
        _waiting.Clear();
        foreach (var wait in waiting)
            wait.Failed(reasons);
    }

    /// <summary>A ticket of a lot has been closed.</summary>
    /// <param name="back">Its piece is in the lot again.</param>
    public void Closed(Lot lot, bool back, bool inDoubt)
    {
        if (lot.IsDropped)
            return;
        if (back)
            rooms.Counters.Stock(1);
        if (inDoubt)
            Drop(lot, MaterialEnd.InDoubt);
        else if (lot.IsFinished)
            Drop(lot, MaterialEnd.Used);
        Serve();
    }

    public void Drop(Lot lot, MaterialEnd why)
    {
        if (!_lots.Remove(lot))
            return;
        rooms.Counters.Stock(-lot.Count);
        rooms.Counters.Dropped(key.Record.KeyId, held: false, lot.Count, why);
        lot.Dispose();
    }

    public void DropAll(MaterialEnd why)
    {
        foreach (var lot in _lots.ToArray())
            Drop(lot, why);
    }

    /// <summary>The key's record is another one now: nothing of this one is used or made any more.</summary>
    public void Retire()
    {
        IsRetired = true;
        DropAll(MaterialEnd.KeyChanged);
        _refill?.GiveUp(Reason.WrongGeneration, "another generation of the key is in use");
    }

    /// <summary>Wipes all pieces; answers that are awaited may still come.</summary>
    public void Empty(MaterialEnd why)
    {
        foreach (var lot in _lots.ToArray())
            Empty(lot, why);
    }

    /// <summary>A newer process of a member was seen: what an older one had made is void.</summary>
    public void PeerRenewed(NodeId peer, InstanceId newest)
    {
        foreach (var lot in _lots.Where(lot => lot.Instances.TryGetValue(peer, out var instance) && instance != newest).ToArray())
            Drop(lot, MaterialEnd.OtherInstance);
    }

    /// <summary>Wipes what has expired. A lot whose answers are awaited stays until they have come.</summary>
    public void Sweep()
    {
        foreach (var lot in _lots.Where(lot => Context.Now.Elapsed >= lot.End && lot.Count > 0).ToArray())
            Empty(lot, MaterialEnd.Expired);
    }

    private void Empty(Lot lot, MaterialEnd why)
    {
        rooms.Counters.Stock(-lot.Count);
        rooms.Counters.Dropped(key.Record.KeyId, held: false, lot.Count, why);
        lot.Empty();
        if (lot.IsFinished)
            Drop(lot, MaterialEnd.Used);
    }

    private void Serve()
    {
        while (_waiting.TryPeek(out var wait)) // whoever is served may come back for more
        {
            if (wait.IsCancelled)
            {
                _waiting.Dequeue();
                continue;
            }
            if (TryTake() is not { } ticket)
                return;
            _waiting.Dequeue();
            wait.Ready(ticket);
        }
    }

    /// <summary>No more lots than START can name: the oldest go.</summary>
    private void Forget()
    {
        while (_lots.Count >= NonceStart.MaxKept)
            Drop(_lots[0], MaterialEnd.Displaced);
    }

    public void Dispose()
    {
        _refill?.Dispose();
        foreach (var lot in _lots)
            lot.Dispose();
        _lots.Clear();
    }
}
