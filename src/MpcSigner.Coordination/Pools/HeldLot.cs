using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pools;

/// <summary>What one session made here for its initiator: the pieces that wait for questions, and the channel that these come by.</summary>
/// <param name="Initiator">The only node whose questions it answers, and the process of it.</param>
/// <param name="Signers">Whom it was made with, ascending: a whole quorum for ECDSA, the two of us for FROST.</param>
internal sealed record HeldTerms(
    NodeId Initiator, PartyId InitiatorPid, InstanceId InitiatorInstance, KeyId Key, Digest32 RecordHash, IReadOnlyList<PartyId> Signers);

/// <inheritdoc cref="HeldTerms"/>
internal sealed class HeldLot : IDisposable
{
    private readonly MachineContext _context;
    private readonly Dictionary<Digest32, HeldMaterial> _ready = [];
    private readonly HashSet<Digest32> _spent = [];
    private readonly TimeSpan _end;
    private int _busy;

    public HeldLot(MachineContext context, HeldTerms terms, SessionChannel channel, IEnumerable<HeldMaterial> pieces, TimeSpan life)
    {
        _context = context;
        Terms = terms;
        Channel = new(channel);
        foreach (var piece in pieces)
            _ready.Add(piece.Name, piece);
        Made = context.Now.Elapsed;
        _end = Made + life;
    }

    public HeldTerms Terms { get; }

    public MaterialChannel Channel { get; }

    public TimeSpan Made { get; }

    /// <summary>Pieces that wait.</summary>
    public int Count => _ready.Count;

    public bool IsExpired => _context.Now.Elapsed >= _end;

    public bool IsDisposed { get; private set; }

    /// <summary>Nothing is left to be asked of it, and no answer is on its way out.</summary>
    public bool IsFinished => _ready.Count == 0 && _busy == 0;

    /// <summary>It is over and no answer is on its way out.</summary>
    public bool IsDue => IsExpired && _busy == 0;

    /// <summary>An answer is being made, or has left.</summary>
    public void Answering(bool begins) => _busy += begins ? 1 : -1;

    /// <summary>Null when the piece waits for a question.</summary>
    public MaterialRefusal? Check(Digest32 name)
    {
        if (_spent.Contains(name))
            return MaterialRefusal.Spent;
        if (IsDisposed)
            return MaterialRefusal.Dropped;
        if (IsExpired)
            return MaterialRefusal.Expired;
        return _ready.ContainsKey(name) ? null : MaterialRefusal.Unknown;
    }

    /// <summary>The piece without taking it: to compare a question with it.</summary>
    public HeldMaterial Peek(Digest32 name) => _ready[name];

    /// <summary>Removes the piece: compare and remove are one step, and from here it is spent whatever happens. The taker disposes it.</summary>
    public HeldMaterial Take(Digest32 name)
    {
        if (Check(name) is { } refusal)
            throw new InvalidOperationException($"the material was not checked: {refusal}");
        _ready.Remove(name, out var piece);
        _spent.Add(name);
        return piece!;
    }

    public void Dispose()
    {
        if (IsDisposed)
            return;
        IsDisposed = true;
        foreach (var piece in _ready.Values)
            piece.Dispose();
        _ready.Clear();
        Channel.Dispose();
    }
}
