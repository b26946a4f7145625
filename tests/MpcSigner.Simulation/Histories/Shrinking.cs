using System.Diagnostics;

namespace MpcSigner.Simulation.Histories;

/// <summary>Makes a failing history small: leaves out one part of its plan after another, as long as the same promise still breaks.</summary>
public sealed class Shrinking(ulong seed, TimeSpan time)
{
    /// <summary>Histories that were lived for it.</summary>
    public int Tries { get; private set; }

    /// <summary>The smallest that was found; the failing one itself where nothing can be left out.</summary>
    public Outcome Shrink(Outcome failing)
    {
        var watch = Stopwatch.StartNew();
        var smallest = failing;
        for (var again = true; again;)
        {
            again = false;
            foreach (var part in PlanParts.Of(smallest.Plan).ToArray())
            {
                if (watch.Elapsed >= time)
                    return smallest;
                Tries++;
                var outcome = History.Run(seed, plan: PlanParts.Without(smallest.Plan, [part]));
                if (outcome.Broken != failing.Broken)
                    continue;
                (smallest, again) = (outcome, true);
            }
        }
        return smallest;
    }
}
