using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;

namespace MpcSigner.Coordination.Maintenance;

/// <summary>How a PENDING attempt ends that a member says it has never acknowledged: every other member must agree, so that none has it in use where another has abandoned it.</summary>
/// <remarks>
/// Heard → Doubted, once all others have heard of a refusal too or have aborted → ABORT, once all others are Doubted or have aborted.
/// Doubted → Upheld, once another than the refusing member has it in use → ACTIVE, once all others have it in use or are Upheld.
/// Both ends need every honest member's durable word, and no member gives both words: whatever up to t−1 liars say, and to whom. Where all but the refusing member speak the truth an end is reached.
/// </remarks>
internal sealed class AttemptSettlement(Rooms rooms, MaintenanceOrder order)
{
    private readonly MachineContext _context = rooms.Context;
    private readonly Dictionary<PartyId, Word> _words = [];

    /// <summary>Whose ABORT of kind 0 is known, from whomever: such a member never has it in use, unless it lies.</summary>
    private readonly HashSet<PartyId> _refusing = [];
    private readonly List<Action> _whenWritten = [];
    private bool _writing;

    /// <summary>The last word of another member, as this process heard it from itself.</summary>
    private enum Word
    {
        Pending = 1,
        Heard = 2,
        Doubted = 3,
        Aborted = 4,
        Upheld = 5,
        InUse = 6,
    }

    /// <summary>This node's own stand, durable where it binds; null while nobody is known to have refused.</summary>
    public AttemptDoubt? Doubt { get; private set; }

    public bool IsUpheld => Doubt is { Stand: DoubtStand.Upheld };

    /// <summary>Another member than one that refuses has it in use, and has shown the certificate.</summary>
    public bool IsInUseElsewhere => order.IsCertified && Others.Any(pid => Says(pid, Word.InUse));

    /// <summary>Whether a complete certificate may be activated here.</summary>
    public bool MayActivate => !_writing && Doubt?.Stand switch
    {
        null or DoubtStand.Heard => true,
        DoubtStand.Doubted => false,
        DoubtStand.Upheld => AllSay(Word.Upheld, Word.InUse),
        _ => throw new InvalidOperationException("a stand of no known kind"),
    };

    public void Restore(AttemptDoubt? doubt)
    {
        Doubt = doubt;
        if (doubt is not null && IsAbort(doubt.RefusedBy, AbortKind.NeverAcknowledged, doubt.Abort))
            _refusing.Add(doubt.RefusedBy);
    }

    /// <summary>Calls back once no stand is on its way to the disk: at once, as a rule.</summary>
    public void WhenWritten(Action then)
    {
        if (_writing)
            _whenWritten.Add(then);
        else
            then();
    }

    /// <summary>A member that does not answer has said nothing: what it said before may be long past.</summary>
    public void Silent(PartyId pid) => _words.Remove(pid);

    /// <summary>What a member answers of the attempt.</summary>
    public void Hear(PartyId pid, MaintenanceAnswer answer)
    {
        switch (answer)
        {
            case MaintenanceAnswer.Acknowledged acknowledged:
                _words[pid] = acknowledged.Doubt?.Stand switch
                {
                    DoubtStand.Heard => Word.Heard,
                    DoubtStand.Doubted => Word.Doubted,
                    DoubtStand.Upheld => Word.Upheld,
                    null => Word.Pending,
                    _ => throw new InvalidOperationException("a stand of no known kind"),
                };
                if (acknowledged.Doubt is { } shown)
                    Refused(shown.RefusedBy, shown.Abort);
                break;
            case MaintenanceAnswer.Aborted aborted when IsAbort(pid, (AbortKind)aborted.Kind, aborted.Signature):
                _words[pid] = Word.Aborted;
                if (aborted.Kind == (byte)AbortKind.NeverAcknowledged)
                    Refused(pid, aborted.Signature);
                break;
            default:
                _words.Remove(pid); // on its way from one word to another
                break;
        }
        Decide();
    }

    /// <summary>A member has shown the certificate as one that has the attempt in use.</summary>
    public void HearInUse(PartyId pid)
    {
        _words[pid] = Word.InUse;
        Decide();
    }

    private void Refused(PartyId by, ReadOnlyMemory<byte> abort)
    {
        if (order.Case.NidOf(by) is not { } nid || nid == _context.Self || _refusing.Contains(by))
            return;
        // Whom the roster names no more counts neither way: that others doubt for its sake is all there is to know.
        if (IsAbort(by, AbortKind.NeverAcknowledged, abort))
            _refusing.Add(by);
        else if (_context.Identities.ContainsKey(nid))
            return;
        if (Doubt is not null)
            return;
        Doubt = new(DoubtStand.Heard, by, abort);
        order.PollAnew(); // the others are soon told, and soon heard
    }

    /// <summary>Judges anew, on another's word or once the session is over: while one runs nothing is decided.</summary>
    public void Decide()
    {
        if (order.Phase != MaintenancePhase.Acknowledged || order.HasSession || _writing || Doubt is not { } doubt)
            return;
        switch (doubt.Stand)
        {
            case DoubtStand.Heard when AllSay(Word.Heard, Word.Doubted, Word.Aborted):
                Stand(doubt with { Stand = DoubtStand.Doubted });
                break;
            case DoubtStand.Doubted when order.IsCertified && Others.Any(pid => Says(pid, Word.Upheld, Word.InUse)):
                Stand(doubt with { Stand = DoubtStand.Upheld });
                break;
            case DoubtStand.Doubted when AllSay(Word.Doubted, Word.Aborted):
                order.Ends.SignAbort(AbortKind.Ordered, $"node {_context.NameOf(order.Case.NidOf(doubt.RefusedBy)!.Value)} never acknowledged it, and no member has it in use");
                break;
            case DoubtStand.Upheld:
                order.TryActivate();
                break;
            case DoubtStand.Heard or DoubtStand.Doubted:
                break; // not everybody has said enough
        }
    }

    private void Stand(AttemptDoubt doubt)
    {
        _writing = true;
        _context.Commit(new Batch().Write(new StoreWrite.DoubtMaintenance(order.Hash, doubt)), () =>
        {
            (_writing, Doubt) = (false, doubt);
            order.PollAnew();
            Decide();
            Action[] waiting = [.. _whenWritten];
            _whenWritten.Clear();
            foreach (var then in waiting)
                WhenWritten(then); // the next stand may be on its way already
        });
    }

    /// <summary>Whose words count: all members but this node, those that refuse, and those that the roster names no more.</summary>
    private IEnumerable<PartyId> Others => order.Case.Terms.Members
        .Where(member => member.Nid != _context.Self && !_refusing.Contains(member.Pid) && _context.Identities.ContainsKey(member.Nid)).Select(member => member.Pid);

    private bool AllSay(params ReadOnlySpan<Word> words)
    {
        foreach (var pid in Others)
        {
            if (!Says(pid, words))
                return false;
        }
        return true;
    }

    private bool Says(PartyId pid, params ReadOnlySpan<Word> words) => _words.TryGetValue(pid, out var word) && words.Contains(word);

    private bool IsAbort(PartyId pid, AbortKind kind, ReadOnlyMemory<byte> signature) =>
        order.Case.NidOf(pid) is { } nid && MaintenanceAnswers.IsAbort(_context, nid, order.Hash, kind, signature);
}
