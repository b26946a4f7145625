using System.Runtime.InteropServices;

namespace MpcSigner.Benchmarks.Measuring;

/// <summary>CPU time by the kernel's own account, in nanoseconds: on a machine that is shared, wall time measures the neighbours too.</summary>
internal static partial class CpuClock
{
    private const int ProcessCpu = 2, ThreadCpu = 3;

    /// <summary>Of this thread: collections that it waits for run on it, compilation in the background does not.</summary>
    public static long Thread => Read(ThreadCpu);

    /// <summary>Of all threads, the collector's and the compiler's included.</summary>
    public static long Process => Read(ProcessCpu);

    private static long Read(int clock) => clock_gettime(clock, out var time) == 0
        ? time.Seconds * 1_000_000_000 + time.Nanoseconds
        : throw new InvalidOperationException($"clock_gettime({clock}) failed");

    [LibraryImport("libc.so.6")]
    private static partial int clock_gettime(int clockid, out Timespec tp);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Timespec
    {
        internal readonly long Seconds;
        internal readonly long Nanoseconds;
    }
}
