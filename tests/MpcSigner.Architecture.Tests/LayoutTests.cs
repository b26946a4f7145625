using System.Text.RegularExpressions;
using Xunit;

namespace MpcSigner.Architecture.Tests;

/// <summary>The tree as a newcomer meets it: a fixed top level, reproducible packages, documents that tell the truth.</summary>
public class LayoutTests
{
    private static readonly string[] TopLevel =
    [
        "MpcSigner.sln", "README.md", "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json",
        ".ci", ".config", ".github", ".editorconfig", ".gitattributes", ".gitignore",
        "src", "tests", "benchmarks", "config",
    ];

    private static readonly string[] TextFiles = [".cs", ".md", ".csproj", ".props", ".targets", ".json", ".yaml", ".yml", ".sh", ".mjs", ".py", ".proto", ".txt"];

    [Fact]
    public void The_top_level_is_fixed() => Findings.None(Repository.TopLevel().Except(TopLevel));

    [Fact]
    public void Every_project_stands_in_the_solution_and_has_a_lock_file()
    {
        var solution = File.ReadAllText(Repository.PathOf("MpcSigner.sln"));
        var projects = Repository.Files("", ".csproj").ToList();
        Assert.True(projects.Count >= 20, $"{projects.Count} projects found");
        Findings.None(projects.Where(p => !solution.Contains(Path.GetFileName(p), StringComparison.Ordinal)).Select(Repository.Relative));
        Findings.None(projects.Where(p => !File.Exists(Path.Combine(Path.GetDirectoryName(p)!, "packages.lock.json"))).Select(Repository.Relative));
    }

    [Fact]
    public void Package_versions_are_exact_and_central()
    {
        var versions = Sources.Matches(File.ReadAllText(Repository.PathOf("Directory.Packages.props")), "PackageVersion Include=\"[^\"]+\" Version=\"([^\"]+)\"");
        Assert.NotEmpty(versions);
        Findings.None(versions.Where(v => !Regex.IsMatch(v, @"^\[\d+(\.\d+)*\]$")));
        Findings.None(Repository.Files("", ".csproj").Where(p => File.ReadAllText(p).Contains("Version=\"", StringComparison.Ordinal)).Select(Repository.Relative));
    }

    [Fact]
    public void Lock_files_name_no_host()
    {
        var locks = Repository.Files("", "packages.lock.json").Concat(Repository.Files("", "package-lock.json")).ToList();
        Assert.True(locks.Count >= 20);
        Findings.None(locks.Where(p => Regex.IsMatch(File.ReadAllText(p), "\"resolved\": \"https?://")).Select(Repository.Relative));
    }

    [Fact]
    public void Nothing_names_a_path_of_one_machine_or_holds_a_private_key()
    {
        var files = TextFiles.SelectMany(s => Repository.Files("", s)).Where(p => !p.Contains("Architecture.Tests", StringComparison.Ordinal)).ToList();
        Assert.True(files.Count > 60);
        Findings.None(files.Where(p => Regex.IsMatch(File.ReadAllText(p), @"/work/(main|wt|shared)|/home/\w+/|/root/|C:\\Users\\|-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}")).Select(Repository.Relative));
    }

    /// <summary>Names in backticks that look like types must exist somewhere in the code.</summary>
    [Fact]
    public void Type_names_in_documents_exist()
    {
        var words = new HashSet<string>(
            Repository.Files("src", ".cs").Concat(Repository.Files("tests", ".cs")).Concat(Repository.Files("src", ".proto"))
                .SelectMany(p => Sources.Matches(File.ReadAllText(p), @"\b([A-Za-z_]\w*)\b")));
        words.UnionWith(Repository.Projects("").SelectMany(p => p.Packages).SelectMany(p => p.Split('.')));
        words.UnionWith(PlatformTypes());
        List<string> missing = [];
        foreach (var path in Repository.Files("", ".md").Where(p => !Repository.Relative(p).StartsWith("tests/Vectors/", StringComparison.Ordinal)))
            foreach (Match name in Regex.Matches(File.ReadAllText(path), @"`([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)(?:[.(<][^`]*)?`"))
                if (!words.Contains(name.Groups[1].Value))
                    missing.Add($"{Repository.Relative(path)}: {name.Groups[1].Value}");
        Findings.None(missing);
    }

    /// <summary>.NET's own, which a document may name as well as ours.</summary>
    private static IEnumerable<string> PlatformTypes() =>
        from known in (Type[])[typeof(object), typeof(HttpClient), typeof(System.Net.Security.SslStream), typeof(System.Security.Cryptography.SHA256)]
        from type in known.Assembly.GetExportedTypes()
        select type.Name;

    [Fact]
    public void Vectors_say_where_they_come_from()
    {
        if (!Directory.Exists(Repository.PathOf("tests", "Vectors")))
            return;
        Findings.None(Directory.EnumerateDirectories(Repository.PathOf("tests", "Vectors"))
            .Where(d => !File.Exists(Path.Combine(d, "ORIGIN.md"))).Select(Repository.Relative));
    }

    [Fact]
    public void Documents_link_to_files_that_exist()
    {
        List<string> broken = [];
        foreach (var path in Repository.Files("", ".md").Where(p => !Repository.Relative(p).StartsWith("tests/Vectors/", StringComparison.Ordinal)))
            foreach (var target in Sources.Matches(File.ReadAllText(path), @"\]\(([^)#\s]+)(?:#[^)]*)?\)"))
                if (!target.Contains("://", StringComparison.Ordinal) && !Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target)))
                    broken.Add($"{Repository.Relative(path)}: {target}");
        Findings.None(broken);
    }
}
