using System.Diagnostics;
using System.Text.Json;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Cli;

/// <summary>The command line as a person or a script runs it: a process, its exit code, one JSON document.</summary>
internal sealed record CliProcess(int Code, string Output, string Error)
{
    private static readonly string Program = NodeProgram.Path.Replace("MpcSigner.Node", "MpcSigner.Cli", StringComparison.Ordinal).Replace("mpcsigner-node.dll", "mpcsigner.dll", StringComparison.Ordinal);

    public static async Task<CliProcess> RunAsync(string dir, params string[] arguments)
    {
        var (code, output, error) = await RunProgramAsync("dotnet", null, [Program, .. arguments, "--dir", dir, "--output", "json"]);
        return new(code, output, error);
    }

    /// <summary>A verb that knows no cluster's folder.</summary>
    public static async Task<CliProcess> RunBareAsync(params string[] arguments)
    {
        var (code, output, error) = await RunProgramAsync("dotnet", null, [Program, .. arguments, "--output", "json"]);
        return new(code, output, error);
    }

    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }

    public string Reason => Json.GetProperty("error").GetProperty("reason").GetString()!;

    public CliProcess Ends(int code)
    {
        Assert.True(code == Code, $"exit code {Code}, expected {code}\n{Output}\n{Error}");
        return this;
    }

    /// <summary>Has Solana's own library and tweetnacl judge a signed transaction.</summary>
    public static async Task<JsonElement> JudgeAsync(string transaction)
    {
        var script = Path.Combine(TestsFolder, "judges", "solana", "verify-transaction.mjs");
        var (code, output, error) = await RunProgramAsync("node", JsonSerializer.Serialize(new { transaction }), script);
        Assert.True(code == 0, $"the judge ended with {code}: {output}{error}");
        using var document = JsonDocument.Parse(output);
        return document.RootElement.Clone();
    }

    public static string ConfigFile(string name) => Path.Combine(TestsFolder, "..", "config", name);

    private static string TestsFolder
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder!.FullName, "MpcSigner.sln")))
                folder = folder.Parent;
            return Path.Combine(folder.FullName, "tests");
        }
    }

    private static async Task<(int Code, string Output, string Error)> RunProgramAsync(string program, string? input, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true })!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} did not end");
        }
    }
}
