using System.Diagnostics.CodeAnalysis;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Peers;
using MpcSigner.Coordination.Requests;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pools;

/// <summary>All material that waits here for peers' questions. In memory only, each lot for one process of one peer, none longer than its life (spec §12, §19.4).</summary>
internal sealed class Holdings(MachineContext context, PeerBook book, PoolCounters counters) : IDisposable
{
    /// <summary>Ends that are remembered, so that a late question hears why its material is gone.</summary>
    public const int MaxRemembered = 4_096;

    /// <summary>By initiator and session: nobody squats another's ids (spec §4.5).</summary>
    private readonly Dictionary<(NodeId Initiator, SessionId Session), HeldLot> _lots = [];
    private readonly Dictionary<(NodeId Initiator, SessionId Session), MaterialEnd> _ended = [];
    private readonly Queue<(NodeId Initiator, SessionId Session)> _endedFirst = new();
    private readonly Dictionary<NodeId, int> _making = [];
    private Token? _sweep;

    /// <summary>An even part for each peer, so that none can take another's room.</summary>
    private int QuotaPerPeer => Math.Min(context.Settings.Pools.MaxHeldPerPeer, context.Settings.Pools.MaxHeld / Math.Max(1, book.All.Count));

    /// <summary>Null when a peer may have so many pieces more made here ahead. In line it always may: what it had made before makes room.</summary>
    public ServiceError? Judge(NodeId initiator, int count, bool inLine)
    {
        if (count > QuotaPerPeer)
            return Refusals.Overloaded("pieces of material asked for at once");
        if (inLine)
            return null;
        var lots = Of(initiator);
        return lots.Count >= context.Settings.Pools.MaxLotsPerPeer || lots.Sum(lot => lot.Count) + count > QuotaPerPeer
            ? Refusals.Overloaded("pieces of material waiting for this coordinator")
            : null;
    }

    /// <summary>A session begins to make material for an initiator; false when it has as many under way as a peer may.</summary>
    public bool TryBeginMaking(NodeId initiator)
    {
        var running = _making.GetValueOrDefault(initiator);
        if (running >= context.Settings.Pools.MaxMakingPerPeer)
            return false;
        _making[initiator] = running + 1;
        return true;
    }

    public void EndMaking(NodeId initiator) => _making[initiator]--;

    /// <summary>Keeps a lot. Its initiator's oldest go where that exceeds the quota.</summary>
    public void Add(HeldLot lot)
    {
        _lots.Add(KeyOf(lot), lot);
        counters.Hold(lot.Count);
        // What is used up goes first, then the oldest.
        List<HeldLot> lots = [.. Of(lot.Terms.Initiator).OrderBy(held => held.IsFinished ? 0 : 1).ThenBy(held => held.Made)];
        var pieces = lots.Sum(held => held.Count);
        for (var i = 0; i < lots.Count - 1 && (lots.Count - i > context.Settings.Pools.MaxLotsPerPeer || pieces > QuotaPerPeer); i++)
        {
            pieces -= lots[i].Count;
            Drop(lots[i], lots[i].IsFinished ? MaterialEnd.Used : MaterialEnd.Displaced);
        }
        _sweep ??= context.StartTimer(context.Settings.Pools.TendInterval, Sweep);
    }

    /// <summary>The lot that a call's envelope belongs to. What is refused here was not opened.</summary>
    public bool TryFind(NodeId peer, PeerCall.PartialSign call, [NotNullWhen(true)] out HeldLot? lot, out MaterialRefusal refusal)
    {
        lot = null;
        refusal = MaterialRefusal.Unknown;
        if (call.Signer != context.Setup.Instance || book.Find(peer)?.Newest?.Instance != call.Coordinator)
        {
            refusal = MaterialRefusal.OtherInstance;
            return false;
        }
        if (!EnvelopeHeader.TryRead(call.Envelope.Span, out var header))
            return false;
        if (!_lots.TryGetValue((peer, header.Session), out var found))
        {
            if (_ended.TryGetValue((peer, header.Session), out var why))
                refusal = MaterialRefusals.Because(why);
            else if (_lots.Keys.Concat(_ended.Keys).Any(key => key.Session == header.Session))
                refusal = MaterialRefusal.OtherInitiator;
            return false;
        }
        if (found.Terms.InitiatorInstance != call.Coordinator)
            refusal = MaterialRefusal.OtherInstance;
        else
            lot = found;
        return lot is not null;
    }

    /// <summary>Spends one piece of a lot for a question.</summary>
    public HeldMaterial Take(HeldLot lot, Digest32 name)
    {
        var piece = lot.Take(name);
        counters.Hold(-1);
        return piece;
    }

    /// <summary>A coordinator names the lots of a key and a quorum that it still counts on; it will not ask about the others of that quorum.</summary>
    public void Retire(NodeId initiator, Digest32 recordHash, IReadOnlyList<PartyId> signers, IReadOnlyCollection<SessionId> kept)
    {
        foreach (var lot in Of(initiator))
        {
            if (lot.Terms.RecordHash == recordHash && lot.Terms.Signers.SequenceEqual(signers) && !kept.Contains(lot.Channel.Session))
                Drop(lot, MaterialEnd.Retired);
        }
    }

    public void Drop(HeldLot lot, MaterialEnd why)
    {
        if (!_lots.Remove(KeyOf(lot)))
            return;
        Remember(lot, why);
        counters.Hold(-lot.Count);
        counters.Dropped(lot.Terms.Key, held: true, lot.Count, why);
        lot.Dispose();
    }

    /// <summary>Another generation of these keys is in use.</summary>
    public void KeysChanged(IReadOnlySet<KeyId> keys)
    {
        foreach (var lot in _lots.Values.Where(lot => keys.Contains(lot.Terms.Key)).ToArray())
            Drop(lot, MaterialEnd.KeyChanged);
    }

    public void DropAll(MaterialEnd why)
    {
        foreach (var lot in _lots.Values.ToArray())
            Drop(lot, why);
    }

    /// <summary>What an older process of a peer had made is never asked for again.</summary>
    public void PeerRenewed(NodeId peer)
    {
        foreach (var lot in Of(peer))
            Drop(lot, MaterialEnd.OtherInstance);
    }

    /// <summary>A peer has left the cluster: it asks for nothing more.</summary>
    public void PeerLeft(NodeId peer)
    {
        foreach (var lot in Of(peer))
            Drop(lot, MaterialEnd.NodeLeft);
    }

    private List<HeldLot> Of(NodeId initiator) => [.. _lots.Values.Where(lot => lot.Terms.Initiator == initiator)];

    private void Sweep()
    {
        _sweep = null;
        foreach (var lot in _lots.Values.Where(lot => lot.IsDue || lot.IsFinished).ToArray())
            Drop(lot, lot.IsFinished ? MaterialEnd.Used : MaterialEnd.Expired);
        if (_lots.Count > 0)
            _sweep = context.StartTimer(context.Settings.Pools.TendInterval, Sweep);
    }

    private void Remember(HeldLot lot, MaterialEnd why)
    {
        if (_endedFirst.Count == MaxRemembered)
            _ended.Remove(_endedFirst.Dequeue());
        _ended[KeyOf(lot)] = why;
        _endedFirst.Enqueue(KeyOf(lot));
    }

    private static (NodeId, SessionId) KeyOf(HeldLot lot) => (lot.Terms.Initiator, lot.Channel.Session);

    public void Dispose()
    {
        foreach (var lot in _lots.Values)
            lot.Dispose();
        _lots.Clear();
    }
}
