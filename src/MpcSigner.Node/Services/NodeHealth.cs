namespace MpcSigner.Node.Services;

/// <summary>Whether the node takes calls, and a way to wait for that to change.</summary>
internal sealed class NodeHealth
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private bool _serving;

    public bool IsServing
    {
        get { lock (_gate) return _serving; }
        set
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (_serving == value)
                    return;
                _serving = value;
                (changed, _changed) = (_changed, New());
            }
            changed.SetResult();
        }
    }

    /// <summary>The state now, and what completes when it is no longer so.</summary>
    public (bool Serving, Task Changed) Observe()
    {
        lock (_gate)
            return (_serving, _changed.Task);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
