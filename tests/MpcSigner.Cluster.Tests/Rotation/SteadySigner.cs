using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>A client that signs with one key all the time: not one of its signatures may fail.</summary>
internal sealed class SteadySigner : IAsyncDisposable
{
    private readonly MpcSignerClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<(int Count, TimeSpan Longest)> _run;

    public SteadySigner(TestCluster cluster, SigningKey key, string node)
    {
        _client = MpcSignerClient.Create(cluster.ClientOptions() with { PreferredNode = node });
        _run = RunAsync(key);
    }

    /// <summary>Ends it; fails as the first signature failed.</summary>
    /// <returns>How many signatures it got, and the longest time one took.</returns>
    public async Task<(int Count, TimeSpan Longest)> StopAsync()
    {
        await _stop.CancelAsync();
        return await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ContinueWith(static _ => { }, TaskScheduler.Default);
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<(int Count, TimeSpan Longest)> RunAsync(SigningKey key)
    {
        var (count, longest) = (0, TimeSpan.Zero);
        while (!_stop.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            await _client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) });
            longest = watch.Elapsed > longest ? watch.Elapsed : longest;
            count++;
            await Task.Delay(5);
        }
        return (count, longest);
    }
}
