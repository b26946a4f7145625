namespace MpcSigner.Benchmarks.Measuring;

/// <summary>CPU time and allocation of one run, without what the run excludes: preparation, and the identity signatures that are transport's.</summary>
internal sealed class CpuMeter
{
    private long _time, _allocated;

    public void Start()
    {
        _allocated = -GC.GetAllocatedBytesForCurrentThread();
        _time = -CpuClock.Thread;
    }

    /// <summary>Nanoseconds of this thread and bytes since <see cref="Start"/>.</summary>
    public (long Nanoseconds, long AllocatedBytes) Stop() => (_time + CpuClock.Thread, _allocated + GC.GetAllocatedBytesForCurrentThread());

    /// <summary>What happens until the answer is disposed does not count.</summary>
    public Exclusion Exclude() => new(this, CpuClock.Thread, GC.GetAllocatedBytesForCurrentThread());

    /// <summary>Takes off what was measured apart.</summary>
    public void Deduct(long nanoseconds) => _time -= nanoseconds;

    internal readonly ref struct Exclusion(CpuMeter meter, long time, long allocated)
    {
        public void Dispose()
        {
            meter._allocated -= GC.GetAllocatedBytesForCurrentThread() - allocated;
            meter._time -= CpuClock.Thread - time;
        }
    }
}
