using System.Diagnostics.CodeAnalysis;
using MpcSigner.Cluster.Tests.Crash;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Waits for one moment: falls once, or is taken up before it has.</summary>
/// <remarks>
/// The coordinator ends a session with the last DONE that it needs, and what participants still say to each other is not passed on then. Where such a word is waited for, the DONE that would be the
/// last is kept back until the trap has fallen: another participant's on its way, or the same one's behind its other DONE (between two receivers there is no order to keep).
/// </remarks>
internal sealed class Trap(Moment moment, string coordinator, TimeSpan lag)
{
    private readonly TaskCompletionSource _fallen = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Func<Task>? _postponed;
    private int _set = 1;
    private volatile bool _isAcknowledged;

    public Moment Moment => moment;

    /// <summary>How long after its message a receiver is killed.</summary>
    public TimeSpan Lag => lag;

    /// <summary>The blow has fallen.</summary>
    public Task Fallen => _fallen.Task;

    /// <summary>What may follow the job's end is waited for once a member has acknowledged: the same call for a job before this one is none of ours.</summary>
    public bool IsAt(RelayedWord word)
    {
        _isAcknowledged |= word.What == nameof(MessageType.Ack);
        return word == moment.Word && (_isAcknowledged || !moment.MayFollowEnd);
    }

    /// <summary>True for the one who may strike, or take it up.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _set, 0) == 1;

    public void HasFallen() => _fallen.SetResult();

    /// <summary>A word that waits until the trap has fallen.</summary>
    public bool Holds(RelayedWord word) =>
        moment.Word is { What: nameof(MessageType.Certificate) } && moment.Word.From != coordinator && IsDoneToCoordinator(word) && word.From != moment.Word.From;

    /// <summary>A word that goes behind the next of the same stream; kept here if so.</summary>
    public bool Postpones(RelayedWord word, Func<Task> pass)
    {
        if (!IsDoneBetweenParticipants || !IsDoneToCoordinator(word) || word.From != moment.Word.From || _fallen.Task.IsCompleted)
            return false;
        _postponed = pass;
        return true;
    }

    /// <summary>What was postponed, once the word is through that it was to let pass.</summary>
    public bool TryTakePostponed(RelayedWord word, [NotNullWhen(true)] out Func<Task>? postponed)
    {
        postponed = word == moment.Word with { ToCallee = false } ? Interlocked.Exchange(ref _postponed, null) : null;
        return postponed is not null;
    }

    private bool IsDoneBetweenParticipants => moment.Word is { What: nameof(MessageType.Done), ToCallee: true } && moment.Word.From != coordinator;

    private bool IsDoneToCoordinator(RelayedWord word) => word.What == nameof(MessageType.Done) && word.To == coordinator;
}
