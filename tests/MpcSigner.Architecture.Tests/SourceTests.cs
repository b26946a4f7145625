using System.Text.RegularExpressions;
using Xunit;

namespace MpcSigner.Architecture.Tests;

/// <summary>House rules on files: their length, what may not stand in them, names that exist.</summary>
public class SourceTests
{
    private const int MaxLines = 350;

    /// <summary>Longer files, each with the reason it may be.</summary>
    private static readonly Dictionary<string, (int Lines, string Reason)> LongFiles = [];

    [Fact]
    public void No_source_file_is_longer_than_350_lines_without_a_reason()
    {
        var lengths = Repository.Files("src", ".cs").Concat(Repository.Files("tests", ".cs"))
            .ToDictionary(Repository.Relative, p => File.ReadLines(p).Count());
        Assert.True(lengths.Count > 30, $"{lengths.Count} files found: the tree was not read");
        Findings.None(lengths.Where(f => f.Value > (LongFiles.TryGetValue(f.Key, out var known) ? known.Lines : MaxLines)).Select(f => $"{f.Key}: {f.Value} lines"));
        Findings.None(LongFiles.Keys.Where(k => !lengths.TryGetValue(k, out var lines) || lines <= MaxLines));
    }

    [Theory]
    [InlineData(@"\bTODO\b")]
    [InlineData(@"\bFIXME\b")]
    [InlineData(@"\bHACK\b")]
    [InlineData(@"\bNotImplementedException\b")]
    [InlineData(@"\bplaceholder\b")]
    [InlineData(@"catch\s*(\([^)]*\))?\s*\{\s*\}")]
    public void Nothing_unfinished_and_nothing_swallowed_stands_in_src(string pattern)
    {
        Findings.None(Repository.Files("src", ".cs").Concat(Repository.Files("src", ".proto"))
            .Where(p => Regex.IsMatch(File.ReadAllText(p), pattern)).Select(Repository.Relative));
    }

    [Fact]
    public void Switches_over_our_enums_have_no_default_arm_silenced()
    {
        Findings.None(Repository.Files("src", ".cs").Where(p => Regex.IsMatch(File.ReadAllText(p), @"#pragma warning disable[^\n]*CS8509")).Select(Repository.Relative));
    }

    [Fact]
    public void No_project_is_a_drawer()
    {
        Findings.None(Repository.Projects("src").Where(p => Regex.IsMatch(p.Name, "Common|Utils|Helpers|Abstractions|Contracts|Shared")).Select(p => p.Name));
        Findings.None(Repository.Files("src", ".cs").Select(Repository.Relative).Where(p => Regex.IsMatch(p, "(Utils?|Helpers?|Common)(/|\\.cs$)")));
    }

    [Fact]
    public void Tags_are_unique_and_written_in_one_file()
    {
        var path = Repository.PathOf("src", "MpcSigner.Cryptography", "Transcripts", "Tags.cs");
        var tags = Sources.Matches(Sources.CodeOf(path), @"readonly Tag \w+ = new\(""([^""]+)""");
        Assert.True(tags.Count >= 20, $"{tags.Count} tags read");
        Findings.None(tags.GroupBy(t => t).Where(g => g.Count() > 1).Select(g => g.Key));

        // A tag made elsewhere would escape the uniqueness above.
        Findings.None(Repository.Files("src", ".cs").Where(p => p != path && !p.EndsWith("/Tag.cs", StringComparison.Ordinal))
            .Where(p => Regex.IsMatch(Sources.CodeOf(p), @"new Tag\(|\bTag \w+ = new\("))
            .Select(Repository.Relative));
    }

    /// <summary>Nothing that follows from a seed can be drawn from in production: there is no such class to name (spec §17, 40).</summary>
    [Fact]
    public void Only_the_systems_randomness_is_drawn_from_in_src()
    {
        var sources = Repository.Files("src", ".cs").SelectMany(path => Sources.Matches(Sources.CodeOf(path), @"class\s+(\w+)\s*(?:\([^)]*\))?\s*:[^{;]*\bIRandomSource\b")).Order();
        Assert.Equal(["MixedRandomSource", "SystemRandomSource"], sources);
    }

    /// <summary>Kinds that no test provokes, each with the reason.</summary>
    private static readonly Dictionary<string, string> Unprovoked = new()
    {
    };

    [Fact]
    public void Every_fault_kind_is_provoked_by_some_test()
    {
        var path = Repository.PathOf("src", "MpcSigner.Protocols", "Faults", "FaultKind.cs");
        var enumeration = Regex.Match(Sources.CodeOf(path), @"enum FaultKind[^{]*\{(?<body>[^}]*)\}").Groups["body"].Value;
        var kinds = Sources.Matches(enumeration, @"(?m)^\s*([A-Z]\w*)");
        Assert.True(kinds.Count >= 5, $"{kinds.Count} fault kinds read");
        var tests = string.Join('\n', Repository.Files("tests", ".cs").Where(p => !p.Contains("Architecture", StringComparison.Ordinal)).Select(Sources.CodeOf));
        Findings.None(kinds.Where(k => Regex.IsMatch(tests, $@"FaultKind\.{k}\b") == Unprovoked.ContainsKey(k)));
    }
}
