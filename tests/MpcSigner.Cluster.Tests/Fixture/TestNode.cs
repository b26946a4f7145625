using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>One node of a test cluster: its files, and its process while it runs.</summary>
internal sealed partial class TestNode(string name, string folder, string address) : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<string> _log = new();
    private Process? _process;

    public string Name => name;

    /// <summary>What its processes run: the node, if nothing else is said.</summary>
    public string Program { get; set; } = NodeProgram.Path;

    /// <summary>host:port.</summary>
    public string Address => address;

    public string Directory => Path.Combine(folder, name);

    public string ConfigPath => Path.Combine(folder, $"{name}.yaml");

    public string PassphrasePath => Path.Combine(folder, $"{name}.passphrase");

    public bool IsRunning => _process is { HasExited: false };

    public int ProcessId => _process?.Id ?? throw new InvalidOperationException($"node {name} does not run");

    /// <summary>What its processes said on standard error so far.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Starts a process and waits until it listens.</summary>
    /// <param name="change">Its environment and launcher, before it starts; may be null.</param>
    public Task StartAsync(Action<ProcessStartInfo>? change = null) => StartAsync("listening", change);

    /// <summary>Starts a process and waits until it waits for its operators or its token.</summary>
    public Task StartSealedAsync(Action<ProcessStartInfo>? change = null) => StartAsync("sealed", change);

    private async Task StartAsync(string word, Action<ProcessStartInfo>? change)
    {
        if (IsRunning)
            throw new InvalidOperationException($"node {name} runs already");
        var info = NodeProgram.StartInfoOf(Program, "run", "--config", ConfigPath);
        info.WorkingDirectory = folder;
        change?.Invoke(info);
        var process = Process.Start(info)!;
        _process = process;
        _ = CollectAsync(process.StandardError);
        using var limit = new CancellationTokenSource(StartLimit);
        var line = await process.StandardOutput.ReadLineAsync(limit.Token);
        if (line is null || !line.Contains($"\"{word}\"", StringComparison.Ordinal))
        {
            await process.WaitForExitAsync(limit.Token);
            throw new InvalidOperationException($"node {name} did not start (exit code {process.ExitCode}):\n{Log}");
        }
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: the process hangs, and its connections stay open.</summary>
    public void Suspend() => Signal(SIGSTOP);

    /// <summary>SIGCONT.</summary>
    public void Resume() => Signal(SIGCONT);

    public void Signal(int signal)
    {
        if (kill(ProcessId, signal) != 0)
            throw new InvalidOperationException($"node {name} cannot be signalled");
    }

    /// <summary>SIGTERM, and waits for the orderly end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        Signal(SIGTERM);
        using var limit = new CancellationTokenSource(StopLimit);
        await _process!.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process?.Dispose();
    }

    private async Task CollectAsync(StreamReader error)
    {
        while (await error.ReadLineAsync() is { } line)
            _log.Enqueue(line);
    }

    public const int SIGABRT = 6;
    private const int SIGTERM = 15;
    private const int SIGCONT = 18;
    private const int SIGSTOP = 19;

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int kill(int pid, int signal);
}
