using System.Security.Cryptography;
using MpcSigner.Client;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Rosters;
using Xunit;

namespace MpcSigner.Node.Tests.Cli;

/// <summary>The roster on the command line, without a node: what administrators read, compare and sign.</summary>
public sealed class RosterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mpcsigner-rosters-").FullName;
    private readonly Roster _first;

    public RosterTests()
    {
        using var alice = Ed25519KeyFile.Create(In(AdministratorFolder.SigningKey));
        using var bob = Ed25519KeyFile.Create(In("bob.pem"));
        using var carol = Ed25519KeyFile.Create(In("carol.pem"));
        File.WriteAllText(In(ClientFolder.AdministratorKey), Convert.ToHexStringLower(alice.PublicKey.Span) + "\n");
        _first = Write(ClientFolder.Roster, new Roster(default, 1, "paper", [Node("alpha", 1), Node("beta", 2), Node("gamma", 3)], [],
            [new("alice", alice.PublicKey), new("bob", bob.PublicKey), new("carol", carol.PublicKey)]));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string In(string file) => Path.Combine(_folder, file);

    private static RosterNode Node(string name, byte seed)
    {
        var key = SHA256.HashData([seed]);
        return new(new(SHA256.HashData(key)), name, key, [new(SHA256.HashData([seed, 0]))], $"{name}.example:1");
    }

    private Roster Write(string file, Roster roster)
    {
        var bytes = RosterDocument.Write(roster);
        File.WriteAllBytes(In(file), bytes);
        Assert.True(RosterDocument.TryParse(bytes, out var read, out var errors), string.Join('\n', errors));
        return read;
    }

    private Task<CliRun> RunAsync(params string[] args) => CliRun.Of([.. args, "--admin", _folder]);

    private async Task SignFirstAsync() => (await RunAsync("roster", "sign", In(ClientFolder.Roster))).Ends(0);

    private Roster Second(Func<Roster, Roster>? change = null)
    {
        var second = _first with { Version = 2, Predecessor = _first.Hash, NamedCluster = _first.Cluster, Quorum = 2, Nodes = [.. _first.Nodes, Node("delta", 4)] };
        return Write("draft.yaml", change?.Invoke(second) ?? second);
    }

    [Fact]
    public async Task A_first_roster_is_signed_by_one_of_its_own_and_shown()
    {
        var signed = (await RunAsync("roster", "sign", In(ClientFolder.Roster), "--output", "json")).Ends(0);
        Assert.Equal("alice", Assert.Single(signed.Json.GetProperty("signed_by").EnumerateArray()).GetString());
        Assert.Equal(0, signed.Json.GetProperty("missing_signatures").GetInt32());

        var shown = (await RunAsync("roster", "show", "--output", "json")).Ends(0).Json;
        Assert.Equal(_first.Hash.ToString(), shown.GetProperty("hash").GetString());
        Assert.Equal(_first.Cluster.ToString(), shown.GetProperty("cluster_id").GetString());
        Assert.Equal(3, shown.GetProperty("nodes").GetArrayLength());
        var text = (await RunAsync("roster", "show", In(ClientFolder.Roster))).Ends(0).Output;
        Assert.Contains("must sign         1 of 3 administrators", text, StringComparison.Ordinal);
        Assert.Contains("alpha.example:1", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_draft_is_compared_in_words_and_judged()
    {
        await SignFirstAsync();
        Second();
        var good = (await RunAsync("roster", "diff", In("draft.yaml"))).Ends(0).Output;
        Assert.Contains("changed roster: administrators that must sign from 1 to 2", good, StringComparison.Ordinal);
        Assert.Contains("added node delta: delta.example:1", good, StringComparison.Ordinal);
        Assert.Contains("may follow version 1 once it is signed", good, StringComparison.Ordinal);

        Second(second => second with { Nodes = [.. second.Nodes.Where(node => node.Name != "gamma")] });
        var bad = (await RunAsync("roster", "diff", In("draft.yaml"), "--output", "json")).Ends(1).Json;
        Assert.False(bad.GetProperty("may_follow").GetBoolean());
        Assert.Contains("gamma", bad.GetProperty("problem").GetString(), StringComparison.Ordinal);
        Assert.Contains(bad.GetProperty("changes").EnumerateArray(), change => change.GetProperty("change").GetString() == "removed" && change.GetProperty("name").GetString() == "gamma");
        // Two files need no chain.
        Assert.Contains("removed node delta", (await RunAsync("roster", "diff", In(ClientFolder.Roster), In("draft.yaml"))).Ends(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Administrators_sign_one_after_the_other()
    {
        await SignFirstAsync();
        Second();
        Assert.Contains("ready: mpcsigner roster apply", (await RunAsync("roster", "sign", In("draft.yaml"))).Ends(0).Output, StringComparison.Ordinal);
        Adopt("draft.yaml", 2);

        // From now on two sign.
        var second = RosterHistory.Load(_folder);
        Assert.Equal(2u, second.Head.Version);
        Assert.True(RosterDocument.TryParse(second.Head.Roster.Span, out var read, out _));
        Write("third.yaml", read with { Version = 3, Predecessor = read.Hash, Quorum = 1 });
        var one = (await RunAsync("roster", "sign", In("third.yaml"))).Ends(0);
        Assert.Contains("1 more signature needed", one.Output, StringComparison.Ordinal);
        Assert.Contains("administrators that must sign from 2 to 1", one.Error, StringComparison.Ordinal);
        var two = (await RunAsync("roster", "sign", In("third.yaml"), "--key", In("carol.pem"), "--output", "json")).Ends(0).Json;
        Assert.Equal(["alice", "carol"], two.GetProperty("signed_by").EnumerateArray().Select(name => name.GetString()));
        Assert.Equal(0, two.GetProperty("missing_signatures").GetInt32());
        Adopt("third.yaml", 3);

        var history = (await RunAsync("roster", "history", "--output", "json")).Ends(0).Json.GetProperty("versions");
        Assert.Equal([1u, 2u, 3u], history.EnumerateArray().Select(entry => entry.GetProperty("version").GetUInt32()));
        Assert.Equal(2, history[2].GetProperty("signed_by").GetArrayLength());
        // A changed draft makes the signatures of the one before worthless.
        Write("third.yaml", read with { Version = 4, Predecessor = new(SHA256.HashData(RosterHistory.Load(_folder).Head.Roster.Span)), Name = "other" });
        var anew = (await RunAsync("roster", "sign", In("third.yaml"), "--key", In("bob.pem"), "--output", "json")).Ends(0).Json;
        Assert.Equal("bob", Assert.Single(anew.GetProperty("signed_by").EnumerateArray()).GetString());
    }

    private void Adopt(string draft, uint version)
    {
        var history = RosterHistory.Load(_folder);
        history.Add(new SignedRoster(0, File.ReadAllBytes(In(draft)), File.ReadAllBytes(In(draft + ".sig"))));
        history.Save(_folder);
        Assert.True(File.Exists(In($"roster.v{version}.yaml")));
    }

    [Fact]
    public async Task Rejects_drafts_that_could_not_follow_and_keys_of_nobody()
    {
        await SignFirstAsync();
        Second(second => second with { Version = 3 });
        var gap = (await RunAsync("roster", "sign", In("draft.yaml"), "--output", "json")).Ends(2);
        Assert.Equal("CONFIGURATION", gap.Reason);
        Assert.False(File.Exists(In("draft.yaml.sig")));
        Second();
        using (Ed25519KeyFile.Create(In("mallory.pem")))
            Assert.Contains("names no administrator", (await RunAsync("roster", "sign", In("draft.yaml"), "--key", In("mallory.pem"))).Ends(2).Error, StringComparison.Ordinal);
        File.WriteAllText(In("draft.yaml"), "version: two\n");
        Assert.Contains("line 1", (await RunAsync("roster", "sign", In("draft.yaml"))).Ends(2).Error, StringComparison.Ordinal);
        // Without the pinned key's signature there is no chain to judge by.
        File.Delete(In(ClientFolder.RosterSignature));
        Second();
        (await RunAsync("roster", "diff", In("draft.yaml"))).Ends(2);
    }

    [Fact]
    public async Task A_folder_with_a_forged_later_version_is_refused()
    {
        await SignFirstAsync();
        Second();
        (await RunAsync("roster", "sign", In("draft.yaml"))).Ends(0);
        File.Copy(In("draft.yaml.sig"), In("roster.v2.yaml.sig"));
        File.WriteAllBytes(In("roster.v2.yaml"), [.. File.ReadAllBytes(In("draft.yaml")), .. "# one more byte\n"u8]);
        var refused = (await RunAsync("roster", "show", "--output", "json")).Ends(2);
        Assert.Equal("CONFIGURATION", refused.Reason);
        Assert.Contains("Version 2 of the roster is refused", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_are_signed_by_the_quorum_of_the_roster_in_force()
    {
        await SignFirstAsync();
        Second();
        (await RunAsync("roster", "sign", In("draft.yaml"))).Ends(0);
        Adopt("draft.yaml", 2);
        File.Copy(Path.Combine(Root(), "config", "policy.example.yaml"), In("policy.yaml"));
        Assert.Contains("1 more signature needed", (await RunAsync("policy", "sign", In("policy.yaml"))).Ends(0).Output, StringComparison.Ordinal);
        Assert.Contains("signed by alice, bob", (await RunAsync("policy", "sign", In("policy.yaml"), "--key", In("bob.pem"))).Ends(0).Output, StringComparison.Ordinal);
        File.WriteAllText(In("policy.yaml"), "version: 0\n");
        (await RunAsync("policy", "sign", In("policy.yaml"))).Ends(2);
    }

    private static string Root()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "MpcSigner.sln")))
                return folder;
        }
        throw new InvalidOperationException("the tests run outside the repository");
    }
}
