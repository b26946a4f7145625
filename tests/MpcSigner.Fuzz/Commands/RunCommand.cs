using System.Diagnostics;
using System.Globalization;
using MpcSigner.Fuzz.Doors;
using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Commands;

/// <summary>run: so many inputs at each door. They are offered in processes of their own, so that one that ends its process is named all the same.</summary>
internal static class RunCommand
{
    public const string Verb = "run";

    /// <summary>What a process of <see cref="Verb"/> runs.</summary>
    public const string WorkerVerb = "worker";

    /// <summary>Exit codes: nothing found; something found; wrong use.</summary>
    public const int Held = 0;
    public const int Broke = 1;
    public const int Misused = 2;

    private const ulong MaxWorkers = 64;
    private const string Door = "--door", Inputs = "--inputs", Minutes = "--minutes", Seed = "--seed", First = "--first", Stride = "--stride", Trace = "--trace", After = "--after";

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        var workers = arguments.Number("--workers", 1);
        var doors = Chosen(arguments);
        if (arguments.Has("--help") || doors.Count == 0 || workers is 0 or > MaxWorkers)
        {
            Console.WriteLine("run [--door NAME-OR-BEGINNING] [--inputs N-A-DOOR] [--minutes M-A-DOOR] [--seed S] [--workers W]");
            return Misused;
        }
        string[] kept =
        [
            Door, arguments.Text(Door) ?? "", Inputs, Text(arguments.Number(Inputs, 1_000_000) / workers), Minutes, arguments.Text(Minutes) ?? "600",
            Seed, Text(arguments.Number(Seed, 1)), Stride, Text(workers),
        ];
        var watch = Stopwatch.StartNew();
        var broke = new int[workers];
        Parallel.For(0, (int)workers, new ParallelOptions { MaxDegreeOfParallelism = (int)workers }, i => broke[i] = RunThrough([.. kept, First, Text((ulong)i)], doors));
        Console.WriteLine($"{doors.Count} doors in {watch.Elapsed.TotalSeconds:0} s: {(broke.Sum() == 0 ? "nothing found" : "something found")}");
        return broke.Sum() == 0 ? Held : Broke;
    }

    /// <summary>Process after process: one that dies at a door is followed by one that begins behind it.</summary>
    private static int RunThrough(string[] arguments, IReadOnlyList<Door> doors)
    {
        var (broke, after) = (0, "");
        while (true)
        {
            var trace = Path.GetTempFileName();
            using var process = Process.Start(new ProcessStartInfo(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(RunCommand).Assembly.Location, WorkerVerb, .. arguments, After, after, Trace, trace]))
                ?? throw new InvalidOperationException("dotnet does not start");
            process.WaitForExit();
            var last = Watch.ReadTrace(trace);
            File.Delete(trace);
            if (process.ExitCode is Held or Broke)
                return broke + process.ExitCode;
            Console.WriteLine($"a process ended with {process.ExitCode} at the input: replay {last ?? "(none was offered)"}");
            broke++;
            after = last?.Split(' ')[0] ?? "";
            if (after.Length == 0 || after == doors[^1].Name)
                return broke;
        }
    }

    public static int RunWorker(string[] args)
    {
        var arguments = new Arguments(args);
        using var watch = new Watch(arguments.Text(Trace));
        var found = false;
        var after = arguments.Text(After) ?? "";
        foreach (var door in after.Length == 0 ? Chosen(arguments) : Chosen(arguments).SkipWhile(door => door.Name != after).Skip(1))
        {
            var result = Fuzzer.Run(door, arguments.Number(Seed, 1), (long)arguments.Number(Inputs, 1_000), TimeSpan.FromMinutes(arguments.Real(Minutes, 1)),
                arguments.Number(First, 0), arguments.Number(Stride, 1), watch);
            Console.WriteLine(string.Join('\n', result.Findings.Select(finding => finding.Describe()).Prepend(result.ToString())));
            found |= result.Findings.Count > 0;
        }
        return found ? Broke : Held;
    }

    private static IReadOnlyList<Door> Chosen(Arguments arguments) =>
        arguments.Text(Door) is { } name ? [.. AllDoors.List.Where(door => door.Name.StartsWith(name, StringComparison.Ordinal))] : AllDoors.List;

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
