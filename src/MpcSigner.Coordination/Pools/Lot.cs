using MpcSigner.Core.Identities;
using MpcSigner.Coordination.Boundary;

namespace MpcSigner.Coordination.Pools;

/// <summary>What one session made for this node as coordinator: the pieces that are left, and the channel to those it was made with.</summary>
internal sealed class Lot(Shelf shelf, MaterialChannel channel, IReadOnlyDictionary<NodeId, InstanceId> instances, IEnumerable<Material> pieces, TimeSpan end) : IDisposable
{
    private readonly Queue<Material> _pieces = new(pieces);
    private readonly HashSet<Ticket> _out = [];
    private bool _isEmptied;

    public Shelf Shelf => shelf;

    public MaterialChannel Channel => channel;

    /// <summary>The processes it was made with; a question to any other would find nothing.</summary>
    public IReadOnlyDictionary<NodeId, InstanceId> Instances => instances;

    /// <summary>Monotonic time from which nothing of it is used.</summary>
    public TimeSpan End => end;

    public int Count => _pieces.Count;

    public bool IsDropped { get; private set; }

    /// <summary>No piece is left and no answer is awaited.</summary>
    public bool IsFinished => _pieces.Count == 0 && _out.Count == 0;

    /// <summary>Removes a piece: it is this ticket's alone.</summary>
    public Ticket Take()
    {
        var ticket = new Ticket(this, _pieces.Dequeue());
        _out.Add(ticket);
        return ticket;
    }

    /// <summary>A ticket has come back.</summary>
    /// <param name="unasked">Nothing was made of its piece.</param>
    /// <returns>True when the piece is here again, for another question.</returns>
    public bool Close(Ticket ticket, bool unasked)
    {
        if (!_out.Remove(ticket) || !unasked || IsDropped || _isEmptied)
        {
            ticket.Piece.Dispose();
            return false;
        }
        _pieces.Enqueue(ticket.Piece);
        return true;
    }

    /// <summary>Wipes the pieces that are left; answers that are awaited may still come.</summary>
    public void Empty()
    {
        _isEmptied = true; // what comes back unasked is wiped too
        while (_pieces.TryDequeue(out var piece))
            piece.Dispose();
    }

    /// <summary>Wipes what is left and tells those who wait for answers that none will be understood.</summary>
    public void Dispose()
    {
        if (IsDropped)
            return;
        IsDropped = true;
        Empty();
        channel.Dispose();
        Ticket[] waiting = [.. _out];
        _out.Clear();
        foreach (var ticket in waiting)
            ticket.LotDropped();
    }
}
