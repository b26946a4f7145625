using System.Xml.Linq;

namespace MpcSigner.Matrix;

/// <summary>What became of the tests that claim rows, by the reports that a run left (<c>--report-xunit</c>). They carry the traits of each test.</summary>
internal sealed class Outcomes
{
    private readonly Dictionary<(string Trait, string Method), (int Passed, int Other)> _counts = [];

    public bool IsEmpty => _counts.Count == 0;

    public static Outcomes Load(IEnumerable<string> reports)
    {
        var outcomes = new Outcomes();
        foreach (var test in reports.SelectMany(report => XDocument.Load(report).Descendants("test")))
        {
            foreach (var trait in test.Descendants("trait").Where(trait => trait.Attribute("name")?.Value == "row"))
                outcomes.Count(trait.Attribute("value")!.Value, test.Attribute("method")!.Value, test.Attribute("result")?.Value == "Pass");
        }
        return outcomes;
    }

    private void Count(string trait, string method, bool passed)
    {
        var (good, other) = _counts.GetValueOrDefault((trait, method));
        _counts[(trait, method)] = passed ? (good + 1, other) : (good, other + 1);
    }

    /// <summary>Whether the reports show the claim broken: a test of it failed or was skipped.</summary>
    public bool Broke(Claim claim) => _counts.GetValueOrDefault((claim.Trait, claim.Method)).Other > 0;

    public bool Ran(Claim claim) => _counts.ContainsKey((claim.Trait, claim.Method));

    /// <summary>For the table: "passed", how many cases, or what is wrong.</summary>
    public string Of(IReadOnlyCollection<Claim> claims)
    {
        if (IsEmpty || claims.Count == 0)
            return "";
        if (claims.Any(Broke))
            return "**FAILED**";
        var idle = claims.Count(claim => !Ran(claim));
        var passed = claims.Sum(claim => _counts.GetValueOrDefault((claim.Trait, claim.Method)).Passed);
        return idle == 0 ? $"{passed} passed" : passed == 0 ? "not run" : $"{passed} passed, {idle} not run";
    }
}
