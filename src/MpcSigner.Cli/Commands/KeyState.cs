using System.CommandLine;
using MpcSigner.Cli.Administration;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key state</c>.</summary>
internal static class KeyState
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var (administrators, keys) = (new AdministratorOptions(), new KeyOptions("All keys of the cluster"));
        var command = SharedOptions.Command("state", """
            For administrators: which generation of keys each node uses, from what all nodes can prove.
            """, "key state --key ID", "key state --all --output json");
        keys.AddTo(command);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var found = await open.Value.GetKeysAsync(keys.Read(parsed), cancellation).ConfigureAwait(false);
            report.Result(new { Keys = found.Select(Describe) }, text => Print(text, found));
            return ExitCode.Ok;
        });
        return command;
    }

    private static object Describe(KeyStatus key) => new
    {
        key.Id,
        Suite = SuiteWords.Of(key.Suite),
        Label = key.Label.Length == 0 ? null : key.Label,
        key.Generation,
        key.Threshold,
        PublicKey = Convert.ToHexStringLower(key.PublicKey.Span),
        key.Destroyed,
        Parties = key.Parties.Select(p => new { p.Node, p.Generation, p.Current, Problem = p.Problem.Length == 0 ? null : p.Problem }),
    };

    private static void Print(TextWriter text, IReadOnlyList<KeyStatus> keys) => Report.WriteTable(text, ["key", "generation", "signs", "nodes"],
        keys.Select(k => (IReadOnlyList<string>)[k.Id, k.Destroyed ? "destroyed" : $"{k.Generation}", $"{k.Threshold} of {k.Parties.Count}",
            string.Join(" ", k.Parties.Select(p => p.Current ? p.Node : $"{p.Node}({(p.Generation is { } g ? $"generation {g}" : p.Problem.Length > 0 ? "no answer" : "no share")})"))]));
}
