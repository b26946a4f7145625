using System.Text.RegularExpressions;

namespace MpcSigner.Matrix;

/// <summary>A test that says by <c>[Trait("row", "ID")]</c> which row it covers.</summary>
/// <param name="Id">The row's id as the catalogue writes it.</param>
/// <param name="Trait">As the test writes it.</param>
internal sealed record Claim(string Id, string Trait, Level Level, string Class, string Method)
{
    public override string ToString() => $"{Class}.{Method}";
}

/// <summary>The claims that stand in the sources of the tests.</summary>
/// <remarks>Read as text, so that what is built is no condition; that each of them ran is told by the reports of a run.</remarks>
internal static partial class Claims
{
    private static readonly Dictionary<string, Level> Levels = new()
    {
        ["MpcSigner.Kernel.Tests"] = Level.Protocol,
        ["MpcSigner.Node.Tests"] = Level.Protocol,
        ["MpcSigner.Cluster.Tests"] = Level.Processes,
        ["MpcSigner.Simulation"] = Level.Simulation,
    };

    /// <summary>All claims of all tests below <paramref name="tests"/>, and what claims a row without being a test.</summary>
    public static (IReadOnlyList<Claim> Claims, IReadOnlyList<string> Misplaced) Read(string tests)
    {
        List<Claim> claims = [];
        List<string> misplaced = [];
        foreach (var (project, level) in Levels)
        {
            var folder = Path.Combine(tests, project);
            foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            {
                if (Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
                    Read(File.ReadAllText(file), level, claims, misplaced);
            }
        }
        return (claims, misplaced);
    }

    internal static void Read(string source, Level level, List<Claim> claims, List<string> misplaced)
    {
        List<string> pending = [], ofClass = [];
        var (isTest, name) = (false, "");
        foreach (Match match in Token().Matches(Comment().Replace(source, "")))
        {
            if (match.Groups["row"] is { Success: true } row)
                pending.Add(row.Value);
            else if (match.Groups["test"].Success)
                isTest = true;
            else if (match.Groups["class"] is { Success: true } type)
            {
                (name, ofClass, pending) = (type.Value, pending, []);
            }
            else if (match.Groups["method"] is { Success: true } method)
            {
                var rows = isTest ? pending.Concat(ofClass) : pending;
                if (isTest)
                    claims.AddRange(rows.Distinct().Select(id => new Claim(id, id, level, name, method.Value)));
                else
                    misplaced.AddRange(rows.Select(id => $"{name}.{method.Value} claims {id} and is no test"));
                (pending, isTest) = ([], false);
            }
        }
        misplaced.AddRange(pending.Select(id => $"{name}: {id} stands before nothing"));
    }

    [GeneratedRegex(@"Trait\(""row"",\s*""(?<row>[^""]+)""\)|\[(?:[^\]\n]*\s)?(?<test>Fact|Theory)\b|\bclass\s+(?<class>\w+)|\bpublic\s+(?:static\s+)?(?:async\s+)?(?:void|Task|ValueTask)\s+(?<method>\w+)\s*\(")]
    private static partial Regex Token();

    [GeneratedRegex(@"(?m)^\s*//.*$")]
    private static partial Regex Comment();
}
