using System.Diagnostics;
using System.Globalization;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>One row: CPU milliseconds a result, all parties together.</summary>
internal sealed record Measurement(
    string Id, double CpuMsMedian, double CpuMsMin, double CpuMsP95, int Iterations, long BytesPerParty, long AllocatedBytes)
{
    public static Measurement Of(string id, int iterations, IProtocolRun run)
    {
        for (var i = 0; i < Math.Max(1, iterations / 5); i++)
            run.RunOnce(); // warm: JIT, slabs, native libraries

        var samples = new double[iterations];
        var process = Process.GetCurrentProcess();
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < iterations; i++)
        {
            // A pinned, otherwise idle process: wall time of this thread is its CPU time, at a finer grain than the kernel's accounting.
            var begin = Stopwatch.GetTimestamp();
            run.RunOnce();
            samples[i] = Stopwatch.GetElapsedTime(begin).TotalMilliseconds / run.PerRun;
        }
        allocated = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / iterations / run.PerRun;
        Array.Sort(samples);
        process.Refresh();
        return new(id, samples[iterations / 2], samples[0], samples[Math.Min(iterations - 1, iterations * 95 / 100)], iterations, run.BytesPerParty, allocated);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Id,-30} {CpuMsMedian,8:F3} ms median, {CpuMsMin:F3} min, {CpuMsP95:F3} p95, {BytesPerParty} bytes a party, {AllocatedBytes} bytes allocated ({Iterations} runs)");
}
