using MpcSigner.Core.Identities;
using MpcSigner.Node.Services;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary>Long answers are put together a few at a time for each caller.</summary>
public sealed class ListTurnsTests
{
    [Fact]
    public async Task A_caller_that_asks_for_many_has_a_few_at_once_and_others_are_not_kept_waiting()
    {
        var turns = new ListTurns();
        Bytes32 greedy = new(new byte[32]), other = new([.. new byte[31], 1]);
        var release = new TaskCompletionSource();
        var (running, most) = (0, 0);
        async Task<int> ListAsync()
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await release.Task;
            return Interlocked.Decrement(ref running);
        }
        var asked = Enumerable.Range(0, 50).Select(_ => turns.RunAsync(greedy, ListAsync, CancellationToken.None)).ToList();
        Assert.Equal(ListTurns.MaxAtOnce, running);
        Assert.Equal(7, await turns.RunAsync(other, () => Task.FromResult(7), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));

        // One that waits can give up, and one that fails gives its turn back.
        using var gone = new CancellationTokenSource();
        var waiting = turns.RunAsync(greedy, ListAsync, gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        release.SetResult();
        await Task.WhenAll(asked).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal((0, ListTurns.MaxAtOnce), (running, most));
        for (var i = 0; i < 2 * ListTurns.MaxAtOnce; i++)
            await Assert.ThrowsAsync<InvalidOperationException>(() => turns.RunAsync<int>(greedy, () => throw new InvalidOperationException(), CancellationToken.None));
        Assert.Equal(7, await turns.RunAsync(greedy, () => Task.FromResult(7), CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20)));
    }
}
