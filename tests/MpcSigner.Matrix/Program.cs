namespace MpcSigner.Matrix;

/// <summary>table [reports]: writes tests/MATRIX.md. gaps: writes tests/Matrix/gaps.txt. count: one line. All from the folder that holds tests/.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        const string tests = "tests";
        var catalogue = Catalogue.Load(Path.Combine(tests, "Matrix", "rows.tsv"));
        var (read, misplaced) = Claims.Read(tests);
        IReadOnlyList<Claim> claims = [.. read.SelectMany(catalogue.Resolve)];
        var wrong = misplaced.Concat(claims.Where(claim => catalogue.Find(claim.Id) is null).Select(claim => $"{claim} claims {claim.Id}, which is no row")).ToList();
        if (wrong.Count > 0)
        {
            Console.Error.WriteLine(string.Join('\n', wrong));
            return 1;
        }
        switch (arguments)
        {
            case ["table", .. var reports]:
                var outcomes = Outcomes.Load(reports);
                File.WriteAllText(Path.Combine(tests, "MATRIX.md"), Table.Write(catalogue, claims, outcomes));
                Console.WriteLine($"tests/MATRIX.md: {Table.Summary(catalogue, claims)}");
                return claims.Any(outcomes.Broke) ? 1 : 0;
            case ["gaps"]:
                GapList.Save(Path.Combine(tests, "Matrix", "gaps.txt"), catalogue.Gaps(claims));
                Console.WriteLine($"tests/Matrix/gaps.txt: {Table.Summary(catalogue, claims)}");
                return 0;
            case ["count"]:
                Console.WriteLine(Table.Summary(catalogue, claims));
                return 0;
            default:
                Console.Error.WriteLine("table [report.xml …] | gaps | count");
                return 2;
        }
    }
}
