using Xunit;

namespace MpcSigner.Node.Tests.Cli;

/// <summary>What the command line says before it speaks to anybody.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mpcsigner-cli-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("cluster", "init")]
    [InlineData("cluster", "start")]
    [InlineData("cluster", "stop")]
    [InlineData("cluster", "status")]
    [InlineData("node", "run")]
    [InlineData("doctor")]
    [InlineData("key", "create")]
    [InlineData("key", "list")]
    [InlineData("key", "show")]
    [InlineData("sign")]
    [InlineData("cluster", "add-node")]
    [InlineData("key", "state")]
    [InlineData("key", "refresh")]
    [InlineData("key", "reshare")]
    [InlineData("key", "destroy")]
    [InlineData("key", "destroy-cancel")]
    [InlineData("key", "destructions")]
    [InlineData("node", "recover")]
    [InlineData("node", "add")]
    [InlineData("node", "replace")]
    [InlineData("node", "retire")]
    [InlineData("node", "rotate-identity")]
    [InlineData("cert", "renew")]
    [InlineData("job", "list")]
    [InlineData("job", "show")]
    [InlineData("job", "watch")]
    [InlineData("job", "cancel")]
    [InlineData("job", "sign")]
    [InlineData("job", "submit")]
    [InlineData("attempt", "list")]
    [InlineData("attempt", "abandon")]
    [InlineData("attempt", "rollback")]
    [InlineData("attempt", "erase-old")]
    [InlineData("evidence", "list")]
    [InlineData("evidence", "export")]
    [InlineData("evidence", "verify")]
    [InlineData("bench", "sign")]
    public async Task Every_verb_teaches_by_example(params string[] verb)
    {
        var help = (await CliRun.Of([.. verb, "--help"])).Ends(0);
        Assert.Contains("Examples:", help.Output, StringComparison.Ordinal);
        Assert.Contains("mpcsigner " + string.Join(' ', verb), help.Output, StringComparison.Ordinal);
        Assert.Contains("--output", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_help_lists_the_exit_codes()
    {
        var help = (await CliRun.Of("--help")).Ends(0);
        for (var code = 0; code <= 5; code++)
            Assert.Matches($@"(?m)^\s+{code}  \w", help.Output);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("key", "create", "--threshold", "two", "--nodes", "3")]
    [InlineData("key", "create", "--nodes", "3")]
    [InlineData("key", "create", "--threshold", "2", "--nodes", "3", "--suite", "ed448")]
    [InlineData("key", "create", "--threshold", "2", "--nodes", "3", "--unknown", "1")]
    [InlineData("sign", "--key", "00")]
    [InlineData("sign", "--key", "00", "--raw", "a", "--solana-message", "b")]
    [InlineData("sign", "--key", "00", "--evm-message", "a", "--evm-transaction", "0x00")]
    [InlineData("cluster", "init", "--nodes", "1")]
    [InlineData("cluster", "init", "--nodes", "17")]
    [InlineData("cluster", "init", "--hardening", "maybe")]
    [InlineData("cluster", "init", "--administrators", "17")]
    [InlineData("cluster", "init", "--administrators", "2", "--quorum", "3")]
    [InlineData("key", "reshare", "--all", "--nodes", "a,b")]
    [InlineData("key", "destroy")]
    [InlineData("attempt", "abandon", "00")]
    [InlineData("evidence", "verify", "file")]
    [InlineData("evidence", "export", "00")]
    [InlineData("bench", "sign", "--key", "00", "--digest", "00", "--rate", "0")]
    public async Task Rejects_a_wrong_command_line_with_code_2(params string[] args)
    {
        var text = (await CliRun.Of(args)).Ends(2);
        Assert.Empty(text.Output);
        Assert.Contains("Next: ", text.Error, StringComparison.Ordinal);
        var json = (await CliRun.Of([.. args, "--output", "json"])).Ends(2);
        Assert.Equal("USAGE", json.Reason);
        Assert.Equal(2, json.Json.GetProperty("exit_code").GetInt32());
    }

    [Theory]
    [InlineData("key", "list")]
    [InlineData("cluster", "start")]
    [InlineData("cluster", "stop")]
    [InlineData("cluster", "status")]
    public async Task Rejects_a_folder_without_cluster(params string[] verb)
    {
        var run = (await CliRun.Of([.. verb, "--dir", _folder, "--output", "json"])).Ends(2);
        Assert.Contains("cluster init", run.Json.GetProperty("error").GetProperty("next_step").GetString(), StringComparison.Ordinal);
    }

    /// <summary>Somebody's files are never deleted, with --reset or without.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rejects_to_make_a_cluster_in_a_folder_that_is_not_its_own(bool marked)
    {
        var precious = Path.Combine(_folder, "nodes");
        File.WriteAllText(precious, "keep me");
        if (marked)
            File.WriteAllText(Path.Combine(_folder, "mpcsigner-cluster.json"), """{ "Kind": "something else", "Version": 1, "Nodes": [] }""");
        (await CliRun.Of("cluster", "init", "--dir", _folder, "--reset", "--output", "json")).Ends(2);
        Assert.Equal("keep me", File.ReadAllText(precious));
    }

    [Fact]
    public async Task Rejects_a_policy_that_cannot_be_read_before_it_makes_any_key()
    {
        var policy = Path.Combine(_folder, "policy.yaml");
        File.WriteAllText(policy, "version: 1\nsigning: maybe\n");
        var run = (await CliRun.Of("cluster", "init", "--dir", Path.Combine(_folder, "c"), "--policy", policy, "--output", "json")).Ends(2);
        Assert.Contains("policy", run.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_folder, "c", "authority")));
    }
}
