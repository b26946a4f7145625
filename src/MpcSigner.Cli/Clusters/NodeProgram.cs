using System.Diagnostics;

namespace MpcSigner.Cli.Clusters;

/// <summary>The node's program: another process, since this one must never come near a share.</summary>
internal sealed class NodeProgram
{
    private const string Variable = "MPCSIGNER_NODE";
    private const string FileName = "mpcsigner-node.dll";

    private NodeProgram(string path) => Path = path;

    public string Path { get; }

    /// <summary>Named by MPCSIGNER_NODE, else beside this program, else in the build output of the same working tree.</summary>
    public static NodeProgram Find()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named)
            return File.Exists(named) ? new(System.IO.Path.GetFullPath(named)) : throw CliException.Usage($"{Variable} names {named}, which is not there.", "Correct it, or unset it.");
        var here = AppContext.BaseDirectory;
        // src/MpcSigner.Cli/bin/Release/net10.0 → src/MpcSigner.Node/bin/Release/net10.0
        string[] candidates = [System.IO.Path.Combine(here, FileName), System.IO.Path.Combine(here.Replace("MpcSigner.Cli", "MpcSigner.Node", StringComparison.Ordinal), FileName)];
        return candidates.FirstOrDefault(c => File.Exists(c) && File.Exists(System.IO.Path.ChangeExtension(c, "runtimeconfig.json"))) is { } found
            ? new(found)
            : throw CliException.Usage("The node's program mpcsigner-node was not found beside this one.", $"Build the solution, or name the program in {Variable}.");
    }

    /// <summary>The command that runs it: a .dll needs the dotnet host, a published program does not.</summary>
    public IReadOnlyList<string> Command(params string[] arguments) =>
        Path.EndsWith(".dll", StringComparison.Ordinal) ? [DotnetHost, Path, .. arguments] : [Path, .. arguments];

    /// <summary>Runs it to its end; standard input and error are ours.</summary>
    /// <param name="captureOutput">Or let it write where this program writes.</param>
    /// <param name="token">The node's token, if it has one of this folder.</param>
    /// <returns>Exit code and standard output.</returns>
    public async Task<(int Code, string Output)> RunAsync(bool captureOutput, SoftToken? token, CancellationToken cancellation, params string[] arguments)
    {
        var command = Command(arguments);
        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardOutput = captureOutput, RedirectStandardError = captureOutput };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        token?.AddTo(start);
        using var process = Process.Start(start) ?? throw new InvalidOperationException("no process was started");
        var output = captureOutput ? process.StandardOutput.ReadToEndAsync(cancellation) : Task.FromResult("");
        var errors = captureOutput ? process.StandardError.ReadToEndAsync(cancellation) : Task.FromResult("");
        // An interrupt at the terminal reaches the node too, which then ends by itself.
        await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        var text = await output.ConfigureAwait(false);
        var problem = await errors.ConfigureAwait(false);
        return (process.ExitCode, process.ExitCode == 0 ? text : text + problem);
    }

    public static string DotnetHost => Environment.ProcessPath is { } self && System.IO.Path.GetFileNameWithoutExtension(self) == "dotnet" ? self : "dotnet";
}
