using System.Diagnostics;
using System.Globalization;

namespace MpcSigner.Simulation.Commands;

/// <summary>--workers W: so many processes of this program, each with every W-th part of the work. Processes, since what locked memory a history leaves is counted for the whole process.</summary>
internal static class Workers
{
    public const string Stride = "--stride";
    public const ulong Most = 64;

    private const string First = "--first";

    /// <summary>What they print goes where this process's own goes.</summary>
    /// <returns>The worst exit code of all.</returns>
    public static int Run(string[] args, int count)
    {
        var (worst, output) = Collect(args, count, Console.WriteLine);
        _ = output;
        return worst;
    }

    /// <summary>Runs them and keeps what they print.</summary>
    public static (int Worst, string Output) Collect(string[] args, int count, Action<string>? heard = null)
    {
        var kept = new List<string>();
        var running = Enumerable.Range(0, count).Select(i => Start(ShareOf(args, i, count), line =>
        {
            lock (kept)
            {
                kept.Add(line);
                heard?.Invoke(line);
            }
        })).ToArray();
        foreach (var worker in running)
            worker.WaitForExit();
        var worst = running.Max(worker => worker.ExitCode);
        foreach (var worker in running)
            worker.Dispose();
        return (worst, string.Join('\n', kept));
    }

    /// <summary>Every count-th seed from the i-th on, and as many of the histories; every count-th row.</summary>
    private static IEnumerable<string> ShareOf(string[] args, int i, int count)
    {
        var arguments = new Arguments(args);
        List<string> share = [.. Without(args, "--workers", "--seed", "--max-histories"), "--seed", Text(arguments.Number("--seed", 1) + (ulong)i), First, Text((ulong)i), Stride, Text((ulong)count)];
        if (arguments.Number("--max-histories", ulong.MaxValue) is < ulong.MaxValue and var atMost)
            share.AddRange(["--max-histories", Text(atMost / (ulong)count + ((ulong)i < atMost % (ulong)count ? 1u : 0))]);
        return share;
    }

    /// <summary>This very program.</summary>
    private static Process Start(IEnumerable<string> arguments, Action<string> line)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", [typeof(Workers).Assembly.Location, .. arguments]) { RedirectStandardOutput = true };
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, data) =>
        {
            if (data.Data is { } text)
                line(text);
        };
        if (!process.Start())
            throw new InvalidOperationException("dotnet does not start");
        process.BeginOutputReadLine();
        return process;
    }

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
