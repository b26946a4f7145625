using System.Globalization;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Attacks;

/// <summary>How long and how much: the same attacks, small in every run and at full size in a tier of their own.</summary>
internal sealed record Size(TimeSpan Before, TimeSpan During, TimeSpan After, int HalfOpen, int Sessions, int Floods, int Unread, int Burners)
{
    public static Size Small { get; } = new(TimeSpan.FromSeconds(0.3), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(0.3), 600, 100, 16, 20, 4);

    public static Size Full { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(5), 10_000, 1_000, 256, 2_000, 32);
}

/// <summary>An attack on one node while clients in good faith go on, measured before, during and after it.</summary>
internal sealed class Siege(TestCluster cluster, Size size, ITestOutputHelper output)
{
    /// <summary>Above what the node had before: buffers of connections and calls, and what the collector has not given back yet.</summary>
    private const long GrowthBound = 256L << 20;

    /// <summary>The machine has two cores, and attackers, nodes and clients share them.</summary>
    private const double SlowestMedian = 10_000;

    public TestNode Victim { get; } = cluster["a"];

    /// <param name="attack">Goes on until it is told to stop; says what it did.</param>
    public async Task RunAsync(string name, Func<CancellationToken, Task<string>> attack)
    {
        var key = await Keys.RawAsync(cluster);
        await using var honest = new HonestTraffic(cluster, Victim, key);
        await honest.MeasureAsync(TimeSpan.FromMilliseconds(200)); // connected, and its code compiled
        var before = await honest.MeasureAsync(size.Before);
        var memory = ResidentBytes(Victim);
        using var stop = new CancellationTokenSource();
        var attacking = Task.Run(() => attack(stop.Token));
        var during = await honest.MeasureAsync(size.During);
        var peak = ResidentBytes(Victim);
        await stop.CancelAsync();
        var did = await attacking;
        var after = await honest.MeasureAsync(size.After);
        foreach (var line in (string[])
        [
            $"cost: {name}: {did}", $"cost:   before {before}", $"cost:   during {during}", $"cost:   after  {after}",
            $"cost:   node {Victim.Name} resident {memory >> 20} MiB before, {peak >> 20} MiB at the end of the attack, {ResidentBytes(Victim) >> 20} MiB after it",
        ])
            Say(line);

        Assert.True(Victim.IsRunning, Victim.Log);
        foreach (var measured in (Measured[])[before, during, after])
        {
            Assert.True(measured.Failures.Count == 0, string.Join('\n', measured.Failures.Take(5)));
            Assert.NotEmpty(measured.Signed);
            Assert.NotEmpty(measured.Arrived);
        }
        Assert.True(during.Signed.Order().ElementAt(during.Signed.Count / 2) < SlowestMedian, $"{during}");
        Assert.True(peak - memory < GrowthBound, $"resident {memory} before, {peak} at the end of the attack");
        Assert.DoesNotContain("halt", Victim.Log, StringComparison.OrdinalIgnoreCase);
    }

    private void Say(string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("MPCSIGNER_COSTS") is { Length: > 0 } costs)
            File.AppendAllText(costs, line + "\n");
    }

    private static long ResidentBytes(TestNode node)
    {
        var line = File.ReadLines($"/proc/{node.ProcessId}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
