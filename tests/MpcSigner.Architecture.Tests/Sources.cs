using System.Text.RegularExpressions;

namespace MpcSigner.Architecture.Tests;

/// <summary>Source files as text: enough for rules about names, without a compiler.</summary>
internal static partial class Sources
{
    /// <summary>The file without line comments and documentation comments.</summary>
    public static string CodeOf(string path) => LineComment().Replace(File.ReadAllText(path), "");

    /// <summary>First groups of all matches.</summary>
    public static List<string> Matches(string text, string pattern) =>
        [.. Regex.Matches(text, pattern).Select(m => m.Groups[1].Value)];

    [GeneratedRegex(@"(?m)^\s*//.*$|(?<=[;{}\s])//[^\n""]*$")]
    private static partial Regex LineComment();
}
