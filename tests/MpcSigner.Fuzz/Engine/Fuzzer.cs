using System.Diagnostics;
using MpcSigner.Fuzz.Mutation;

namespace MpcSigner.Fuzz.Engine;

/// <summary>What a door has been through.</summary>
internal sealed record DoorResult(
    Door Door, long Inputs, long Accepted, TimeSpan Took, TimeSpan Slowest, long MostAllocated, IReadOnlyList<Finding> Findings)
{
    public double PerSecond => Inputs / Math.Max(0.001, Took.TotalSeconds);

    public override string ToString() =>
        $"{Door.Name,-34} {Inputs,9} inputs {PerSecond,9:0}/s  {100.0 * Accepted / Math.Max(1, Inputs),5:0.0} % accepted  slowest {Slowest.TotalMilliseconds,6:0.0} ms  "
        + $"most {MostAllocated / 1024,6} KiB{(Findings.Count == 0 ? "" : $"  {Findings.Count} FINDINGS")}";
}

/// <summary>Offers a door its seeds, then mutations of them, until number or time ends it.</summary>
internal static class Fuzzer
{
    /// <summary>Of one door: the same mistake is seldom worth more.</summary>
    private const int MaxFindings = 5;

    /// <summary>A pause of the machine is not the door's: what was slow or large is offered again before it counts.</summary>
    private const int SecondLooks = 2;

    /// <param name="seed">Of the run. Episode e of it is the same whatever the number of workers.</param>
    /// <param name="stride">Takes each so many-th episode, beginning with <paramref name="first"/>.</param>
    /// <param name="watch">Told of each input before it is offered.</param>
    public static DoorResult Run(
        Door door, ulong seed, long inputs, TimeSpan time, ulong first = 0, ulong stride = 1, Watch? watch = null)
    {
        watch ??= Watch.None;
        var findings = new List<Finding>();
        foreach (var finding in CheckSeeds(door, watch))
            findings.Add(finding);
        var clock = Stopwatch.StartNew();
        var (offered, accepted, slowest, most) = (0L, 0L, TimeSpan.Zero, 0L);
        for (var e = first; offered < inputs && clock.Elapsed < time && findings.Count < MaxFindings; e += stride)
        {
            var episodeSeed = EpisodeSeed(door, seed, e);
            using var episode = door.Begin();
            for (var step = 0; step < door.EpisodeLength && offered < inputs; step++)
            {
                var input = InputOf(door, episodeSeed, step);
                watch.Offering(door, episodeSeed, step);
                var trial = Offer(door, episode, input);
                watch.Done();
                offered++;
                accepted += trial.Accepted ? 1 : 0;
                slowest = trial.Took > slowest ? trial.Took : slowest;
                most = Math.Max(most, trial.Allocated);
                if (trial.Kind is not { } kind)
                    continue;
                var smaller = Minimiser.Minimise(door, input, trial);
                findings.Add(new(door.Name, kind, episodeSeed, step, smaller, trial.Detail));
                break;
            }
            if (door.EpisodeLength > 1 && Trial.OfEnd(episode) is { Kind: { } failed } ended)
                findings.Add(new(door.Name, failed, episodeSeed, door.EpisodeLength, [], ended.Detail));
        }
        return new(door, offered, accepted, clock.Elapsed, slowest, most, findings);
    }

    /// <summary>All inputs of one episode again.</summary>
    public static IEnumerable<(byte[] Input, Trial Trial)> Replay(Door door, ulong episodeSeed)
    {
        using var episode = door.Begin();
        for (var step = 0; step < door.EpisodeLength; step++)
        {
            var input = InputOf(door, episodeSeed, step);
            yield return (input, Offer(door, episode, input));
        }
        if (door.EpisodeLength > 1)
            yield return ([], Trial.OfEnd(episode));
    }

    public static ulong EpisodeSeed(Door door, ulong seed, ulong episode) => Dice.Mix(Dice.Mix(seed, Dice.Of(door.Name)), episode);

    private static byte[] InputOf(Door door, ulong episodeSeed, int step) => Mutator.Make(door.Grammar, door.Seeds, new Dice(Dice.Mix(episodeSeed, (ulong)step)));

    private static Trial Offer(Door door, IEpisode episode, byte[] input)
    {
        var trial = Trial.Of(door, episode, input);
        for (var again = 0; again < SecondLooks && door.EpisodeLength == 1 && trial.Kind is FindingKind.Slow or FindingKind.Large; again++)
            trial = Trial.Of(door, episode, input);
        return trial;
    }

    private static IEnumerable<Finding> CheckSeeds(Door door, Watch watch)
    {
        Wrong.If(door.Seeds.Count == 0, $"{door.Name} has no seed");
        foreach (var seed in door.Seeds)
        {
            using var episode = door.Begin();
            watch.Offering(door, 0, -1);
            var trial = Offer(door, episode, seed);
            watch.Done();
            if (trial.Kind is { } kind)
                yield return new(door.Name, kind, 0, -1, seed, "a seed: " + trial.Detail);
            else if (door.AcceptsSeeds && !trial.Accepted)
                yield return new(door.Name, FindingKind.SeedRefused, 0, -1, seed, "a valid input was refused");
        }
    }
}
