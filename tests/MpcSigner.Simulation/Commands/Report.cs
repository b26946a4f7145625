using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Commands;

/// <summary>How outcomes are told.</summary>
internal static class Report
{
    public static string Describe(Outcome outcome, ulong number, Selection selection) =>
        $"history {number}, seed {outcome.Seed}: BROKE {outcome.Broken}\n  {outcome.Detail}\n  {outcome.Plan}\n"
        + $"  dotnet run --project tests/MpcSigner.Simulation -c Release -- replay {outcome.Seed}{selection.OptionsFor(outcome.Plan)}";

    /// <summary>The smallest history that breaks the same promise, with its lines.</summary>
    public static Outcome Shrunk(Outcome failing, TimeSpan time)
    {
        var shrinking = new Shrinking(failing.Seed, time);
        var smallest = shrinking.Shrink(failing);
        Console.WriteLine($"shrunk in {shrinking.Tries} histories: {smallest.Plan}");
        return History.Run(smallest.Seed, chronicled: true, smallest.Plan);
    }

    public static string Summary(Series series, int failures, TimeSpan took) =>
        $"{series.Count} histories in {took.TotalSeconds:0.0} s ({series.Count / took.TotalSeconds:0.0} a second), {failures} broke a promise: "
        + $"{series.Events} effects, {series.Keys} keys, {series.Signatures} signatures, {series.Refusals} refusals, {series.Crashes} crashes, "
        + $"{series.Rotations} refreshes and reshares, {series.Recoveries} recoveries, {series.Lies} lies of {series.Cheaters} cheaters, {series.Partitions} partitions, {series.Jumps} clock jumps, {series.Disks} disks that went back, "
        + $"{series.SecondSignatures} second signatures on one digest";
}
