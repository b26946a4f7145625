using System.Diagnostics;

namespace MpcSigner.Fuzz.Engine;

/// <summary>Makes a failing input smaller while it fails in the same way: pieces go, then bytes become zero.</summary>
internal static class Minimiser
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(5);

    public static byte[] Minimise(Door door, byte[] input, Trial failed)
    {
        // What a door with a memory did may not be repeated by one input alone.
        if (door.EpisodeLength > 1 || failed.Kind is FindingKind.Slow)
            return input;
        var watch = Stopwatch.StartNew();
        bool StillFails(byte[] smaller)
        {
            using var episode = door.Begin();
            var trial = Trial.Of(door, episode, smaller);
            return trial.Kind == failed.Kind && trial.Signature == failed.Signature;
        }
        var best = input;
        for (var piece = Math.Max(1, best.Length / 2); piece >= 1; piece /= 2)
        {
            for (var at = 0; at + piece <= best.Length && watch.Elapsed < Time;)
            {
                byte[] without = [.. best.AsSpan(0, at), .. best.AsSpan(at + piece)];
                if (StillFails(without))
                    best = without;
                else
                    at += piece;
            }
        }
        for (var at = 0; at < best.Length && watch.Elapsed < Time; at++)
        {
            byte[] zeroed = [.. best];
            zeroed[at] = 0;
            if (best[at] != 0 && StillFails(zeroed))
                best = zeroed;
        }
        return best;
    }
}
