namespace MpcSigner.Node.Host;

/// <summary>The one way to fail-stop: the first reason counts, and the process ends with it.</summary>
internal sealed class Halting
{
    private readonly TaskCompletionSource<string> _reason = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsHalted => _reason.Task.IsCompleted;

    /// <summary>Completes with the reason; never otherwise.</summary>
    public Task<string> Halted => _reason.Task;

    public void Halt(string reason) => _reason.TrySetResult(reason);
}
