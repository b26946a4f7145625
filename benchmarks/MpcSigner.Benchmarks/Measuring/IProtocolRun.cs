namespace MpcSigner.Benchmarks.Measuring;

/// <summary>Something to run again and again. <see cref="PerRun"/> results come of one run; figures are a result's.</summary>
internal interface IProtocolRun : IDisposable
{
    int PerRun { get; }

    /// <summary>Bytes the busiest party sent in the last run, payloads only, for each result.</summary>
    long BytesPerParty { get; }

    /// <summary>One run; the meter runs from before to after and leaves out what the run excludes.</summary>
    void RunOnce(CpuMeter meter);

    /// <summary>What is repeated until the compiler rests: the run itself, or a smaller one through the same code.</summary>
    void WarmUp(CpuMeter meter) => RunOnce(meter);
}

/// <summary>A row of the table.</summary>
/// <param name="Id">As it stands in the JSON.</param>
/// <param name="Seconds">How long it is measured once it is warm.</param>
/// <param name="Create">Makes what is run; its own cost is not measured.</param>
/// <param name="ByNameOnly">Left out unless <c>--only</c> names it.</param>
internal sealed record ProtocolRow(string Id, double Seconds, Func<IProtocolRun> Create, bool ByNameOnly = false);
