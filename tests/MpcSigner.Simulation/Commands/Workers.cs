using System.Diagnostics;
using System.Globalization;

namespace MpcSigner.Simulation.Commands;

/// <summary>run --workers W: so many processes of this program, each with every W-th seed. Processes, since what locked memory a history leaves is counted for the whole process.</summary>
internal static class Workers
{
    public const string Stride = "--stride";
    public const ulong Most = 64;

    /// <returns>The worst exit code of all.</returns>
    public static int Run(string[] args, int count, ulong firstSeed, ulong atMost)
    {
        var kept = Without(args, "--workers", "--seed", "--max-histories");
        var running = Enumerable.Range(0, count).Select(i => Start(
        [
            RunCommand.Verb, .. kept, "--seed", Text(firstSeed + (ulong)i), Stride, Text((ulong)count),
            .. atMost == ulong.MaxValue ? Array.Empty<string>() : ["--max-histories", Text(atMost / (ulong)count + ((ulong)i < atMost % (ulong)count ? 1u : 0))],
        ])).ToArray();
        foreach (var worker in running)
            worker.WaitForExit();
        var worst = running.Max(worker => worker.ExitCode);
        foreach (var worker in running)
            worker.Dispose();
        return worst;
    }

    /// <summary>This very program; what it prints goes where this one's goes.</summary>
    private static Process Start(IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(Workers).Assembly.Location, .. arguments]))
        ?? throw new InvalidOperationException("dotnet does not start");

    private static IEnumerable<string> Without(string[] args, params string[] named)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (named.Contains(args[i]))
                i++;
            else
                yield return args[i];
        }
    }

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
