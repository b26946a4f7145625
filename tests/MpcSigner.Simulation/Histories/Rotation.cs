using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Histories;

/// <summary>What administrators do in a history, as far as the seed says it before.</summary>
/// <param name="Spare">Nodes beside those that make the keys: where reshares may bring them.</param>
/// <param name="Operations">Refreshes and reshares, and recoveries where something is lost.</param>
/// <param name="LosesDisk">One node's disk is lost, or goes back to what it was.</param>
public sealed record Rotation(int Spare, int Operations, bool LosesDisk)
{
    /// <param name="mayLose">There are t others than the one that loses its shares.</param>
    /// <param name="atLeast">Operations: what was in use is old only once something newer is.</param>
    public static Rotation Draw(SeededSource random, bool mayLose, int atLeast) =>
        new(random.Below(3), Math.Max(atLeast, 1 + random.Below(3)), random.Below(2) == 0 && mayLose);
}
