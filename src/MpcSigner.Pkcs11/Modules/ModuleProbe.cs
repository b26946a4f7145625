using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MpcSigner.Pkcs11.Faults;

namespace MpcSigner.Pkcs11.Modules;

/// <summary>Tries a module in a child process before this one loads it: foreign code may crash, and no caller can catch that.</summary>
public static class ModuleProbe
{
    /// <summary>The child's answer, among whatever a module prints.</summary>
    private const string Mark = "mpcsigner-pkcs11-probe ";

    /// <summary>Bytes of the child's output that are looked at.</summary>
    private const int MaxOutput = 1 << 20;

    /// <summary>A process that a signal ended shows this plus the signal's number.</summary>
    private const int SignalBase = 128;

    private static readonly TimeSpan ListingLimit = TimeSpan.FromSeconds(20);

    /// <summary>Starts the program with a module's path, and says what became of it.</summary>
    /// <param name="program">What to start.</param>
    /// <param name="path">The module.</param>
    /// <param name="limit">Above zero; the child is killed after it.</param>
    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.Misuse"/>: the program itself cannot be started.</exception>
    public static ProbeReport Run(ProbeProgram program, string path, TimeSpan limit)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        try
        {
            // What can be told without a child is told at once, and a child is not asked to load it.
            ModuleFile.Check(path);
        }
        catch (Pkcs11Exception e)
        {
            return new(ProbeOutcome.Refused, path, e.Message, e.NextStep, null, null);
        }
        using var child = Start(program, path);
        child.StandardInput.Close();
        var output = ReadBounded(child.StandardOutput);
        var errors = ReadBounded(child.StandardError);
        if (!child.WaitForExit(limit))
        {
            child.Kill(entireProcessTree: true);
            child.WaitForExit();
            return new(
                ProbeOutcome.Hung, path, $"the module {path} did not load and answer within {limit.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s.",
                "Check what the module waits for (its server, its configuration); see its own log.", null, null);
        }
        Task.WaitAll(output, errors);
        return Judge(path, child.ExitCode, output.Result);
    }

    /// <summary>What the hidden verb does: loads and initialises the module, lists its tokens, writes what it found.</summary>
    /// <param name="path">The module.</param>
    /// <param name="output">Standard output.</param>
    /// <param name="clock">Measures time limits.</param>
    /// <returns>The exit code: 0, whether the module is usable or refused.</returns>
    public static int RunChild(string path, TextWriter output, TimeProvider clock)
    {
        ProbeLine line;
        try
        {
            using var module = CryptokiModule.Load(path, new ModuleOptions(), clock);
            var tokens = module.ListTokens(ListingLimit).Count;
            line = new(true, string.Create(CultureInfo.InvariantCulture, $"{module.Description.Library} {module.Description.LibraryVersion} of {module.Description.Manufacturer}, {tokens} token(s)"), "", module.Description);
        }
        catch (Pkcs11Exception e)
        {
            line = new(false, e.Message, e.NextStep, null);
        }
        output.WriteLine();
        output.WriteLine(Mark + JsonSerializer.Serialize(line, ProbeLineContext.Default.ProbeLine));
        output.Flush();
        return 0;
    }

    private static ProbeReport Judge(string path, int exitCode, string output)
    {
        var start = output.LastIndexOf(Mark, StringComparison.Ordinal);
        var answered = start >= 0 && ProbeLine.TryRead(output[(start + Mark.Length)..].Split('\n')[0], out var line) ? line : null;
        if (exitCode > SignalBase)
        {
            var signal = exitCode - SignalBase;
            var when = answered is null ? "while it was loaded and initialised" : "when it was ended";
            return new(
                ProbeOutcome.Crashed, path, string.Create(CultureInfo.InvariantCulture, $"the module {path} crashed {when} (signal {signal}, {NameOf(signal)})."),
                "Do not use this build of the module: ask its vendor, and check that it is meant for this system.", signal, null);
        }
        if (exitCode != 0 || answered is null)
        {
            return new(
                ProbeOutcome.Crashed, path, string.Create(CultureInfo.InvariantCulture, $"the module {path} ended its process with exit code {exitCode} and without an answer."),
                "See the module's own log; ask its vendor.", null, null);
        }
        return answered.Usable
            ? new(ProbeOutcome.Usable, path, answered.Detail, "", null, answered.Module)
            : new(ProbeOutcome.Refused, path, answered.Detail, answered.NextStep, null, null);
    }

    private static Process Start(ProbeProgram program, string path)
    {
        var info = new ProcessStartInfo(program.Executable) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in program.Arguments)
            info.ArgumentList.Add(argument);
        info.ArgumentList.Add(path);
        // A crash that is expected needs no dump.
        info.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        try
        {
            return Process.Start(info) ?? throw new InvalidOperationException("no process");
        }
        catch (Win32Exception e)
        {
            throw new Pkcs11Exception(Pkcs11Failure.Misuse, null, $"{program.Executable} cannot be started to probe a module: {e.Message}", inner: e);
        }
    }

    /// <summary>Reads to the end, and keeps the last part: a module that prints without end fills no memory.</summary>
    private static async Task<string> ReadBounded(StreamReader reader)
    {
        var kept = new System.Text.StringBuilder();
        var block = new char[4_096];
        int read;
        while ((read = await reader.ReadAsync(block).ConfigureAwait(false)) > 0)
        {
            kept.Append(block, 0, read);
            if (kept.Length > MaxOutput)
                kept.Remove(0, kept.Length - (MaxOutput / 2));
        }
        return kept.ToString();
    }

    private static string NameOf(int signal) => signal switch
    {
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        15 => "SIGTERM",
        _ => "unnamed here",
    };
}
