using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Coordination.Pools;

/// <summary>One piece of material in the hands of one attempt, which asks one question with it, or returns it.</summary>
internal sealed class Ticket(Lot lot, Material piece)
{
    private readonly HashSet<NodeId> _unanswered = [];
    private Action? _lost;
    private bool _spent;
    private bool _inDoubt;
    private bool _closed;

    public Material Piece => piece;

    /// <summary>Whom it was made with.</summary>
    public IEnumerable<NodeId> Members => lot.Instances.Keys;

    /// <summary>To be told when the lot is dropped under it.</summary>
    public void OnLost(Action lost) => _lost = lost;

    /// <summary>A question is being made of the piece: from here it serves no other, whatever becomes of this one.</summary>
    public void Spend() => _spent = true;

    /// <summary>The question to one member, sealed.</summary>
    public PeerCall.PartialSign Ask(MachineContext context, SignedRequest request, NodeId member, PartyId pid, MessageType type, ReadOnlySpan<byte> question)
    {
        _unanswered.Add(member);
        return new(request, context.Now.Wall, context.Roster.Hash, context.Setup.Policy.Hash, context.Setup.Instance, lot.Instances[member],
            lot.Channel.Seal(type, pid, question));
    }

    /// <summary>Opens a member's answer, now or once those before it have come.</summary>
    /// <returns>False when it is not one: the lot is then in doubt.</returns>
    public bool TryOpen(NodeId member, PartyId pid, ReadOnlySpan<byte> envelope, Action<OpenedMessage> opened)
    {
        if (_closed || lot.IsDropped)
            return true; // the attempt has heard, and gone another way
        return lot.Channel.Open(pid, envelope, message =>
        {
            _unanswered.Remove(member);
            if (_closed)
                message.Dispose();
            else
                opened(message);
        }, static () => { }) is null;
    }

    /// <summary>The member has opened the question and said no: its channel stays in order.</summary>
    public void Declined(NodeId member) => _unanswered.Remove(member);

    /// <summary>The attempt is over. A question that was not answered leaves the lot in doubt: numbers behind it may never be reached.</summary>
    public void Close()
    {
        if (_closed)
            return;
        _closed = true;
        lot.Shelf.Closed(lot, back: lot.Close(this, unasked: !_spent), inDoubt: _inDoubt || _unanswered.Count > 0);
    }

    /// <summary>The two ends know different things of the lot: nothing more of it is used.</summary>
    public void Doubt()
    {
        _inDoubt = true;
        Close();
    }

    /// <summary>A member does not know the piece, or not as we do: what else was made with it is not relied on either. Answers that are awaited may still come.</summary>
    public void Stale()
    {
        Doubt();
        lot.Shelf.Empty(MaterialEnd.InDoubt);
    }

    public void LotDropped()
    {
        if (!_closed)
            _lost?.Invoke();
    }
}
