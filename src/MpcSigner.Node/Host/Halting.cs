namespace MpcSigner.Node.Host;

/// <summary>The one way to fail-stop: the first reason counts, and nothing further of what the machine wanted is done.</summary>
internal sealed class Halting
{
    private readonly TaskCompletionSource<(string Reason, bool IsTokenLost)> _cause = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public bool IsHalted => _cause.Task.IsCompleted;

    /// <summary>The machine ended because a token that it needs does not answer: as in a crash, but the process waits for the token and begins another.</summary>
    public bool IsTokenLost => _cause.Task is { IsCompleted: true, Result.IsTokenLost: true };

    /// <summary>Completes with the reason; never otherwise.</summary>
    public Task<string> Halted => ReasonAsync();

    /// <summary>A defect, or a store that failed: the process ends.</summary>
    public void Halt(string reason) => _cause.TrySetResult((reason, false));

    /// <summary>The world took the token away.</summary>
    public void LoseToken(string why) => _cause.TrySetResult((why, true));

    private async Task<string> ReasonAsync() => (await _cause.Task.ConfigureAwait(false)).Reason;
}
