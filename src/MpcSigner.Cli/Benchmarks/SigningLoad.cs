using System.Collections.Concurrent;
using MpcSigner.Client;

namespace MpcSigner.Cli.Benchmarks;

/// <summary>What came of a load.</summary>
/// <param name="LongestPause">The longest time between two finished signatures.</param>
internal sealed record LoadResult(int Signatures, int Failures, TimeSpan Took, TimeSpan LongestPause, TimeSpan Median, TimeSpan Slowest, string? FirstFailure);

/// <summary>Signatures begun at a steady rate, whether earlier ones are finished or not: a service that stalls shows as a pause, not as a lower rate.</summary>
internal sealed class SigningLoad(MpcSignerClient client, string key, SigningPayload payload, int rate, TimeProvider time)
{
    /// <summary>Requests under way; beyond it the load waits, so that a dead cluster does not fill our memory.</summary>
    private const int MaxUnderWay = 500;

    private readonly ConcurrentQueue<(long Finished, TimeSpan Took)> _done = new();
    private readonly SemaphoreSlim _underWay = new(MaxUnderWay);
    private int _failures;
    private string? _firstFailure;

    /// <param name="until">A file whose appearance ends the load.</param>
    public async Task<LoadResult> RunAsync(TimeSpan? length, string? until, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        List<Task> running = [];
        for (var i = 0L; ; i++)
        {
            var elapsed = time.GetElapsedTime(began);
            if (cancellation.IsCancellationRequested || elapsed >= length || (until is not null && i % Math.Max(1, rate / 5) == 0 && File.Exists(until)))
                break;
            var due = TimeSpan.FromSeconds((double)i / rate);
            if (due > elapsed)
                await Task.Delay(due - elapsed, time, CancellationToken.None).ConfigureAwait(false);
            await _underWay.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            running.Add(SignAsync());
            if (running.Count > 2 * MaxUnderWay)
                running.RemoveAll(t => t.IsCompletedSuccessfully);
        }
        // What was begun is finished and counted, so that an end in the middle of a pause shows the pause.
        await Task.WhenAll(running).ConfigureAwait(false);
        return Summarise(began);
    }

    private async Task SignAsync()
    {
        var began = time.GetTimestamp();
        try
        {
            await client.SignAsync(new() { KeyId = key, Payload = payload }, CancellationToken.None).ConfigureAwait(false);
            _done.Enqueue((time.GetTimestamp(), time.GetElapsedTime(began)));
        }
        catch (MpcSignerException e)
        {
            Interlocked.Increment(ref _failures);
            Interlocked.CompareExchange(ref _firstFailure, $"{e.Reason}: {e.Message}", null);
        }
        finally
        {
            _underWay.Release();
        }
    }

    private LoadResult Summarise(long began)
    {
        var finished = _done.Select(d => d.Finished).Order().ToList();
        var took = _done.Select(d => d.Took).Order().ToList();
        var (pause, last) = (TimeSpan.Zero, began);
        foreach (var at in finished)
        {
            var gap = time.GetElapsedTime(last, at);
            pause = gap > pause ? gap : pause;
            last = at;
        }
        return new(finished.Count, _failures, time.GetElapsedTime(began), pause, took.Count > 0 ? took[took.Count / 2] : TimeSpan.Zero, took.Count > 0 ? took[^1] : TimeSpan.Zero, _firstFailure);
    }
}
