using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MpcSigner.Pkcs11.Keys;

namespace MpcSigner.Benchmarks.Tokens;

/// <summary>What it costs to open a share that a key in a token sealed: wall time, since a token is waited for.</summary>
internal static class TokenCommand
{
    private const int ShareBytes = 32;
    private const int Opens = 10_000;
    private const int QuickOpens = 1_000;
    private const int WarmUp = 500;

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    private static readonly (string Id, int Users)[] Table = [("token-open", 1), ("token-open-32", 32)];

    private sealed record Row(string Id, int Opens, int Users, double OpensPerSecond, double MedianMicroseconds, double P95Microseconds, double CpuMicroseconds);

    public static int Run(Options options)
    {
        if (options.Choose(Table, row => row.Id) is not { } chosen)
            return 2;
        if (!SoftToken.IsInstalled)
        {
            Console.Error.WriteLine("SoftHSM2 is missing: nothing was measured. Install it: apt-get install softhsm2");
            return 3;
        }
        using var token = SoftToken.Open(chosen.Max(row => row.Users));
        var key = SealingKey.Generate(token.Value, new KeyName("seal.1", [1]), SoftToken.Limit);
        byte[] context = [.. "key, node, generation"u8];
        var sealedShare = key.Seal(new byte[ShareBytes], context, SoftToken.Limit);
        Measure(key, sealedShare, context, "warm-up", WarmUp, 1);
        List<Row> rows = [];
        foreach (var (id, users) in chosen)
        {
            rows.Add(Measure(key, sealedShare, context, id, options.Quick ? QuickOpens : Opens, users));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{id,-16} {rows[^1].Opens} unwraps, {users} at a time: {rows[^1].OpensPerSecond:0}/s; one takes {rows[^1].MedianMicroseconds:0} us (median), {rows[^1].P95Microseconds:0} us (95th percentile), {rows[^1].CpuMicroseconds:0} us of CPU"));
        }
        if (options.Json is { } file)
            File.WriteAllText(file, JsonSerializer.Serialize(rows, Json));
        return 0;
    }

    private static Row Measure(SealingKey key, byte[] sealedShare, byte[] context, string id, int opens, int users)
    {
        var each = opens / users;
        var ticks = new long[users * each];
        using var process = Process.GetCurrentProcess();
        var cpu = process.TotalProcessorTime;
        var began = Stopwatch.GetTimestamp();
        var threads = Enumerable.Range(0, users).Select(user => new Thread(() =>
        {
            var destination = new byte[ShareBytes];
            for (var i = 0; i < each; i++)
            {
                var at = Stopwatch.GetTimestamp();
                key.Open(sealedShare, context, destination, SoftToken.Limit);
                ticks[(user * each) + i] = Stopwatch.GetTimestamp() - at;
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        var took = Stopwatch.GetElapsedTime(began);
        process.Refresh();
        var used = process.TotalProcessorTime - cpu;
        Array.Sort(ticks);
        double At(double quantile) => ticks[(int)(quantile * (ticks.Length - 1))] * 1e6 / Stopwatch.Frequency;
        return new(id, ticks.Length, users, ticks.Length / took.TotalSeconds, At(0.5), At(0.95), used.TotalMicroseconds / ticks.Length);
    }
}
