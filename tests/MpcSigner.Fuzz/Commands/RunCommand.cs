using System.Diagnostics;
using System.Globalization;
using MpcSigner.Fuzz.Doors;
using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Commands;

/// <summary>run: so many inputs at each door. The inputs are offered in processes of their own, so that one that ends its process is named all the same.</summary>
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
    private const string Door = "--door", Inputs = "--inputs", Minutes = "--minutes", Seed = "--seed", First = "--first", Stride = "--stride", Trace = "--trace";

    public static int Run(string[] args)
    {
        var arguments = new Arguments(args);
        var doors = arguments.Text(Door) is { } name ? [.. AllDoors.List.Where(door => door.Name.StartsWith(name, StringComparison.Ordinal))] : AllDoors.List;
        var workers = arguments.Number("--workers", 1);
        if (arguments.Has("--help") || doors.Count == 0 || workers is 0 or > MaxWorkers)
        {
            Console.WriteLine("run [--door NAME-OR-BEGINNING] [--inputs N-A-DOOR] [--minutes M-A-DOOR] [--seed S] [--workers W]");
            return Misused;
        }
        var inputs = arguments.Number(Inputs, 1_000_000) / workers;
        var broke = 0;
        var watch = Stopwatch.StartNew();
        foreach (var door in doors)
        {
            var running = Enumerable.Range(0, (int)workers).Select(i => new Worker(
            [
                WorkerVerb, Door, door.Name, Inputs, Text(inputs), Minutes, arguments.Text(Minutes) ?? "600", Seed, Text(arguments.Number(Seed, 1)),
                First, Text((ulong)i), Stride, Text(workers),
            ])).ToArray();
            foreach (var worker in running)
                broke += worker.End() ? 0 : 1;
        }
        Console.WriteLine($"{doors.Count} doors in {watch.Elapsed.TotalSeconds:0} s: {(broke == 0 ? "nothing found" : $"{broke} found something")}");
        return broke == 0 ? Held : Broke;
    }

    public static int RunWorker(string[] args)
    {
        var arguments = new Arguments(args);
        if (AllDoors.Find(arguments.Text(Door) ?? "") is not { } door)
            return Misused;
        using var watch = new Watch(arguments.Text(Trace));
        var result = Fuzzer.Run(
            door, arguments.Number(Seed, 1), (long)arguments.Number(Inputs, 1_000), TimeSpan.FromMinutes(arguments.Real(Minutes, 1)), arguments.Number(First, 0), arguments.Number(Stride, 1), watch);
        Console.WriteLine(result);
        foreach (var finding in result.Findings)
            Console.WriteLine(finding.Describe());
        return result.Findings.Count == 0 ? Held : Broke;
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>This very program; what it prints goes where this one's goes.</summary>
    private sealed class Worker
    {
        private readonly string _trace = Path.GetTempFileName();
        private readonly Process _process;

        public Worker(IEnumerable<string> arguments) => _process = Process.Start(new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(RunCommand).Assembly.Location, .. arguments, Trace, _trace]))
            ?? throw new InvalidOperationException("dotnet does not start");

        public bool End()
        {
            _process.WaitForExit();
            var code = _process.ExitCode;
            _process.Dispose();
            if (code is not (Held or Broke))
                Console.WriteLine($"the process ended with {code} at the input: replay {Watch.ReadTrace(_trace) ?? "(none was offered)"}");
            File.Delete(_trace);
            return code == Held;
        }
    }
}
