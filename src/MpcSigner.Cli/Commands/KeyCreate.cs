using System.CommandLine;
using System.Diagnostics;
using MpcSigner.Cli.Output;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary><c>key create</c>.</summary>
internal static class KeyCreate
{
    /// <summary>More keys than this are counted and not listed, except as JSON.</summary>
    private const int MaxListed = 20;

    public static Command Create(Func<Command, Runner> bind)
    {
        var client = new ClientOptions();
        var threshold = new Option<int>("--threshold") { HelpName = "T", Description = "How many nodes sign together: 2 to the number of nodes", Required = true };
        var nodes = new Option<int>("--nodes") { HelpName = "N", Description = "How many nodes hold a share: 2 to 16", Required = true };
        var names = new Option<string[]>("--node") { HelpName = "NAME", Description = "A node that shall hold a share; as often as there are nodes, or not at all" };
        var count = new Option<int>("--count") { HelpName = "COUNT", Description = "How many keys, 1 to 1000, made in one protocol run", DefaultValueFactory = _ => 1 };
        var label = new Option<string?>("--label") { HelpName = "LABEL", Description = "A label; of several keys each gets it with -1, -2, … behind" };
        var suite = new Option<string>("--suite") { Description = "What the keys sign with, see above", DefaultValueFactory = _ => SuiteWords.Of(KeySuite.Ed25519) };
        suite.AcceptOnlyFromAmong(SuiteWords.All);
        var raw = new Option<bool>("--allow-raw") { Description = "The keys may sign raw bytes too, where policy allows it" };
        var via = SharedOptions.Via();
        var (idempotency, issued) = (SharedOptions.IdempotencyKey(), SharedOptions.IssuedAt());
        var command = SharedOptions.Command("create", """
            Make keys together with the nodes and verify each key's commit certificate: all nodes of the key must have signed
            its record for this very request. Prints id, public key and addresses.


            """ + SuiteWords.Help, "key create --threshold 2 --nodes 3", "key create --threshold 2 --nodes 3 --count 500 --label wallet --output json", "key create --threshold 3 --nodes 5 --label treasury --suite ecdsa-secp256k1");
        foreach (var option in (Option[])[threshold, nodes, names, count, label, suite, raw, idempotency, issued, via, .. client.All])
            command.Options.Add(option);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var connection = await MpcSignerClient.ConnectAsync(client.Load(parsed) with { PreferredNode = parsed.GetValue(via) }, cancellation).ConfigureAwait(false);
            var began = Stopwatch.GetTimestamp();
            var keys = await connection.CreateKeysAsync(new()
            {
                Threshold = parsed.GetValue(threshold),
                Nodes = parsed.GetValue(nodes),
                NodeNames = parsed.GetValue(names) ?? [],
                Count = parsed.GetValue(count),
                Labels = Labels(parsed.GetValue(label), parsed.GetValue(count)),
                Suite = SuiteWords.Read(parsed.GetValue(suite)!),
                Use = parsed.GetValue(raw) ? KeyUse.TransactionsAndRaw : KeyUse.Transactions,
                IdempotencyKey = parsed.GetValue(idempotency),
                IssuedAt = parsed.GetValue(issued),
            }, new ProgressLines(report), cancellation).ConfigureAwait(false);
            var took = Stopwatch.GetElapsedTime(began);
            report.Result(new { Verified = keys.Count, Seconds = Math.Round(took.TotalSeconds, 3), Keys = keys.Select(KeyText.Describe) }, text => Print(text, keys, took));
            return ExitCode.Ok;
        });
        return command;
    }

    private static IReadOnlyList<string> Labels(string? label, int count) =>
        label is null ? [] : count == 1 ? [label] : [.. Enumerable.Range(1, Math.Clamp(count, 0, 1_000)).Select(i => $"{label}-{i}")];

    private static void Print(TextWriter text, IReadOnlyList<SigningKey> keys, TimeSpan took)
    {
        if (keys.Count == 1)
            KeyText.Print(text, keys[0]);
        else
            KeyText.PrintTable(text, keys.Take(MaxListed));
        if (keys.Count > MaxListed)
            text.WriteLine($"… and {keys.Count - MaxListed} more (mpcsigner key list shows all)");
        text.WriteLine($"{keys.Count} key{(keys.Count == 1 ? "" : "s")} made in {took.TotalSeconds:0.00} s; every commit certificate was verified against the roster and this request.");
    }

    /// <summary>One line a stage, so that a log stays readable; the last stage counts up in hundreds.</summary>
    private sealed class ProgressLines(Report report) : IProgress<KeyCreationProgress>
    {
        private string _last = "";

        public void Report(KeyCreationProgress value)
        {
            var line = $"  {value.Stage}: {value.Done} of {value.Total}";
            if (line == _last)
                return;
            _last = line;
            report.Progress(line);
        }
    }
}
