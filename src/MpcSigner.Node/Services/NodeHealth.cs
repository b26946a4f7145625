using MpcSigner.Node.Unsealing;

namespace MpcSigner.Node.Services;

/// <summary>Whether the node takes calls, how its seal stands, and a way to wait for either to change.</summary>
/// <param name="seal">As it begins.</param>
internal sealed class NodeHealth(SealStanding seal)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private (bool Serving, SealStanding Seal) _now = (false, seal);

    public bool IsServing
    {
        get { lock (_gate) return _now.Serving; }
        set => Change(now => (value, now.Seal));
    }

    public SealStanding Seal
    {
        get { lock (_gate) return _now.Seal; }
        set => Change(now => (now.Serving, value));
    }

    /// <summary>The state now, and what completes when it is no longer so.</summary>
    public (bool Serving, SealStanding Seal, Task Changed) Observe()
    {
        lock (_gate)
            return (_now.Serving, _now.Seal, _changed.Task);
    }

    private void Change(Func<(bool Serving, SealStanding Seal), (bool, SealStanding)> change)
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            var next = change(_now);
            if (next == _now)
                return;
            _now = next;
            (changed, _changed) = (_changed, New());
        }
        changed.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
