using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace MpcSigner.Benchmarks.Measuring;

/// <summary>One row: CPU milliseconds a result, all parties together.</summary>
internal sealed record Measurement(
    string Id, double CpuMsMedian, double CpuMsMin, double CpuMsP95, int Iterations, long BytesPerParty, long AllocatedBytes)
{
    private const int FewestSamples = 3, MostSamples = 20_000;
    private const double NanosecondsInMillisecond = 1e6, NanosecondsInSecond = 1e9, QuickShare = 0.2;

    /// <summary>Warm when nothing was compiled for so long, by the clock and in CPU time, after enough calls for the last tier.</summary>
    /// <remarks>On a single core the runtime waits a whole second of quiet (ten times its usual delay) before it counts calls.</remarks>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(2.5), LongestWarmUp = TimeSpan.FromSeconds(12);

    private const double RestCpuSeconds = 0.4;

    private const int WarmCalls = 60;

    public static Measurement Of(ProtocolRow row, bool quick)
    {
        using var run = row.Create();
        var meter = new CpuMeter();
        WarmUp(run, meter);
        GC.Collect();

        var samples = new List<double>();
        var (allocated, own, excluded) = (0L, 0L, 0L);
        var process = -CpuClock.Process;
        var first = CpuClock.Thread;
        var budget = (long)(NanosecondsInSecond * (quick ? row.Seconds * QuickShare : row.Seconds));
        while (samples.Count < FewestSamples || (CpuClock.Thread - first < budget && samples.Count < MostSamples))
        {
            var begin = CpuClock.Thread;
            meter.Start();
            run.RunOnce(meter);
            var (nanoseconds, bytes) = meter.Stop();
            excluded += CpuClock.Thread - begin - nanoseconds;
            own += nanoseconds;
            allocated += bytes;
            samples.Add(nanoseconds / NanosecondsInMillisecond / run.PerRun);
        }
        process += CpuClock.Process;
        samples.Sort();
        var results = samples.Count * run.PerRun;
        return new(row.Id, samples[samples.Count / 2], samples[0], samples[samples.Count * 95 / 100], samples.Count, run.BytesPerParty, allocated / results)
        {
            // The collector's and the compiler's own threads: what the medians do not see.
            OtherThreadsShare = (double)(process - own - excluded) / process,
        };
    }

    /// <summary>The part of the process's CPU time that other threads used while this row was measured; not in the JSON.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public double OtherThreadsShare { get; private init; }

    /// <summary>Runs until the tiered compiler rests: steady state is what a node that is up for days pays.</summary>
    private static void WarmUp(IProtocolRun run, CpuMeter meter)
    {
        var (whole, rest, restSince) = (Stopwatch.StartNew(), Stopwatch.StartNew(), CpuClock.Process);
        var (calls, compiled) = (0, JitInfo.GetCompiledMethodCount());
        while ((calls < WarmCalls || rest.Elapsed < Rest || CpuClock.Process - restSince < RestCpuSeconds * NanosecondsInSecond)
            && whole.Elapsed < LongestWarmUp)
        {
            meter.Start();
            run.WarmUp(meter);
            calls++;
            var now = JitInfo.GetCompiledMethodCount();
            if (now == compiled)
                continue;
            compiled = now;
            rest.Restart();
            restSince = CpuClock.Process;
        }
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Id,-30} {CpuMsMedian,8:F3} ms median, {CpuMsMin:F3} min, {CpuMsP95:F3} p95, {BytesPerParty} bytes a party, {AllocatedBytes} bytes allocated ({Iterations} runs, other threads {OtherThreadsShare:P1})");
}
