using System.Globalization;
using MpcSigner.Fuzz.Doors;
using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Commands;

/// <summary>replay DOOR SEED: the inputs of one episode again; replay DOOR --hex BYTES: these bytes.</summary>
internal static class ReplayCommand
{
    public const string Verb = "replay";

    private const int ShownBytes = 512;

    public static int Run(string[] args)
    {
        if (args.Length < 2 || AllDoors.Find(args[0]) is not { } door)
        {
            Console.WriteLine("replay DOOR SEED, or replay DOOR --hex BYTES; the command doors lists them");
            return RunCommand.Misused;
        }
        if (args[1] == "--hex")
        {
            using var episode = door.Begin();
            return Tell(Convert.FromHexString(args.ElementAtOrDefault(2) ?? ""), Trial.Of(door, episode, Convert.FromHexString(args.ElementAtOrDefault(2) ?? "")), 0);
        }
        if (!ulong.TryParse(args[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var seed))
            return RunCommand.Misused;
        var (worst, step) = (RunCommand.Held, 0);
        foreach (var (input, trial) in Fuzzer.Replay(door, seed))
            worst = Math.Max(worst, Tell(input, trial, step++));
        return worst;
    }

    private static int Tell(byte[] input, Trial trial, int step)
    {
        Console.WriteLine($"{step}: {(trial.Accepted ? "accepted" : "refused")} in {trial.Took.TotalMilliseconds:0.00} ms, {trial.Allocated} bytes allocated, {input.Length} bytes: "
            + Convert.ToHexStringLower(input.AsSpan(0, Math.Min(ShownBytes, input.Length))));
        if (trial.Kind is not { } kind)
            return RunCommand.Held;
        Console.WriteLine($"  {kind}: {trial.Detail}");
        return RunCommand.Broke;
    }
}
