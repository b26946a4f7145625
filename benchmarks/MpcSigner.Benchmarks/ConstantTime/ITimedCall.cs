namespace MpcSigner.Benchmarks.ConstantTime;

/// <summary>What a row measures: an operation on inputs of two classes, one always the same, the other drawn afresh.</summary>
/// <remarks>
/// Inputs lie ready in slots before anything is measured, each in memory of its own, so that no class has warmer caches. <see cref="Prepare"/> and
/// <see cref="Run"/> do the same for both classes but for the values themselves.
/// </remarks>
internal interface ITimedCall : IDisposable
{
    /// <summary>Inputs held at once.</summary>
    int Slots { get; }

    /// <summary>Fills a slot; not measured.</summary>
    /// <param name="slot">0..<see cref="Slots"/> − 1.</param>
    /// <param name="random">A fresh input of the random class; else the fixed one.</param>
    void Prepare(int slot, bool random);

    /// <summary>The measured call on a slot. Its result must go somewhere, or the compiler leaves the call out.</summary>
    void Run(int slot);
}

/// <summary>A row.</summary>
/// <param name="Id">Names it in <c>--only</c> and in the JSON.</param>
/// <param name="Create">Makes the call.</param>
/// <param name="Leaks">A control: variable time on purpose, and found so, or the instrument is blind.</param>
internal sealed record TimingRow(string Id, Func<ITimedCall> Create, bool Leaks = false);
