using System.Diagnostics;
using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Commands;

/// <summary>Histories of ascending seeds.</summary>
/// <param name="selection">Whose plans they have.</param>
/// <param name="stride">From one seed to the next.</param>
internal sealed class Series(ulong firstSeed, ulong atMost, TimeSpan time, Selection selection, ulong stride = 1)
{
    public ulong Count { get; private set; }

    public int Events { get; private set; }

    public int Signatures { get; private set; }

    public int Keys { get; private set; }

    public int Crashes { get; private set; }

    public int Refusals { get; private set; }

    public int SecondSignatures { get; private set; }

    /// <summary>Refreshes and reshares that some node has carried out.</summary>
    public int Rotations { get; private set; }

    public int Recoveries { get; private set; }

    public int Lies { get; private set; }

    public int Cheaters { get; private set; }

    public int Partitions { get; private set; }

    public int Jumps { get; private set; }

    /// <summary>Lost, or restored from a backup.</summary>
    public int Disks { get; private set; }

    public IEnumerable<Outcome> Run()
    {
        var watch = Stopwatch.StartNew();
        for (var seed = firstSeed; Count < atMost && watch.Elapsed < time; seed += stride)
        {
            if (selection.PlanOf(seed) is not { } plan)
                continue;
            var outcome = History.Run(seed, plan: plan);
            Count++;
            Events += outcome.Tally.Events;
            Signatures += outcome.Tally.Signatures;
            Keys += outcome.Tally.Keys;
            Crashes += outcome.Tally.Crashes;
            Refusals += outcome.Tally.Refusals;
            SecondSignatures += outcome.Tally.SecondSignatures;
            Rotations += outcome.Tally.Rotations;
            Recoveries += outcome.Tally.Recoveries;
            Lies += outcome.Lies.Count;
            Cheaters += outcome.Plan.Cheaters.Count;
            Partitions += outcome.Plan.Partitions;
            Jumps += outcome.Plan.Jumps;
            Disks += outcome.Plan.Rotation is { LosesDisk: true } ? 1 : 0;
            yield return outcome;
        }
    }
}
