using System.Diagnostics;
using Grpc.Core;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;

namespace MpcSigner.Cluster.Tests.Attacks;

/// <summary>What clients in good faith got from a node in some time.</summary>
/// <param name="Signed">Signatures of a client that is connected.</param>
/// <param name="Arrived">Newcomers: a connection of their own, and an answer on it.</param>
internal sealed record Measured(IReadOnlyList<double> Signed, IReadOnlyList<double> Arrived, IReadOnlyList<string> Failures)
{
    public override string ToString() => $"{Signed.Count} signatures {Times(Signed)}, {Arrived.Count} newcomers {Times(Arrived)}, {Failures.Count} failed";

    private static string Times(IReadOnlyList<double> times)
    {
        if (times.Count == 0)
            return "(none)";
        var sorted = times.Order().ToList();
        return $"p50 {sorted[sorted.Count / 2]:0.0} ms, p99 {sorted[(int)(sorted.Count * 0.99)]:0.0} ms";
    }
}

/// <summary>A client other than any that attacks signs at one node all the time, and newcomers who ask it how it is, each over a connection of its own.</summary>
internal sealed class HonestTraffic(TestCluster cluster, TestNode node, SigningKey key) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly MpcSignerClient _client = MpcSignerClient.Create(cluster.OtherClientOptions() with { PreferredNode = node.Name });

    public async Task<Measured> MeasureAsync(TimeSpan time)
    {
        var until = Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var failures = new List<string>();
        var signing = RepeatAsync(until, failures, SignAsync);
        var arriving = RepeatAsync(until, failures, ArriveAsync);
        return new(await signing, await arriving, failures);
    }

    private static async Task<List<double>> RepeatAsync(long until, List<string> failures, Func<Task> act)
    {
        var times = new List<double>();
        while (Stopwatch.GetTimestamp() < until)
        {
            var watch = Stopwatch.StartNew();
            try
            {
                await act();
                times.Add(watch.Elapsed.TotalMilliseconds);
            }
            catch (Exception e) when (e is MpcSignerException or RpcException)
            {
                lock (failures)
                    failures.Add($"after {watch.ElapsedMilliseconds} ms: {e.Message}");
            }
            await Task.Delay(Pause);
        }
        return times;
    }

    private async Task SignAsync() => await _client.SignAsync(new()
    {
        KeyId = key.Id,
        Payload = SigningPayload.Raw(Guid.NewGuid().ToByteArray()),
    });

    private async Task ArriveAsync()
    {
        using var newcomer = new DirectCaller(cluster, node, cluster.OtherClientOptions().TlsCertificate);
        await newcomer.Status.GetStatusAsync(new(), DirectCaller.Soon);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
