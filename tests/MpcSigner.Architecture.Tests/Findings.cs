using Xunit;

namespace MpcSigner.Architecture.Tests;

/// <summary>What a rule found wrong, shown whole: an assertion that cuts the list hides half the work.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string> wrong)
    {
        var list = wrong.Order(StringComparer.Ordinal).ToList();
        Assert.True(list.Count == 0, string.Join("\n  ", [$"{list.Count} finding(s):", .. list]));
    }
}
