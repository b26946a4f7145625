using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using MpcSigner.Chains;
using MpcSigner.Chains.Evm;
using MpcSigner.Chains.Solana;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Documents.Policies;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;
using MpcSigner.Policy.Rules;
using Xunit;
using static MpcSigner.Kernel.Tests.Documents.DocumentCases;

namespace MpcSigner.Kernel.Tests.Documents;

public class PolicyDocumentTests
{
    private static readonly PolicyClient Demo = new(default, "demo");

    private static ClusterPolicy Parse(byte[] bytes)
    {
        Assert.True(PolicyDocument.TryParse(bytes, out var policy, out var errors), string.Join('\n', errors));
        Assert.Empty(errors);
        return policy;
    }

    private static ClusterPolicy Example => Parse(Encoding.UTF8.GetBytes(PolicyExample));

    [Fact]
    public void The_example_is_read()
    {
        var policy = Example;
        Assert.Equal(new Digest32(SHA256.HashData(Encoding.UTF8.GetBytes(PolicyExample))), policy.Hash);
        Assert.Equal((1u, null), (policy.Version, policy.Predecessor));
        Assert.Equal(["blocked", "demo-accounts", "demo-destinations", "exchanges", "salaries"], policy.AddressBooks.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["blocked-destinations", "demo-transfers", "salaries", "demo-evm-transfers", "treasury-trading", "demo-sign-in"], policy.Signing.Select(r => r.Id.ToString()));
        Assert.Equal(["no-raw-keys", "demo-keys"], policy.Creation.Select(r => r.Id.ToString()));
        var salaries = Assert.IsType<SigningRule.Allow>(policy.Signing[2]);
        Assert.Equal([new AmountCeiling("SOL", new Amount(2_000_000_000)), new("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", new Amount(25_000_000_000))], salaries.Amounts);
        Assert.Equal((true, 1, false, new Amount(50_000)), (salaries.Memos, salaries.NewAccounts, salaries.Opaque, salaries.MaxFee));
        Assert.Equal([new KeySelector.Label(new("payroll-", true))], salaries.Keys);
        Assert.Equal([new ClientSelector.Name("payroll-service")], salaries.Clients);
        Assert.Null(Assert.IsType<CreationRule.Allow>(policy.Creation[1]).Labels);
        var evm = Assert.IsType<SigningRule.Allow>(policy.Signing[3]);
        Assert.Equal(["evm:31337"], evm.Chains!);
        Assert.Equal([new AmountCeiling("native", new Amount(50_000_000_000_000_000))], evm.Amounts);
        var trading = Assert.IsType<SigningRule.Allow>(policy.Signing[4]);
        Assert.Equal([new AmountCeiling("0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", new Amount(25_000_000_000))], trading.Allowances);
        Assert.Equal((null, "exchanges"), (trading.Destinations, trading.Spenders!.ToString()));
        Assert.True(Assert.IsType<SigningRule.Allow>(policy.Signing[5]) is { Messages: true, Opaque: false, MaxFee: null });
    }

    [Theory]
    [InlineData("solana-transfer.json", "demo-transfers", VerdictKind.Allowed)]
    [InlineData("solana-transfer-denied.json", "default", VerdictKind.Denied)]
    public void The_example_transfers_meet_the_example_policy(string file, string rule, VerdictKind expected)
    {
        using var json = JsonDocument.Parse(Chains.Tree.Read("config", file));
        Assert.True(SolanaAddress.TryParse(json.RootElement.GetProperty("destination").GetString(), out var to));
        Assert.True(SolanaAddress.TryParse(json.RootElement.GetProperty("blockhash").GetString(), out var blockhash));
        var key = new SolanaAddress(Enumerable.Repeat((byte)9, 32).ToArray());
        var message = SolanaTransferMessage.Build(key, to, json.RootElement.GetProperty("lamports").GetUInt64(), blockhash);
        Assert.True(PayloadDecoder.TryDecode(PayloadKind.SolanaTransaction, message, Suite.FrostEd25519, key.ToArray(), out var decoded, out _));

        var verdict = PolicyEngine.Decide(Example, new SigningFacts(Demo, default, null, KeyUsage.Transactions, [], PayloadKind.SolanaTransaction, decoded.Intent));
        Assert.Equal((expected, rule), (verdict.Kind, verdict.DecidedBy.ToString()));
        if (expected == VerdictKind.Denied)
            Assert.Contains($"rule demo-transfers does not allow it: a transfer to {to} is in none of its address books (demo-destinations)", verdict.Describe(), StringComparison.Ordinal);
    }

    /// <summary>Both policies that come with the product let the example be signed on its chain, and neither on another.</summary>
    [Theory]
    [InlineData("policy.example.yaml")]
    [InlineData("cluster/policy.yaml")]
    public void The_example_transfer_on_Ethereum_meets_the_policies(string file)
    {
        var policy = Parse(Chains.Tree.Read("config", file));
        using var json = JsonDocument.Parse(Chains.Tree.Read("config", "evm-transfer.json"));
        Amount Number(string name) => new(System.Numerics.BigInteger.Parse(json.RootElement.GetProperty(name).GetString()!, System.Globalization.CultureInfo.InvariantCulture));
        Assert.True(EvmAddress.TryParse(json.RootElement.GetProperty("to").GetString(), out var to, out _));
        var key = Chains.Evm.EvmVectors.All[0].PublicKey;
        foreach (var (chain, expected) in ((ulong, VerdictKind)[])[(json.RootElement.GetProperty("chainId").GetUInt64(), VerdictKind.Allowed), (1, VerdictKind.Denied)])
        {
            var payload = EvmTransferTransaction.Build(chain, 0, Number("maxPriorityFeePerGas"), Number("maxFeePerGas"), EvmTransferTransaction.PlainGas, to, Number("value"));
            var intent = Chains.Evm.EvmPayload.Decode(payload, key).Intent;
            Assert.Equal(expected, PolicyEngine.Decide(policy, new SigningFacts(Demo, default, null, KeyUsage.Transactions, [], PayloadKind.EvmTransaction, intent)).Kind);
        }
        var message = Chains.Evm.EvmPayload.Decode("hello"u8.ToArray(), key, PayloadKind.EvmMessage).Intent;
        Assert.Equal(VerdictKind.Allowed, PolicyEngine.Decide(policy, new SigningFacts(Demo, default, null, KeyUsage.Transactions, [], PayloadKind.EvmMessage, message)).Kind);
        var bytes = Chains.Evm.EvmPayload.Decode([0xff], key, PayloadKind.EvmMessage).Intent;
        Assert.Equal(VerdictKind.Denied, PolicyEngine.Decide(policy, new SigningFacts(Demo, default, null, KeyUsage.Transactions, [], PayloadKind.EvmMessage, bytes)).Kind);
    }

    [Fact]
    public void The_example_policy_lets_the_demonstration_make_its_keys()
    {
        var facts = new CreationFacts(Demo, Suite.FrostEd25519, 2, 3, 500, [], KeyUsage.Transactions);
        Assert.Equal(VerdictKind.Allowed, PolicyEngine.Decide(Example, facts).Kind);
        Assert.Equal(VerdictKind.Denied, PolicyEngine.Decide(Example, facts with { Usage = KeyUsage.TransactionsAndRaw }).Kind);
        Assert.Equal("no-raw-keys", PolicyEngine.Decide(Example, facts with { Usage = KeyUsage.TransactionsAndRaw, Labels = ["payroll-1"] }).DecidedBy.ToString());
    }

    [Fact]
    public void What_is_written_is_read_back_the_same()
    {
        var everything = Parse(Encoding.UTF8.GetBytes($"""
            version: 7
            predecessor: {new string('a', 64)}
            address_books: {"{"}x: [A1], y: [B2, C3, "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"]{"}"}
            signing:
              - {"{"}id: a, answer: allow, clients: ["*"], keys: ["*", {new string('b', 64)}, hot], payloads: [raw, evm-message], destinations: ["*"], amounts: {"{"}"*": unlimited, unknown: 3{"}"}, max_fee: unlimited, opaque: true{"}"}
              - {"{"}id: b, answer: deny, reason: 'say "no" \ never', clients: [{new string('c', 64)}], keys: [x*], paths: [m, "m/2147483647/*"], payloads: [solana-transaction], chains: [solana], destinations: [x, y], assets: [SOL], above: {"{"}SOL: 0{"}"}, memos: true, opaque: true{"}"}
              - {"{"}id: e, answer: allow, clients: [a], keys: ["*"], paths: [m/44/60/0, "m/*"], payloads: [evm-transaction], chains: ["evm:1", "evm:any"], spenders: [x], allowances: {"{"}native: unlimited, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed": 7{"}"}, max_fee: 1, messages: true{"}"}
              - {"{"}id: f, answer: deny, reason: no, chains: ["evm:9223372036854775771"], assets: ["0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"], allowances: true, messages: true{"}"}
            creation:
              - {"{"}id: c, answer: allow, clients: [a], suites: [ecdsa-p256], usages: [transactions, transactions-and-raw], min_threshold: 3, max_parties: 5, max_count: 9, labels: [a*, b]{"}"}
              - {"{"}id: d, answer: deny, reason: no, clients: ["*"], suites: [frost-ed25519], usages: [transactions], labels: [x*]{"}"}
            """));
        foreach (var policy in (ClusterPolicy[])[Example, everything, everything with { Signing = [], Creation = [], AddressBooks = new Dictionary<string, IReadOnlySet<string>>() }])
        {
            var written = PolicyDocument.Write(policy);
            var back = Parse(written);
            Assert.Equal(written, PolicyDocument.Write(back));
            Assert.Equivalent(policy with { Hash = default }, back with { Hash = default }, strict: true);
        }
        const string checksummed = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        Assert.Contains(checksummed, everything.AddressBooks["y"]); // written in lower case above, compared as intents write it
        Assert.Equal([checksummed], Assert.IsType<SigningRule.Deny>(everything.Signing[3]).Assets!);
        Assert.Equal("say \"no\" \\ never", Assert.IsType<SigningRule.Deny>(everything.Signing[1]).Reason);
    }

    [Fact]
    public void Rejects_versions_and_predecessors_that_do_not_fit()
    {
        RejectsPolicy("version: 1", "version: 0", "version", "expected a whole number 1..4294967295");
        RejectsPolicy("version: 1", "version: 2", "", "version 2 names its predecessor: the SHA-256 of version 1");
        RejectsPolicy("version: 1", $"predecessor: {new string('0', 64)}\nversion: 1", "predecessor", "version 1 has no predecessor");
        RejectsPolicy("version: 1", "predecessor: none\nversion: 2", "predecessor", "expected 64 hexadecimal digits");
    }

    [Fact]
    public void Rejects_rules_that_say_less_than_they_must()
    {
        RejectsPolicy("id: salaries", "id: demo-transfers", "signing[2].id", "another rule has the id 'demo-transfers'");
        RejectsPolicy("id: demo-keys", "id: salaries", "creation[1].id", "another rule has the id 'salaries'");
        RejectsPolicy("id: salaries", "id: default", "signing[2].id", "other than 'default'");
        RejectsPolicy("answer: allow", "answer: Allow", "signing[1].answer", "expected one of allow, deny");
        RejectsPolicy("clients: [demo]", "clients: []", "signing[1].clients", "expected 1..256 items");
        RejectsPolicy("clients: [demo]", "clients: demo", "signing[1].clients", "expected a list");
        RejectsPolicy("    clients: [demo]", "", "signing[1]", "key 'clients' is missing");
        RejectsPolicy("    max_fee: 100000", "", "signing[1]", "key 'max_fee' is missing");
        RejectsPolicy("    destinations: [demo-destinations]", "", "signing[1]", "destinations and amounts go together");
        RejectsPolicy("    reason: The", "    note: The", "signing[0]", "key 'reason' is missing");
        RejectsPolicy("    max_parties: 3", "", "creation[1]", "key 'max_parties' is missing");
        RejectsPolicy("    min_threshold: 2", "    min_threshold: 4", "creation[1].max_parties", "below min_threshold 4");
        RejectsPolicy("    labels: [\"*\"]", "", "creation[1]", "key 'labels' is missing");
        RejectsPolicy("  demo-destinations:\n    - 8SFGo5pztjVVeZJ4aNQBHNB3FLMEuxsBhzMhRmFvHEbv", "  demo-destinations: []", "address_books.'demo-destinations'", "the address book is empty");
    }

    [Fact]
    public void Rejects_rules_that_would_mean_something_else_than_they_say()
    {
        RejectsPolicy("[demo-destinations]", "[demo-destination]", "signing[1].destinations[0]", "no address book has this name");
        RejectsPolicy("[demo-destinations]", "[\"*\", salaries]", "signing[1].destinations[0]", "no address book has this name");
        RejectsPolicy("keys: [\"*\"]", "keys: [\"*-hot\"]", "signing[1].keys[0]", "with an asterisk at its end");
        RejectsPolicy("keys: [\"*\"]", "keys: [\"hot key\"]", "signing[1].keys[0]", "expected a label");
        RejectsPolicy("keys: [\"*\"]", "keys: [\"a**\"]", "signing[1].keys[0]", "expected a label");
        foreach (var path in (string[])["0/1", "m/", "m/0'", "m/2147483648", "m/01", "m/-1", "m/*/0", "*", "m*", "m/0*", "M/0", "m/0/0/0/0/0/0/0/0/0/0/0", "m/0/0/0/0/0/0/0/0/0/0/*"])
            RejectsPolicy("[m, \"m/0/*\"]", $"[\"{path}\"]", "signing[2].paths[0]", "expected m (the key itself), a path like m/0/1");
        RejectsPolicy("clients: [demo]", "clients: [dem*]", "signing[1].clients[0]", "expected 1..32 characters");
        RejectsPolicy("payloads: [solana-transaction]     # raw", "payloads: [\"*\"] #", "signing[1].payloads[0]", "expected one of raw, solana-transaction");
        RejectsPolicy("payloads: [solana-transaction]     # raw", "payloads: [raw] #", "signing[1]", "a rule that allows them says opaque: true");
        RejectsPolicy("SOL: 50000000", "SOL: 0.05", "signing[1].amounts.'SOL'", "expected a whole number in base units");
        RejectsPolicy("SOL: 50000000", "\"*\": 5", "signing[1].amounts.'*'", "can only be unlimited");
        RejectsPolicy("max_fee: 100000", "max_fee: none", "signing[1].max_fee", "expected a whole number in base units");
        RejectsPolicy("destinations: [blocked]", "memos: false", "signing[0].memos", "a deny rule says memos: true, or leaves it out");
        RejectsPolicy("destinations: [blocked]", "max_fee: 1", "signing[0]", "key 'max_fee' is not known here");
        RejectsPolicy("memos: true ", "memo: true ", "signing[2]", "key 'memo' is not known here");
        RejectsPolicy("keys: [\"*\"]", "keys: [*]", "", "not YAML");
    }

    [Fact]
    public void Rejects_addresses_and_chains_of_Ethereum_that_are_none()
    {
        RejectsPolicy("0x7099", "0x6099", "address_books.'demo-accounts'[0]", "its checksum (EIP-55) is wrong: with the checksum of these digits it is 0x60997970");
        RejectsPolicy("0x7099", "0x709", "address_books.'demo-accounts'[0]", "an Ethereum address is 0x and 40 hexadecimal digits");
        RejectsPolicy("0x7099", "0X7099", "address_books.'demo-accounts'[0]", "an Ethereum address is 0x and 40 hexadecimal digits");
        RejectsPolicy("0x7099", "7099", "address_books.'demo-accounts'[0]", "an Ethereum address begins with 0x");
        RejectsPolicy("    - \"0x7099", "    - \"0x70997970c51812dc3a010c7d01b50e0d17dc79c8\"\n    - \"0x7099", "address_books.'demo-accounts'[1]", "is in this book twice");
        RejectsPolicy("0xA0b8", "0xa0b8", "signing[4].allowances.'0xa0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'", "checksum (EIP-55) is wrong");
        RejectsPolicy("    allowances:  ", "    allowances:\n      \"0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48\": 1\n   ", "signing[4].allowances.'0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48'", "is named twice");
        foreach (var chain in (string[])["evm", "evm:", "evm:0", "evm:01", "evm:x", "evm:-1", "evm:9223372036854775772", "evm:18446744073709551616", "EVM:1", "ethereum", "evm:Any", "solana:1"])
            RejectsPolicy("[\"evm:31337\"]", $"[\"{chain}\"]", "signing[3].chains[0]", "expected solana, raw, evm: and a chain id like evm:1, or evm:any");
    }

    [Fact]
    public void Rejects_rules_over_Ethereum_that_say_less_than_they_must()
    {
        RejectsPolicy("    chains: [\"evm:31337\"]", "", "signing[3]", "a rule over evm-transaction names its chains");
        RejectsPolicy("      native: 5", "      ETH: 5", "signing[3].amounts", "'ETH' is no asset of Ethereum's: write native");
        RejectsPolicy("    spenders: [exchanges]", "", "signing[4]", "spenders and allowances go together");
        RejectsPolicy("    spenders: [exchanges]", "    spenders: [nobody]", "signing[4].spenders[0]", "no address book has this name");
        RejectsPolicy("    max_fee: 20000000000000000", "", "signing[4]", "key 'max_fee' is missing");
        RejectsPolicy("    messages: true  ", "", "signing[5]", "the rule covers nothing");
        RejectsPolicy("    payloads: [evm-message]", "    payloads: [evm-message, evm-transaction]", "signing[5]", "key 'max_fee' is missing");
        RejectsPolicy("    destinations: [blocked]", "    messages: false", "signing[0].messages", "a deny rule says messages: true, or leaves it out");
        RejectsPolicy("    destinations: [blocked]", "    allowances: false", "signing[0].allowances", "a deny rule says allowances: true, or leaves it out");
    }

    [Fact]
    public void A_rule_without_an_answer_gives_one_error_and_not_one_for_each_key()
    {
        Assert.False(PolicyDocument.TryParse(Encoding.UTF8.GetBytes("version: 1\nsigning:\n  - {id: a, clients: [x], keys: [y]}\ncreation: []\n"), out _, out var errors));
        Assert.Equal("signing[0]", Assert.Single(errors).Path);
    }

    [Fact]
    public void An_empty_policy_is_a_policy_that_denies()
    {
        var policy = Parse("version: 1\nsigning: []\ncreation: []\n"u8.ToArray());
        Assert.Empty(policy.AddressBooks);
        Assert.Equal(VerdictKind.Denied, PolicyEngine.Decide(policy, new CreationFacts(Demo, Suite.FrostEd25519, 2, 3, 1, [], KeyUsage.Transactions)).Kind);
    }

    [Fact]
    public void Any_prefix_of_the_example_is_read_or_refused_without_an_exception()
    {
        var bytes = Encoding.UTF8.GetBytes(PolicyExample);
        var refused = 0;
        for (var length = 0; length < bytes.Length; length += 7)
        {
            if (!PolicyDocument.TryParse(bytes.AsSpan(0, length), out var policy, out var errors))
            {
                Assert.Null(policy);
                Assert.NotEmpty(errors);
                refused++;
            }
        }
        Assert.True(refused > 500);
    }
}
