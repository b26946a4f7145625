using System.Xml.Linq;

namespace MpcSigner.Architecture.Tests;

/// <summary>The working tree these tests judge: found above the test's own folder, read as it stands (no git needed).</summary>
internal static class Repository
{
    private static readonly HashSet<string> Generated = ["bin", "obj", "node_modules", ".git", ".vs", ".idea", "TestResults", "BenchmarkDotNet.Artifacts", "StrykerOutput", "dev-cluster"];

    public static string Root { get; } = FindRoot();

    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Relative path with forward slashes.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    /// <summary>Every file that is ours, below <paramref name="folder"/> (relative; empty for all), whose name ends in <paramref name="suffix"/>.</summary>
    public static IEnumerable<string> Files(string folder, string suffix)
    {
        var pending = new Stack<string>();
        pending.Push(PathOf(folder));
        while (pending.TryPop(out var current))
        {
            if (!Directory.Exists(current))
                continue;
            foreach (var file in Directory.EnumerateFiles(current))
                if (file.EndsWith(suffix, StringComparison.Ordinal))
                    yield return file;
            foreach (var child in Directory.EnumerateDirectories(current))
                if (!Generated.Contains(Path.GetFileName(child)))
                    pending.Push(child);
        }
    }

    public static IEnumerable<string> TopLevel() =>
        Directory.EnumerateFileSystemEntries(Root).Select(e => Path.GetFileName(e)).Where(n => !Generated.Contains(n));

    public static IReadOnlyList<Project> Projects(string folder) =>
        [.. Files(folder, ".csproj").Select(Project.Read).OrderBy(p => p.Name, StringComparer.Ordinal)];

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "MpcSigner.sln")))
                return folder;
        throw new InvalidOperationException("the tests run from a build inside the working tree");
    }
}

/// <summary>What a project file references. Names are short: "Core" for MpcSigner.Core.</summary>
internal sealed record Project(string Name, IReadOnlyList<string> References, IReadOnlyList<string> Packages, IReadOnlyList<string> Frameworks)
{
    public static Project Read(string path)
    {
        var document = XDocument.Load(path);
        return new(
            Short(Path.GetFileNameWithoutExtension(path)),
            [.. Includes(document, "ProjectReference").Select(r => Short(Path.GetFileNameWithoutExtension(r)))],
            [.. Includes(document, "PackageReference")],
            [.. Includes(document, "FrameworkReference")]);
    }

    private static IEnumerable<string> Includes(XDocument document, string element) =>
        document.Descendants(element).Select(e => e.Attribute("Include")?.Value).OfType<string>();

    private static string Short(string name) => name.StartsWith("MpcSigner.", StringComparison.Ordinal) ? name["MpcSigner.".Length..] : name;
}
