using System.Diagnostics;
using System.Text.Json;

namespace MpcSigner.Benchmarks.Comparison;

/// <summary>One revision of the repository, built in a worktree of its own that goes when it is disposed; "." is the tree as it stands.</summary>
internal sealed class Revision : IDisposable
{
    private const string Project = "benchmarks/MpcSigner.Benchmarks";

    private readonly string _repository, _tree;

    private Revision(string name, string repository, string tree) => (Name, _repository, _tree) = (name, repository, tree);

    public string Name { get; }

    /// <summary>Checks out and builds.</summary>
    /// <exception cref="InvalidOperationException">git or the build says no; their words are in it.</exception>
    public static Revision Build(string name)
    {
        var repository = Start(Environment.CurrentDirectory, "git", "rev-parse", "--show-toplevel").Trim();
        var here = name == ".";
        var tree = here ? repository : Directory.CreateTempSubdirectory("mpcsigner-compare-").FullName;
        var revision = new Revision(name, repository, tree);
        try
        {
            if (!here)
                Start(repository, "git", "worktree", "add", "--detach", "--force", tree, name);
            Start(tree, "dotnet", "build", Project, "-c", "Release", "--nologo");
            return revision;
        }
        catch
        {
            revision.Dispose();
            throw;
        }
    }

    /// <summary>One run of the table in a process of its own.</summary>
    /// <returns>Id → median in milliseconds.</returns>
    public IReadOnlyDictionary<string, double> Measure(IReadOnlySet<string>? only)
    {
        var json = Path.GetTempFileName();
        try
        {
            string[] selection = only is null ? [] : ["--only", string.Join(',', only)];
            // Our own affinity is the child's: pinning this process pins both revisions alike.
            Start(_tree, "dotnet", [Path.Combine(_tree, Project, "bin/Release/net10.0/MpcSigner.Benchmarks.dll"), "protocols", "--quick", "--json", json, .. selection]);
            using var rows = JsonDocument.Parse(File.ReadAllBytes(json));
            return rows.RootElement.EnumerateArray()
                .ToDictionary(row => row.GetProperty("id").GetString()!, row => row.GetProperty("cpu_ms_median").GetDouble());
        }
        finally
        {
            File.Delete(json);
        }
    }

    private static string Start(string directory, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start");
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit {process.ExitCode}\n{output}{errors.Result}");
    }

    public void Dispose()
    {
        if (_tree != _repository)
            Start(_repository, "git", "worktree", "remove", "--force", _tree);
    }
}
