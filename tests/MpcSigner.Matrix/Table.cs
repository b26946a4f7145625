using System.Text;

namespace MpcSigner.Matrix;

/// <summary><c>tests/MATRIX.md</c>: row, tests at each level, what became of them; then the gaps.</summary>
internal static class Table
{
    public static string Write(Catalogue catalogue, IReadOnlyList<Claim> claims, Outcomes outcomes)
    {
        var text = new StringBuilder("# What is tampered with, and which tests say what follows\n\n");
        text.Append("Written by `bash tests/run.sh matrix` from [the catalogue](Matrix/rows.tsv) and the `row` traits of the tests; see [how](Matrix/README.md).\n");
        text.Append("Numbers of sections are the specification's. A line with @ is the row in one protocol.\n");
        var byId = claims.ToLookup(claim => claim.Id);
        foreach (var group in catalogue.Rows.GroupBy(row => Heading(row)))
        {
            text.Append($"\n## {group.Key}\n\n| Row | Tampered by | What | Expected | Protocol level | Between processes | Simulation | Result |\n|---|---|---|---|---|---|---|---|\n");
            foreach (var row in group)
                Write(text, row, byId, outcomes);
        }
        WriteGaps(text, catalogue, claims);
        return text.ToString();
    }

    private static void Write(StringBuilder text, Row row, ILookup<string, Claim> byId, Outcomes outcomes)
    {
        // Also what tests claim beyond what is due: the row in another protocol, or in none.
        var extra = Catalogue.Protocols.Select(protocol => $"{row.Id}@{protocol}").Append(row.Id).Where(id => byId[id].Any());
        foreach (var id in row.Variants.Concat(extra).Distinct())
        {
            var claims = byId[id].ToList();
            var due = row.Variants.Contains(id);
            var none = row.WhyNone.Length > 0 ? $"none: {row.WhyNone}" : "";
            text.Append($"| {id} | {Cell(row.TamperedBy)} | {Cell(row.What)} | {Cell(row.Expected)} | {Tests(claims, Level.Protocol, due ? none : "")} | ");
            text.Append($"{Tests(claims, Level.Processes, "")} | {Tests(claims, Level.Simulation, "")} | {outcomes.Of(claims)} |\n");
        }
    }

    private static string Tests(List<Claim> claims, Level level, string otherwise)
    {
        var names = claims.Where(claim => claim.Level == level).Select(claim => $"`{claim}`").Distinct().ToList();
        return names.Count == 0 ? otherwise : string.Join("<br>", names);
    }

    private static string Cell(string text) => text == "-" ? "" : text.Replace("|", "\\|", StringComparison.Ordinal);

    private static void WriteGaps(StringBuilder text, Catalogue catalogue, IReadOnlyList<Claim> claims)
    {
        var gaps = catalogue.Gaps(claims).ToList();
        text.Append($"\n## Gaps\n\n{Summary(catalogue, claims)}\n");
        foreach (var level in gaps.GroupBy(gap => gap.Level))
            text.Append($"\n{level.Key}: {string.Join(", ", level.Select(gap => gap.Id))}.\n");
    }

    public static string Summary(Catalogue catalogue, IReadOnlyList<Claim> claims)
    {
        var (due, gaps) = (catalogue.Due().Count(), catalogue.Gaps(claims).Count());
        return $"{catalogue.Rows.Count} rows, {due} cells due, {due - gaps} covered, {gaps} gaps, {catalogue.Rows.Count(row => row.WhyNone.Length > 0)} rows without a test by design.";
    }

    private static string Heading(Row row) => row.Id[0] switch
    {
        'T' => "Tampering (§18.3)",
        'R' => "FROST (§19.6)",
        'E' => "Edge values (§18.4)",
        'M' => "Mistakes (§17)",
        'C' => "Conditions of pair setups (§8.4)",
        'X' => "Races, copies, restarts",
        _ => "Kinds of fault (§15)",
    };
}
