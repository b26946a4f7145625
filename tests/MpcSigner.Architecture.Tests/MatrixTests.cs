using System.Text.RegularExpressions;
using MpcSigner.Matrix;
using Xunit;

namespace MpcSigner.Architecture.Tests;

/// <summary>The matrix of what tests owe (tests/Matrix): every claim names a row, every row is claimed or says why not, and the list of gaps is true.</summary>
public class MatrixTests
{
    private static readonly string Folder = Repository.PathOf("tests", "Matrix");

    private static readonly Catalogue Catalogue = Catalogue.Load(Path.Combine(Folder, "rows.tsv"));

    private static readonly (IReadOnlyList<Claim> Claims, IReadOnlyList<string> Misplaced) Read = Resolved(Claims.Read(Repository.PathOf("tests")));

    private static (IReadOnlyList<Claim>, IReadOnlyList<string>) Resolved((IReadOnlyList<Claim> Claims, IReadOnlyList<string> Misplaced) read) =>
        ([.. read.Claims.SelectMany(Catalogue.Resolve)], read.Misplaced);

    [Fact]
    public void Every_claim_names_a_row_and_stands_on_a_test()
    {
        Assert.True(Read.Claims.Count > 100, $"{Read.Claims.Count} claims read");
        Findings.None(Read.Misplaced);
        Findings.None(Read.Claims.Where(claim => Catalogue.Find(claim.Id) is null).Select(claim => $"{claim} claims {claim.Id}, which is no row"));
    }

    [Fact]
    public void Every_due_cell_has_a_test_or_is_a_known_gap()
    {
        var known = GapList.Load(Path.Combine(Folder, "gaps.txt"));
        var gaps = Catalogue.Gaps(Read.Claims).Select(gap => $"{gap}").ToList();
        const string mend = "run: bash tests/run.sh gaps";
        Findings.None(gaps.Except(known).Select(gap => $"{gap}: no test claims it, and gaps.txt does not say so")
            .Concat(known.Except(gaps).Select(gap => $"{gap}: gaps.txt calls it a gap, and it has a test or is not due ({mend})")));
    }

    [Fact]
    public void Every_kind_of_fault_has_its_row_and_a_test()
    {
        var path = Repository.PathOf("src", "MpcSigner.Protocols", "Faults", "FaultKind.cs");
        var body = Regex.Match(Sources.CodeOf(path), @"enum FaultKind[^{]*\{(?<body>[^}]*)\}").Groups["body"].Value;
        var kinds = Sources.Matches(body, @"(?m)^\s*([A-Z]\w*)").Select(kind => $"F-{kind}").ToList();
        Assert.True(kinds.Count >= 30, $"{kinds.Count} fault kinds read");
        Assert.Equal(kinds.Order(), Catalogue.Rows.Select(row => row.Id).Where(id => id.StartsWith("F-", StringComparison.Ordinal)).Order());
        Findings.None(kinds.Except(Read.Claims.Select(claim => claim.Id)).Select(id => $"{id}: no test"));
    }

    [Fact]
    public void Rows_are_whole_and_the_printed_lists_complete()
    {
        Findings.None(Catalogue.Rows.Where(row => row.What.Length == 0 || row.Expected.Length == 0 || row.Levels.Count == 0).Select(row => row.Id));
        var mistakes = Enumerable.Range(1, 43).Select(i => $"M{i:00}");
        var conditions = Enumerable.Range(1, 13).Select(i => $"C{i:00}");
        var tampering = Enumerable.Range(1, 28).Select(i => $"T{i:00}");
        var ids = Catalogue.Rows.Select(row => row.Id).ToList();
        Findings.None(mistakes.Concat(conditions).Except(ids).Concat(tampering.Where(id => !ids.Exists(known => known.StartsWith(id, StringComparison.Ordinal)))));
    }
}
