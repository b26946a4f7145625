using System.Collections.Concurrent;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Services;

/// <summary>
/// Long answers are put together a few at a time for each caller; its further ones wait, and cost nothing while they do. From a thousand rows of the store to the
/// bytes of the answer one takes some megabytes: asked for by the thousand, they were a node's memory.
/// </summary>
internal sealed class ListTurns
{
    /// <summary>Of one caller.</summary>
    public const int MaxAtOnce = 4;

    /// <summary>One entry for each caller of the roster that has ever listed anything.</summary>
    private readonly ConcurrentDictionary<Bytes32, SemaphoreSlim> _turns = new();

    public async Task<T> RunAsync<T>(Bytes32 caller, Func<Task<T>> list, CancellationToken cancellation)
    {
        var turn = _turns.GetOrAdd(caller, static _ => new(MaxAtOnce, MaxAtOnce));
        await turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return await list().ConfigureAwait(false);
        }
        finally
        {
            turn.Release();
        }
    }
}
