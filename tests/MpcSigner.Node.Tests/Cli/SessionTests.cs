using System.Text.Json;
using Google.Protobuf;
using MpcSigner.Chains.Solana;
using MpcSigner.Core.Faults;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Verification;
using MpcSigner.Node.Tests.Clients;
using MpcSigner.Verification.Keys;
using Xunit;

namespace MpcSigner.Node.Tests.Cli;

/// <summary>The command line against servers that answer as the test says: documents, texts, exit codes.</summary>
public sealed class SessionTests : IAsyncLifetime
{
    private const string Transfer = """{ "destination": "8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv", "lamports": 1000000, "blockhash": "589KuUmdwnw6PkH1NLrfTLN6ntpUqHowEWd4jrqaqzUQ" }""";

    private FakeCluster _cluster = null!;
    private string _client = "";

    public async ValueTask InitializeAsync()
    {
        _cluster = await FakeCluster.StartAsync();
        _client = _cluster.WriteClientFolder();
    }

    public ValueTask DisposeAsync() => _cluster.DisposeAsync();

    [Fact]
    public async Task Creates_shows_and_signs()
    {
        var created = (await Run("key", "create", "--threshold", "2", "--nodes", "3", "--label", "treasury")).Ends(0).Json;
        Assert.Equal(1, created.GetProperty("verified").GetInt32());
        var key = created.GetProperty("keys")[0];
        var id = key.GetProperty("id").GetString()!;
        Assert.Equal("treasury", key.GetProperty("label").GetString());
        Assert.Equal(new SolanaAddress(Convert.FromHexString(key.GetProperty("public_key").GetString()!)).ToString(), key.GetProperty("solana_address").GetString());

        var signed = (await Run("sign", "--key", id, "--solana-transfer", File("transfer.json", Transfer))).Ends(0).Json;
        var message = signed.GetProperty("payload").GetBytesFromBase64();
        var signature = Convert.FromHexString(signed.GetProperty("signature").GetString()!);
        Assert.True(Ed25519Signature.Verify(Convert.FromHexString(key.GetProperty("public_key").GetString()!), message, signature));
        Assert.Equal(Convert.ToHexString([1, .. signature, .. message]), Convert.ToHexString(signed.GetProperty("signed_transaction").GetBytesFromBase64()));

        var text = (await CliRun.Of("key", "show", id, "--client", _client)).Ends(0);
        Assert.Contains(key.GetProperty("solana_address").GetString()!, text.Output, StringComparison.Ordinal);
        Assert.Contains("certificate verified", text.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frost-ed25519", "solana", "solana_address")]
    [InlineData("ecdsa-secp256k1", "ethereum", "ethereum_address")]
    [InlineData("ecdsa-secp256k1", "bitcoin-p2wpkh", "bitcoin_address")]
    [InlineData("frost-secp256k1-tr", "bitcoin-p2tr", "bitcoin_address")]
    public async Task Shows_addresses_at_paths(string suite, string chain, string field)
    {
        var key = await MakeKey(suite);
        var id = key.GetProperty("id").GetString()!;
        Assert.Equal(suite, key.GetProperty("suite").GetString());
        var own = Assert.Single((await Run("address", "--key", id, "--chain", chain)).Ends(0).Json.GetProperty("addresses").EnumerateArray().ToList());
        Assert.Equal(("m", key.GetProperty(field).GetString()), (own.GetProperty("path").GetString(), own.GetProperty("address").GetString()));

        var several = (await Run("address", "--key", id, "--chain", chain, "--path", "m/0/9", "--count", "3")).Ends(0).Json.GetProperty("addresses").EnumerateArray().ToList();
        Assert.Equal(["m/0/9", "m/0/10", "m/0/11"], several.Select(a => a.GetProperty("path").GetString()));
        Assert.Equal(4, several.Append(own).Select(a => a.GetProperty("address").GetString()).Distinct().Count());
        var text = (await CliRun.Of("address", "--key", id, "--chain", chain, "--path", "0/10", "--client", _client)).Ends(0).Output;
        Assert.Equal($"{"m/0/10",-16}  {several[1].GetProperty("address").GetString()}\n", text);

        foreach (var wrong in new[] { "0'/1", "2147483648", "0/0/0/0/0/0/0/0/0/0/0", "x" })
            Assert.Equal("BAD_DERIVATION_PATH", (await Run("address", "--key", id, "--chain", chain, "--path", wrong)).Ends(1).Reason);
        Assert.Equal("BAD_DERIVATION_PATH", (await Run("address", "--key", id, "--chain", chain, "--path", "2147483647", "--count", "2")).Ends(1).Reason);
        Assert.Equal("USAGE", (await Run("address", "--key", id, "--chain", chain, "--count", "2")).Ends(2).Reason);
        Assert.Equal("USAGE", (await Run("address", "--key", id, "--chain", chain, "--path", "0", "--count", "0")).Ends(2).Reason);
        Assert.Equal("USAGE", (await Run("address", "--key", id, "--chain", chain == "solana" ? "ethereum" : "solana")).Ends(2).Reason);
    }

    [Theory]
    [InlineData("ecdsa-secp256k1", "bip-32", true)]
    [InlineData("frost-secp256k1-tr", "bip-32", true)]
    [InlineData("ecdsa-p256", "slip-0010", false)]
    [InlineData("frost-ed25519", "bip32-ed25519", false)]
    public async Task Shows_what_others_derive_from(string suite, string derivation, bool hasXpub)
    {
        var key = await MakeKey(suite);
        var id = key.GetProperty("id").GetString()!;
        var shown = (await Run("key", "xpub", "--key", id)).Ends(0).Json;
        Assert.Equal(derivation, shown.GetProperty("derivation").GetString());
        Assert.Equal(key.GetProperty("public_key").GetString(), shown.GetProperty("public_key").GetString());
        Assert.Equal(64, shown.GetProperty("chain_code").GetString()!.Length);
        Assert.Equal(hasXpub, shown.TryGetProperty("xpub", out var xpub));
        var text = (await CliRun.Of("key", "xpub", "--key", id, "--client", _client)).Ends(0).Output;
        if (hasXpub)
            Assert.Equal(xpub.GetString() + "\n", text);
        else
            Assert.Contains("no standard", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("frost-ed25519", 64)]
    [InlineData("frost-secp256k1", 65)]
    [InlineData("ecdsa-secp256k1", 65)]
    [InlineData("ecdsa-p256", 65)]
    public async Task Signs_at_a_path_with_keys_of_every_suite(string suite, int size)
    {
        var id = (await MakeKey(suite, "--allow-raw")).GetProperty("id").GetString()!;
        var digest = new string('4', 64);
        var signed = (await Run("sign", "--key", id, "--path", "0/3", "--digest", digest)).Ends(0).Json;
        Assert.Equal("m/0/3", signed.GetProperty("path").GetString());
        Assert.Equal(2 * size, signed.GetProperty("signature").GetString()!.Length);
        var own = (await Run("sign", "--key", id, "--digest", digest)).Ends(0).Json;
        Assert.NotEqual(own.GetProperty("public_key").GetString(), signed.GetProperty("public_key").GetString());
        Assert.Equal("USAGE", (await Run("sign", "--key", id, "--digest", digest[1..])).Ends(2).Reason);
        Assert.Equal("MALFORMED_REQUEST", (await Run("sign", "--key", id, "--digest", digest, "--taproot", "key-path")).Ends(1).Reason);
    }

    [Fact]
    public async Task Signs_under_each_output_of_a_Taproot_key()
    {
        var key = await MakeKey("frost-secp256k1-tr", "--allow-raw");
        var id = key.GetProperty("id").GetString()!;
        var digest = new string('4', 64);
        async Task<string> Under(params string[] options) =>
            (await Run(["sign", "--key", id, "--digest", digest, .. options])).Ends(0).Json.GetProperty("public_key").GetString()!;
        var output = key.GetProperty("output_key").GetString();
        Assert.Equal(output, await Under());
        Assert.Equal(output, await Under("--taproot", "key-path"));
        Assert.Equal(key.GetProperty("public_key").GetString()![2..], await Under("--taproot", "none"));
        var withScripts = await Under("--merkle-root", Convert.ToHexStringLower(MpcSigner.Kernel.Tests.Verification.CertifiedBatch.Root));
        Assert.NotEqual(output, withScripts);
        Assert.Equal("USAGE", (await Run("sign", "--key", id, "--digest", digest, "--taproot", "none", "--merkle-root", digest)).Ends(2).Reason);
        Assert.Equal("USAGE", (await Run("sign", "--key", id, "--digest", digest, "--merkle-root", "00")).Ends(2).Reason);
        Assert.Contains($"output key        {output}", (await CliRun.Of("key", "show", id, "--client", _client)).Ends(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pays_from_a_derived_account()
    {
        var id = (await MakeKey("frost-ed25519")).GetProperty("id").GetString()!;
        var from = (await Run("address", "--key", id, "--chain", "solana", "--path", "7")).Ends(0).Json.GetProperty("addresses")[0];
        var signed = (await Run("sign", "--key", id, "--path", "7", "--solana-transfer", File("transfer.json", Transfer))).Ends(0).Json;
        Assert.Equal(from.GetProperty("public_key").GetString(), signed.GetProperty("public_key").GetString());
        Assert.Contains(from.GetProperty("public_key").GetString()!, Convert.ToHexStringLower(signed.GetProperty("signed_transaction").GetBytesFromBase64()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Numbers_the_labels_of_a_batch_and_reports_progress_on_standard_error()
    {
        var run = (await Run("key", "create", "--threshold", "2", "--nodes", "3", "--count", "3", "--label", "w")).Ends(0);
        Assert.Equal(["w-1", "w-2", "w-3"], run.Json.GetProperty("keys").EnumerateArray().Select(k => k.GetProperty("label").GetString()));
        Assert.Contains("verifying certificates: 3 of 3", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ends_with_1_and_every_nodes_reason_when_denied()
    {
        var id = await MakeKey();
        foreach (var node in _cluster.Nodes)
            node.OnSign = (_, _) => throw FakeNode.Error(Reason.PolicyDenied, "not allowed", [.. _cluster.Identities.Roster.Nodes.Select(n => new NodeReason(n.Nid, n.Name, Reason.PolicyDenied, "rule 7"))]);
        var run = (await Run("sign", "--key", id, "--solana-transfer", File("transfer.json", Transfer))).Ends(1);
        Assert.Equal("POLICY_DENIED", run.Reason);
        Assert.Equal(3, run.Json.GetProperty("error").GetProperty("nodes").GetArrayLength());
        Assert.Equal(3, run.Error.Split('\n').Count(l => l.EndsWith("POLICY_DENIED: rule 7", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(Reason.PolicyDenied, 1)]
    [InlineData(Reason.IdempotencyConflict, 1)]
    [InlineData(Reason.BadThreshold, 1)]
    [InlineData(Reason.TooFewNodes, 3)]
    [InlineData(Reason.ClockSkew, 3)]
    [InlineData(Reason.PeerFault, 5)]
    [InlineData(Reason.InternalError, 5)]
    public async Task Exit_codes_follow_the_reason(Reason reason, int code)
    {
        foreach (var node in _cluster.Nodes)
            node.OnCreate = (_, _) => throw FakeNode.Error(reason, "because");
        (await Run("key", "create", "--threshold", "2", "--nodes", "3")).Ends(code);
    }

    [Fact]
    public async Task Ends_with_4_when_a_key_is_not_the_one_that_was_ordered()
    {
        foreach (var node in _cluster.Nodes)
            node.OnCreate = (request, _) => Task.FromResult(_cluster.Create(request, o => _cluster.Identities.Make(new CreationOrder("another"u8, CertifiedBatch.Client, o.Asked))));
        Assert.Equal("NOT_VERIFIED", (await Run("key", "create", "--threshold", "2", "--nodes", "3")).Ends(4).Reason);
    }

    [Fact]
    public async Task Ends_with_3_when_nobody_answers_and_the_status_names_all()
    {
        foreach (var node in _cluster.Nodes)
            await node.DisposeAsync();
        Assert.Equal("UNREACHABLE", (await Run("key", "list")).Ends(3).Reason);
        var status = (await Run("cluster", "status")).Ends(3).Json;
        Assert.False(status.GetProperty("ready").GetBoolean());
        Assert.Equal(3, status.GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task Shows_a_whole_cluster_with_code_0()
    {
        var roster = _cluster.Identities.Roster;
        for (var i = 0; i < 3; i++)
        {
            var others = roster.Nodes.Where((_, o) => o != i).ToList();
            _cluster.Nodes[i].OnStatus = () => new()
            {
                Ready = true, RosterHash = ByteString.CopyFrom(roster.Hash.ToArray()),
                Peers = { others.Select(n => new Wire.V1.PeerStatus { Nid = ByteString.CopyFrom(n.Nid.ToArray()), Name = n.Name, Reachable = true }) },
            };
        }
        Assert.True((await Run("cluster", "status")).Ends(0).Json.GetProperty("ready").GetBoolean());
        var text = (await CliRun.Of("cluster", "status", "--client", _client)).Ends(0).Output;
        Assert.True(text.Split("2 of 2").Length == 4, text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("""{ "destination": "8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv", "lamports": 1 }""")]
    [InlineData("""{ "destination": "8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv", "lamports": -1, "blockhash": "589KuUmdwnw6PkH1NLrfTLN6ntpUqHowEWd4jrqaqzUQ" }""")]
    [InlineData("""{ "destination": "8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv", "lamports": 1.5, "blockhash": "589KuUmdwnw6PkH1NLrfTLN6ntpUqHowEWd4jrqaqzUQ" }""")]
    [InlineData("""{ "destination": "8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv", "lamports": "1", "blockhash": "589KuUmdwnw6PkH1NLrfTLN6ntpUqHowEWd4jrqaqzUQ" }""")]
    [InlineData("""{ "destination": "0OIl", "lamports": 1, "blockhash": "589KuUmdwnw6PkH1NLrfTLN6ntpUqHowEWd4jrqaqzUQ" }""")]
    [InlineData("""{ "destination": "8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv", "lamports": 1, "blockhash": "589KuUmdwnw6PkH1NLrfTLN6ntpUqHowEWd4jrqaqzUQ", "lamports": 2 }""")]
    [InlineData("""{ "destination": "8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv", "lamports": 1, "blockhash": "589KuUmdwnw6PkH1NLrfTLN6ntpUqHowEWd4jrqaqzUQ", "memo": "x" }""")]
    [InlineData("""{ "destination": "11111111111111111111111111111111", "lamports": 1, "blockhash": "589KuUmdwnw6PkH1NLrfTLN6ntpUqHowEWd4jrqaqzUQ" }""")]
    public async Task Rejects_a_transfer_file_that_says_anything_else(string text)
    {
        var id = await MakeKey();
        (await Run("sign", "--key", id, "--solana-transfer", File("bad.json", text))).Ends(2);
        Assert.Single(_cluster.Nodes.SelectMany(n => n.Seen)); // the creation alone
    }

    [Theory]
    [InlineData("not an id")]
    [InlineData("00")]
    public async Task Rejects_an_id_that_is_none(string id) => (await Run("key", "show", id)).Ends(1);

    [Fact]
    public async Task Rejects_an_unknown_key() => Assert.Equal("UNKNOWN_KEY", (await Run("key", "show", new string('0', 64))).Ends(1).Reason);

    [Fact]
    public async Task Rejects_a_client_folder_with_a_key_that_others_can_read()
    {
        if (!OperatingSystem.IsWindows())
            System.IO.File.SetUnixFileMode(Path.Combine(_client, "request-key.pem"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Equal("CONFIGURATION", (await Run("key", "list")).Ends(2).Reason);
    }

    private Task<CliRun> Run(params string[] args) => CliRun.Of([.. args, "--client", _client, "--output", "json"]);

    private async Task<string> MakeKey() => (await MakeKey("frost-ed25519")).GetProperty("id").GetString()!;

    private async Task<JsonElement> MakeKey(string suite, params string[] options) =>
        (await Run(["key", "create", "--threshold", "2", "--nodes", "3", "--suite", suite, .. options])).Ends(0).Json.GetProperty("keys")[0];

    private string File(string name, string text)
    {
        var path = Path.Combine(_cluster.Certificates.Directory, name);
        System.IO.File.WriteAllText(path, text);
        return path;
    }
}
