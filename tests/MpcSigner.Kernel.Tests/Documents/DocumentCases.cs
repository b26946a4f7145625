using System.Text;
using MpcSigner.Documents;
using MpcSigner.Documents.Policies;
using MpcSigner.Documents.Rosters;
using Xunit;

namespace MpcSigner.Kernel.Tests.Documents;

/// <summary>The examples of the repository, changed in one place, and the error that this must give.</summary>
internal static class DocumentCases
{
    public static string RosterExample => Encoding.UTF8.GetString(Chains.Tree.Read("config", "roster.example.yaml"));

    public static string SecondRosterExample => Encoding.UTF8.GetString(Chains.Tree.Read("config", "roster.v2.example.yaml"));

    public static string PolicyExample => Encoding.UTF8.GetString(Chains.Tree.Read("config", "policy.example.yaml"));

    public static void RejectsRoster(string from, string to, string path, string message) => Rejects(RosterExample, from, to, path, message, ErrorsOfRoster);

    public static void RejectsSecondRoster(string from, string to, string path, string message) => Rejects(SecondRosterExample, from, to, path, message, ErrorsOfRoster);

    private static IReadOnlyList<DocumentError> ErrorsOfRoster(string text)
    {
        Assert.False(RosterDocument.TryParse(Encoding.UTF8.GetBytes(text), out var roster, out var errors));
        Assert.Null(roster);
        return errors;
    }

    public static void RejectsPolicy(string from, string to, string path, string message) => Rejects(PolicyExample, from, to, path, message, text =>
    {
        Assert.False(PolicyDocument.TryParse(Encoding.UTF8.GetBytes(text), out var policy, out var errors));
        Assert.Null(policy);
        return errors;
    });

    private static void Rejects(string example, string from, string to, string path, string message, Func<string, IReadOnlyList<DocumentError>> parse)
    {
        var at = example.IndexOf(from, StringComparison.Ordinal);
        Assert.True(at >= 0, $"the example holds no '{from}'");
        var errors = parse(example[..at] + to + example[(at + from.Length)..]);
        Assert.True(errors.Any(e => e.Path == path && e.Message.Contains(message, StringComparison.Ordinal)), string.Join('\n', errors));
    }
}
