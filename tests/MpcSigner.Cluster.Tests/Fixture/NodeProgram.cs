using System.Diagnostics;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>Where the built node program is, and how a process of it begins.</summary>
internal static class NodeProgram
{
    /// <summary>Of the same configuration as this test assembly: …/tests/X/bin/CONFIG/net10.0 → …/src/MpcSigner.Node/bin/CONFIG/net10.0.</summary>
    public static string Path { get; } = Find("src", "MpcSigner.Node", "mpcsigner-node.dll");

    /// <summary>A node's host that cheats as it is told (tests/MpcSigner.HostileNode).</summary>
    public static string HostilePath { get; } = Find("tests", "MpcSigner.HostileNode", "MpcSigner.HostileNode.dll");

    public static ProcessStartInfo StartInfo(params IEnumerable<string> arguments) => StartInfoOf(Path, arguments);

    /// <param name="program">A program that takes the node's verbs.</param>
    /// <param name="arguments">The verb first.</param>
    public static ProcessStartInfo StartInfoOf(string program, params IEnumerable<string> arguments)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        info.ArgumentList.Add(program);
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        info.Environment["DOTNET_EnableDiagnostics"] = "0";
        return info;
    }

    /// <summary>Runs a verb that ends by itself.</summary>
    public static Task<(int ExitCode, string Output, string Error)> RunAsync(params IEnumerable<string> arguments) => RunAsync(null, arguments);

    /// <param name="change">Its environment, before it starts; may be null.</param>
    /// <param name="arguments">The verb first.</param>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(Action<ProcessStartInfo>? change, IEnumerable<string> arguments)
    {
        var info = StartInfo(arguments);
        change?.Invoke(info);
        using var process = Process.Start(info)!;
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"mpcsigner-node {string.Join(' ', arguments)} did not end");
        }
    }

    private static string Find(string folder, string project, string file)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory);
        var configuration = own.Parent!.Name;
        var root = own;
        while (root is not null && !File.Exists(System.IO.Path.Combine(root.FullName, "MpcSigner.sln")))
            root = root.Parent;
        var path = System.IO.Path.Combine(root!.FullName, folder, project, "bin", configuration, "net10.0", file);
        return File.Exists(path) ? path : throw new FileNotFoundException("build the node first", path);
    }
}
