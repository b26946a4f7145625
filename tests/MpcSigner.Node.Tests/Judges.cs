using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MpcSigner.Node.Tests;

/// <summary>Runs software that is not ours, in tests/judges. What is missing fails the test and says what to install.</summary>
internal static class Judges
{
    /// <summary>How long a judge may take.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly Lazy<string> Root = new(FindRoot);

    private static readonly Lazy<Task<string?>> NodeLacks = new(() => LacksAsync(
        "node",
        ["-e", "if (process.versions.node.split('.').map(Number).reduce((a, b) => a * 1000 + b) < 20019000) process.exit(1)"],
        "Node.js 20.19 or newer is needed; install it (apt-get install nodejs, or npm install -g node@22)."));

    private static readonly Lazy<Task<string?>> PythonLacks = new(() => LacksAsync(
        Python, ["-c", "import grpc, google.protobuf"], "grpcio for Python is needed: apt-get install python3-grpcio python3-protobuf"));

    private const string Python = "/usr/bin/python3";

    /// <summary>The folder tests/judges.</summary>
    public static string Folder => Path.Combine(Root.Value, "tests", "judges");

    /// <summary>The top of the repository.</summary>
    public static string Repository => Root.Value;

    /// <summary>Runs a script of tests/judges with Node.js; gives what it printed, as JSON.</summary>
    public static async Task<JsonElement> NodeAsync(string script, params string[] arguments)
    {
        await RequireNodeAsync();
        return await RunAsync("node", [Path.Combine(Folder, script), .. arguments]);
    }

    /// <summary>The same with something to read on standard input.</summary>
    public static async Task<JsonElement> NodeReadingAsync(string script, string input, params string[] arguments)
    {
        await RequireNodeAsync();
        return await RunAsync("node", [Path.Combine(Folder, script), .. arguments], input);
    }

    /// <summary>Starts a Node.js script that runs until its input ends.</summary>
    public static async Task<Process> StartNodeAsync(string script, params string[] arguments)
    {
        await RequireNodeAsync();
        return Start("node", [Path.Combine(Folder, script), .. arguments]);
    }

    /// <summary>Runs a script of tests/judges with Debian's Python; gives what it printed, as JSON.</summary>
    public static async Task<JsonElement> PythonAsync(string script, params string[] arguments)
    {
        await RequirePythonAsync();
        return await RunAsync(Python, [Path.Combine(Folder, script), .. arguments]);
    }

    /// <summary>Starts a Python script that runs until its input ends.</summary>
    public static async Task<Process> StartPythonAsync(string script, params string[] arguments)
    {
        await RequirePythonAsync();
        return Start(Python, [Path.Combine(Folder, script), .. arguments]);
    }

    private static async Task RequireNodeAsync()
    {
        if (await NodeLacks.Value is { } lack)
            Assert.Fail(lack);
        if (!Directory.Exists(Path.Combine(Folder, "node_modules")))
            Assert.Fail("The judges' packages are missing: run npm ci in tests/judges (tests/run.sh does).");
    }

    private static async Task RequirePythonAsync()
    {
        if (await PythonLacks.Value is { } lack)
            Assert.Fail(lack);
    }

    private static async Task<JsonElement> RunAsync(string program, string[] arguments, string input = "")
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The judge took longer than {Patience.TotalSeconds:0} s: {arguments[0]}");
        }

        Assert.True(process.ExitCode == 0, $"The judge {arguments[0]} failed with exit code {process.ExitCode}:\n{await errors}");
        using var json = JsonDocument.Parse(await output);
        return json.RootElement.Clone();
    }

    private static Process Start(string program, string[] arguments)
    {
        var info = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Proxies are for the world; the judges talk to loopback. No __pycache__ in the tree.
        info.Environment["no_proxy"] = "localhost,127.0.0.1";
        info.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        return Process.Start(info)!;
    }

    private static async Task<string?> LacksAsync(string program, string[] arguments, string lack)
    {
        try
        {
            using var process = Start(program, arguments);
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(Patience);
            return process.ExitCode == 0 ? null : lack;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return lack;
        }
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MpcSigner.sln")))
                return folder.FullName;
        }

        throw new DirectoryNotFoundException("The repository's top, with MpcSigner.sln, is not above " + AppContext.BaseDirectory);
    }
}
