using System.Diagnostics;
using System.Globalization;
using System.Runtime;
using System.Security.Cryptography;
using System.Text.Json;

namespace MpcSigner.Benchmarks.ConstantTime;

/// <summary>What one row came to.</summary>
/// <param name="T">The largest t of the last round; positive where the fixed class is slower.</param>
/// <param name="Rounds">A row above the threshold is measured again, with more, and stands only if it stays there.</param>
internal sealed record TimingResult(string Id, double T, int Rounds, int Measurements, bool Control, bool Passed);

/// <summary>Fixed against random inputs, by the clock: what depends on a secret's value shows as a difference of means. Exit code 1 if one does, or if a control does not.</summary>
internal static class ConstantTimeCommand
{
    /// <summary>Above it, chance is ruled out (one in 150,000).</summary>
    private const double Threshold = 4.5;

    private const int MostRounds = 3, FewestMeasurements = 40_000, MostMeasurements = 200_000;

    private static readonly TimeSpan FirstRound = TimeSpan.FromSeconds(2), Rest = TimeSpan.FromSeconds(2.5), LongestWarmUp = TimeSpan.FromSeconds(20);

    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static int Run(Options options)
    {
        if (options.Choose(TimingRows.All, row => row.Id) is not { } chosen)
            return 2;
        List<(TimingRow Row, ITimedCall Call)> calls = [.. chosen.Select(row => (row, row.Create()))];
        WarmUp([.. calls.Select(one => one.Call)]);
        List<TimingResult> results = [];
        foreach (var (row, call) in calls)
        {
            using (call)
                results.Add(Judge(row, call, options.Quick));
            var result = results[^1];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{(result.Passed ? "ok  " : "FAIL")} {row.Id,-34} t = {result.T,8:F2}   {result.Measurements} measurements, {result.Rounds} round(s){(row.Leaks ? ", a control that must leak" : "")}"));
        }
        if (options.Json is { } file)
            File.WriteAllText(file, JsonSerializer.Serialize(results, Json));
        return results.TrueForAll(result => result.Passed) ? 0 : 1;
    }

    private static TimingResult Judge(TimingRow row, ITimedCall call, bool quick)
    {
        var (t, round, measured, sign) = (0.0, 0, 0, 0);
        while (round < MostRounds)
        {
            var (fixedClass, randomClass) = Measure(call, FirstRound * (quick ? 0.3 : 1) * (1 << round));
            t = WelchTest.LargestT(fixedClass, randomClass);
            round++;
            measured += fixedClass.Count + randomClass.Count;
            // A neighbour on the machine may lift one round; a dependence lifts all of them, the same way.
            if (Math.Abs(t) <= Threshold || (sign != 0 && Math.Sign(t) != sign) || row.Leaks)
                break;
            sign = Math.Sign(t);
        }
        var leaks = Math.Abs(t) > Threshold && (sign == 0 || Math.Sign(t) == sign);
        return new(row.Id, t, round, measured, row.Leaks, leaks == row.Leaks);
    }

    private static (List<double> Fixed, List<double> Random) Measure(ITimedCall call, TimeSpan budget)
    {
        List<double> fixedClass = [], randomClass = [];
        var random = new bool[call.Slots];
        Span<byte> coins = stackalloc byte[call.Slots];
        var clock = Stopwatch.StartNew();
        while (fixedClass.Count + randomClass.Count < FewestMeasurements
            || (clock.Elapsed < budget && fixedClass.Count + randomClass.Count < MostMeasurements))
        {
            RandomNumberGenerator.Fill(coins);
            for (var slot = 0; slot < random.Length; slot++)
            {
                random[slot] = (coins[slot] & 1) == 1;
                call.Prepare(slot, random[slot]);
            }
            call.Run(0); // what preparing left in caches and predictors is not the first slot's to pay
            for (var slot = 0; slot < random.Length; slot++)
            {
                var begin = Stopwatch.GetTimestamp();
                call.Run(slot);
                var took = Stopwatch.GetTimestamp() - begin;
                (random[slot] ? randomClass : fixedClass).Add(took);
            }
        }
        return (fixedClass, randomClass);
    }

    /// <summary>All rows, until the tiered compiler rests: its last tier is what runs for years.</summary>
    private static void WarmUp(IReadOnlyList<ITimedCall> calls)
    {
        var (whole, rest, compiled) = (Stopwatch.StartNew(), Stopwatch.StartNew(), 0L);
        while (rest.Elapsed < Rest && whole.Elapsed < LongestWarmUp)
        {
            foreach (var call in calls)
            {
                for (var slot = 0; slot < call.Slots; slot++)
                    call.Prepare(slot, random: slot % 2 == 1);
                for (var slot = 0; slot < call.Slots; slot++)
                    call.Run(slot);
            }
            var now = JitInfo.GetCompiledMethodCount();
            if (now != compiled)
                rest.Restart();
            compiled = now;
        }
    }
}
