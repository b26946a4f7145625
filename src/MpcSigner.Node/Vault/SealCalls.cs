using System.Threading.Channels;

namespace MpcSigner.Node.Vault;

/// <summary>Runs what may call a token on threads of its own, so many as the token serves at once: its calls block, and nothing else is to wait for them.</summary>
/// <remarks>What waits is bounded by who asks: the machine's live sessions, and one batch of a rotation.</remarks>
internal sealed class SealCalls : IDisposable
{
    private readonly Channel<Action> _waiting = Channel.CreateUnbounded<Action>();

    /// <param name="threads">At least 1.</param>
    public SealCalls(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        for (var i = 0; i < threads; i++)
            new Thread(Work) { IsBackground = true, Name = $"seal {i}" }.Start();
    }

    /// <exception cref="ObjectDisposedException">The vault is closed.</exception>
    public Task<T> RunAsync<T>(Func<T> call)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        ObjectDisposedException.ThrowIf(!_waiting.Writer.TryWrite(() => Run(call, answer)), this);
        return answer.Task;
    }

    private static void Run<T>(Func<T> call, TaskCompletionSource<T> answer)
    {
        try
        {
            answer.SetResult(call());
        }
        catch (Exception e)
        {
            answer.SetException(e);
        }
    }

    private void Work()
    {
        while (_waiting.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (_waiting.Reader.TryRead(out var call))
                call();
        }
    }

    /// <summary>What waits is still done; nothing new comes.</summary>
    public void Dispose() => _waiting.Writer.TryComplete();
}
