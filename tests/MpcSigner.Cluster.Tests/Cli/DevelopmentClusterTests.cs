using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace MpcSigner.Cluster.Tests.Cli;

/// <summary>The main job as its user does it: everything through the command line, three real processes, foreign judges.</summary>
public sealed class DevelopmentClusterTests : IAsyncLifetime
{
    private readonly string _dir = Directory.CreateTempSubdirectory("mpcsigner-dev-").FullName;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Run("cluster", "stop", "--kill");
        Directory.Delete(_dir, recursive: true);
    }

    /// <summary>One story on one cluster: starting three processes is what costs time here.</summary>
    [Fact]
    public async Task The_main_job_through_the_command_line()
    {
        (await Run("cluster", "init")).Ends(0);
        (await Run("cluster", "start")).Ends(0);
        (await Run("cluster", "status")).Ends(0);
        var key = (await Run("key", "create", "--threshold", "2", "--nodes", "3", "--label", "treasury")).Ends(0).Json.GetProperty("keys")[0];
        var id = key.GetProperty("id").GetString()!;
        var address = key.GetProperty("solana_address").GetString()!;
        await SignAndJudge(id, address);
        await Denied_with_every_nodes_reason(id);
        await Survives_a_killed_node(id, address);
        await Answers_a_repetition_alike_and_refuses_another_body(id);
        (await Run("key", "create", "--threshold", "2", "--nodes", "3", "--count", "25")).Ends(0);
        Assert.Equal(26, (await Run("key", "list")).Ends(0).Json.GetProperty("keys").GetArrayLength());
        await Is_not_reset_while_it_runs();
        await Names_the_nodes_that_are_missing(id);
        Assert.Equal(["node-1"], (await Run("cluster", "stop")).Ends(0).Json.GetProperty("stopped").EnumerateArray().Select(n => n.GetString()!));
    }

    /// <summary>A process id is reused in the end: a recorded one that names somebody else's process by now is left alone.</summary>
    [Fact]
    public async Task Ends_no_foreign_process_and_reports_a_node_that_cannot_start()
    {
        (await Run("cluster", "init", "--reset")).Ends(0);
        var before = File.ReadAllText(Path.Combine(_dir, "documents", "roster.yaml"));
        using var bystander = Process.Start("sleep", "60");
        File.WriteAllText(Path.Combine(_dir, "nodes", "node-1", "node.pid"), JsonSerializer.Serialize(new { Pid = bystander.Id, StartTime = 1UL }));
        Assert.Equal(0, (await Run("cluster", "stop", "--kill")).Ends(0).Json.GetProperty("stopped").GetArrayLength());
        Assert.False(bystander.HasExited);
        bystander.Kill();

        (await Run("cluster", "init")).Ends(2);
        Assert.Equal(before, File.ReadAllText(Path.Combine(_dir, "documents", "roster.yaml")));
        (await Run("cluster", "init", "--reset")).Ends(0);
        Assert.NotEqual(before, File.ReadAllText(Path.Combine(_dir, "documents", "roster.yaml")));

        File.AppendAllText(Path.Combine(_dir, "documents", "policy.yaml"), "# changed after it was signed\n");
        var failed = (await Run("cluster", "start")).Ends(3);
        Assert.Equal("NODE_ENDED", failed.Reason);
        Assert.Contains("policy", failed.Output, StringComparison.OrdinalIgnoreCase);
    }

    private async Task Denied_with_every_nodes_reason(string id)
    {
        var denied = (await Run("sign", "--key", id, "--solana-transfer", CliProcess.ConfigFile("solana-transfer-denied.json"))).Ends(1);
        Assert.Equal("POLICY_DENIED", denied.Reason);
        Assert.Equal(["node-1", "node-2", "node-3"], denied.Json.GetProperty("error").GetProperty("nodes").EnumerateArray().Select(n => n.GetProperty("node_name").GetString()!).Order());
    }

    private async Task Survives_a_killed_node(string id, string address)
    {
        (await Run("cluster", "stop", "--node", "node-2", "--kill")).Ends(0);
        Assert.DoesNotContain("node-2", await SignAndJudge(id, address));
        (await Run("cluster", "status")).Ends(3);
        (await Run("cluster", "start", "--node", "node-2")).Ends(0);
        Assert.Contains("node-2", await SignAndJudge(id, address, "--via", "node-2"));
    }

    private async Task Answers_a_repetition_alike_and_refuses_another_body(string id)
    {
        string[] same = ["sign", "--key", id, "--solana-transfer", CliProcess.ConfigFile("solana-transfer.json"), "--idempotency-key", "invoice-17", "--issued-at", DateTimeOffset.UtcNow.ToString("O")];
        var first = (await Run(same)).Ends(0).Json;
        foreach (var node in (string[])["node-1", "node-2", "node-3"])
            Assert.Equal(first.GetProperty("signature").GetString(), (await Run([.. same, "--via", node])).Ends(0).Json.GetProperty("signature").GetString());
        Assert.Equal("IDEMPOTENCY_CONFLICT", (await Run([.. same, "--note", "another body"])).Ends(1).Reason);
    }

    private async Task Is_not_reset_while_it_runs()
    {
        var before = File.ReadAllText(Path.Combine(_dir, "documents", "roster.yaml"));
        Assert.Contains("running", (await Run("cluster", "init", "--reset")).Ends(2).Output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Path.Combine(_dir, "documents", "roster.yaml")));
    }

    private async Task Names_the_nodes_that_are_missing(string id)
    {
        (await Run("cluster", "stop", "--node", "node-2", "--node", "node-3", "--kill")).Ends(0);
        var began = Stopwatch.GetTimestamp();
        var failed = (await Run("sign", "--key", id, "--solana-transfer", CliProcess.ConfigFile("solana-transfer.json"))).Ends(3);
        Assert.Equal("TOO_FEW_NODES", failed.Reason);
        Assert.Contains("node-2", failed.Output, StringComparison.Ordinal);
        Assert.Contains("node-3", failed.Output, StringComparison.Ordinal);
        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(35), $"took {Stopwatch.GetElapsedTime(began)}");
        (await Run("key", "create", "--threshold", "2", "--nodes", "3")).Ends(3);
    }

    /// <summary>Signs the example's transfer and returns who took part.</summary>
    private async Task<IReadOnlyList<string>> SignAndJudge(string id, string address, params string[] more)
    {
        var signed = (await Run(["sign", "--key", id, "--solana-transfer", CliProcess.ConfigFile("solana-transfer.json"), .. more])).Ends(0).Json;
        var verdict = await CliProcess.JudgeAsync(signed.GetProperty("signed_transaction").GetString()!);
        Assert.True(verdict.GetProperty("valid").GetBoolean(), verdict.ToString());
        Assert.Contains(address, verdict.ToString(), StringComparison.Ordinal);
        return [.. signed.GetProperty("signers").EnumerateArray().Select(s => s.GetString()!)];
    }

    private Task<CliProcess> Run(params string[] arguments) => CliProcess.RunAsync(_dir, arguments);
}
