using System.Security.Cryptography;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Rosters;
using Xunit;
using static MpcSigner.Kernel.Tests.Documents.DocumentCases;

namespace MpcSigner.Kernel.Tests.Documents;

public class RosterDocumentTests
{
    private const string AlphaKey = "c118a5a56c1c8cc640c095747222409050fa2cc4ace1015a0030842f51539ecb";
    private const string BetaKey = "720c530523e0c344a7d2e0f0a5d964169cdf896225c58ffe29530bc4a73cfc80";
    private const string AlphaPin = "a3aad9c2bd0dbc45a1e113bd152ef85f15b74192e9555a2fb3ebd7e6104a72a2";
    private const string BetaPin = "6dc5c2bb988b9ea0cdb7c56843483381bc24bcbcf3b10a04dbc19659837ae3f4";

    private static Roster Parse(byte[] bytes)
    {
        Assert.True(RosterDocument.TryParse(bytes, out var roster, out var errors), string.Join('\n', errors));
        Assert.Empty(errors);
        return roster;
    }

    [Fact]
    public void The_example_is_read()
    {
        var bytes = Encoding.UTF8.GetBytes(RosterExample);
        var roster = Parse(bytes);
        Assert.Equal(new ClusterId(SHA256.HashData(bytes)), roster.Cluster);
        Assert.Equal((1u, "example", 2), (roster.Version, roster.Name, roster.BookingQuorum));
        Assert.Equal(roster.Nodes.OrderBy(n => n.Nid), roster.Nodes);
        Assert.Equal(["alpha", "beta", "gamma"], roster.Nodes.Select(n => n.Name).Order(StringComparer.Ordinal));
        var alpha = roster.Nodes.Single(n => n.Name == "alpha");
        Assert.Equal(AlphaKey, Convert.ToHexStringLower(alpha.IdentityKey.Span));
        Assert.Equal(alpha.Nid, new NodeId(SHA256.HashData(alpha.IdentityKey.Span)));
        Assert.Equal("node-alpha.example:7443", alpha.Address);
        Assert.Equal(AlphaPin, Assert.Single(alpha.TlsPins).ToString());
        Assert.Equal([("demo", true), ("payroll-service", false)], roster.Clients.Select(c => (c.Name, c.MayCreateKeys)));
        Assert.Equal("alice", Assert.Single(roster.Administrators).Name);
    }

    [Fact]
    public void What_is_written_is_read_back_the_same()
    {
        var roster = Parse(Encoding.UTF8.GetBytes(RosterExample));
        var written = RosterDocument.Write(roster);
        var back = Parse(written);
        Assert.Equal(written, RosterDocument.Write(back));
        Assert.NotEqual(roster.Hash, back.Hash);
        Assert.Equal(new Digest32(SHA256.HashData(written)), back.Hash);
        Assert.Equal((roster.Version, roster.Name), (back.Version, back.Name));
        Assert.Equal(roster.Nodes.Select(Print), back.Nodes.Select(Print));
        Assert.Equal(roster.Clients.Select(Print), back.Clients.Select(Print));
        Assert.Equal(roster.Administrators.Select(a => (a.Name, Convert.ToHexString(a.SigningKey.Span))), back.Administrators.Select(a => (a.Name, Convert.ToHexString(a.SigningKey.Span))));

        var withoutClients = Parse(RosterDocument.Write(roster with { Clients = [] }));
        Assert.Empty(withoutClients.Clients);
        var twoPins = roster.Nodes[0] with { TlsPins = [.. roster.Nodes[0].TlsPins, new Digest32(new byte[32])], Address = "[::1]:1" };
        Assert.Equal(2, Parse(RosterDocument.Write(roster with { Nodes = [twoPins, .. roster.Nodes.Skip(1)] })).Nodes[0].TlsPins.Count);
    }

    [Fact]
    public void Rejects_values_that_must_be_unique()
    {
        RejectsRoster("name: beta", "name: alpha", "nodes[1].name", "another node has the name 'alpha'");
        RejectsRoster("name: payroll-service", "name: demo", "clients[1].name", "another client has the name 'demo'");
        RejectsRoster(BetaKey, AlphaKey, "nodes[1].identity_key", "the same key is listed already");
        RejectsRoster("047b84f0a8bec2f1fc8ffea9ffac3cbc2d3b43632bc617f1eaf2215f67e840e5", AlphaKey, "administrators[0].signing_key", "the same key is listed already");
        RejectsRoster(BetaPin, AlphaPin, "nodes[1].tls_pins[0]", "the same TLS key is pinned already");
        RejectsRoster("9ec69881b4160b3d2c070f6097d519e073c9ac61f72b7ace55491257468accc2", AlphaPin, "clients[1].tls_pins[0]", "the same TLS key is pinned already");
        RejectsRoster("node-beta.example:7443", "NODE-alpha.example:7443", "nodes[1].address", "another node has this address");
    }

    [Fact]
    public void Rejects_ids_that_are_not_the_key_s()
    {
        RejectsRoster("nid: dfff", "nid: dffe", "nodes[1].nid", "is not the SHA-256 of the key beside it, dfff1113");
        RejectsRoster("id: 4fa1", "id: 4fa2", "clients[1].id", "is not the SHA-256 of the key beside it");
        RejectsRoster("nid: dfff", "nid: fff", "nodes[1].nid", "expected 64 hexadecimal digits");
        RejectsRoster(BetaKey, new string('0', 64), "nodes[1].identity_key", "all zero");
    }

    [Theory]
    [InlineData("node:0")]
    [InlineData("node:65536")]
    [InlineData("node:07443")]
    [InlineData("node:")]
    [InlineData("node")]
    [InlineData(":7443")]
    [InlineData("no de:7443")]
    [InlineData("https://node:7443")]
    [InlineData("-node:7443")]
    [InlineData("a..b:7443")]
    [InlineData("::1:7443")]
    [InlineData("[::1%eth0]:7443")]
    [InlineData("[127.0.0.1]:7443")]
    [InlineData("127.1:7443")]
    [InlineData("127.0.0.256:7443")]
    [InlineData("127.0.0.01:7443")]
    [InlineData("nöde:7443")]
    public void Rejects_addresses(string address) => RejectsRoster("node-beta.example:7443", $"\"{address}\"", "nodes[1].address", "expected host:port");

    [Theory]
    [InlineData("127.0.0.1:7443")]
    [InlineData("[2001:db8::1]:1")]
    [InlineData("localhost:65535")]
    [InlineData("0a.example:80")]
    public void Takes_addresses(string address) =>
        Assert.Contains(Parse(Encoding.UTF8.GetBytes(RosterExample.Replace("node-beta.example:7443", $"\"{address}\"", StringComparison.Ordinal))).Nodes, n => n.Address == address);

    [Fact]
    public void Rejects_other_versions_counts_and_keys()
    {
        RejectsRoster("version: 1", "version: 0", "version", "expected a whole number 1..");
        RejectsRoster("version: 1", "version: 2", "", "key 'predecessor' is missing");
        RejectsRoster("version: 1", "version: 2", "", "key 'cluster' is missing");
        RejectsRoster("version: 1", "version: one", "version", "expected a whole number");
        RejectsRoster("name: example", "name: Example", "name", "expected 1..32 characters");
        RejectsRoster("tls_pins:                  #", "tls_pins: [] #", "", "not YAML");
        RejectsRoster("may_create_keys: true", "may_create_keys: yes", "clients[0].may_create_keys", "expected true or false");
        RejectsRoster("may_create_keys: true", "may_create_keys: true\n    admin: true", "clients[0]", "key 'admin' is not known here");
        RejectsRoster("administrators:", "administrators: []\nothers:", "administrators", "expected 1..64 items, found 0");
        RejectsRoster("administrators:", "others:", "", "key 'administrators' is missing");
    }

    [Fact]
    public void The_second_example_is_read_and_written_back_the_same()
    {
        var roster = Parse(Encoding.UTF8.GetBytes(SecondRosterExample));
        Assert.Equal((2u, 2, TimeSpan.FromHours(48)), (roster.Version, roster.Quorum, roster.DestructionDelay));
        Assert.Equal(new Digest32(SHA256.HashData(Encoding.UTF8.GetBytes(RosterExample))), roster.Predecessor);
        Assert.Equal(new ClusterId(roster.Predecessor.Value), roster.Cluster);
        Assert.Equal("gamma", Assert.Single(roster.FormerNodes).Name);
        Assert.Equal(BetaKey, Convert.ToHexStringLower(Assert.Single(roster.Nodes.Single(n => n.Name == "beta").FormerIdentityKeys).Span));
        Assert.Equal([1, 0, 0], roster.Administrators.Select(a => a.TlsPins.Count));
        var hot = roster.Schedules[0];
        Assert.Equal(("hot-weekly", "hot-1", TimeSpan.FromDays(7), TimeSpan.FromHours(6)), (hot.Name, hot.Label, hot.Every, hot.Jitter));
        Assert.Equal(new DateTimeOffset(2026, 12, 6, 3, 0, 0, TimeSpan.Zero), hot.From);

        var named = roster.Schedules[1] with { Name = "named", Keys = [new(new Bytes32(SHA256.HashData([1]))), new(new Bytes32(SHA256.HashData([2])))], Jitter = TimeSpan.Zero, Every = TimeSpan.FromMilliseconds(1_500) };
        var all = roster with { Schedules = [.. roster.Schedules, named], DestructionDelay = TimeSpan.Zero };
        var written = RosterDocument.Write(all);
        var back = Parse(written);
        Assert.Equal(written, RosterDocument.Write(back));
        Assert.Equal((all.Predecessor, all.NamedCluster, TimeSpan.Zero, 2), (back.Predecessor, back.NamedCluster, back.DestructionDelay, back.Quorum));
        Assert.Equivalent(all.Schedules, back.Schedules, strict: true);
        Assert.Equal(all.FormerNodes.Select(n => (n.Nid, n.Name, n.IdentityKeys.Count)), back.FormerNodes.Select(n => (n.Nid, n.Name, n.IdentityKeys.Count)));
        Assert.Equal(all.Administrators.SelectMany(a => a.TlsPins), back.Administrators.SelectMany(a => a.TlsPins));
    }

    [Fact]
    public void Rejects_chain_fields_where_they_do_not_belong()
    {
        var zeros = new string('0', 64);
        RejectsRoster("name: example", $"name: example\npredecessor: {zeros}", "predecessor", "version 1 has none");
        RejectsRoster("name: example", $"name: example\ncluster: {zeros}", "cluster", "version 1 has none");
        RejectsRoster("clients:", $"former_nodes:\n  - name: omega\n    nid: {zeros}\n    identity_keys: [{AlphaPin}]\nclients:", "former_nodes", "nobody can have left yet");
        RejectsRoster("    tls_pins:", $"    former_identity_keys: [{AlphaPin}]\n    tls_pins:", "nodes[0].former_identity_keys", "a first roster has none");
        RejectsSecondRoster("version: 2 ", "version: 1 ", "predecessor", "version 1 has none");
        RejectsSecondRoster("predecessor: ", "predecessor: 0", "predecessor", "expected 64 hexadecimal digits");
        RejectsSecondRoster("cluster: ", "clusters: ", "", "key 'cluster' is missing");
    }

    [Fact]
    public void Rejects_quorums_and_delays_that_cannot_be()
    {
        RejectsSecondRoster("quorum: 2", "quorum: 4", "quorum", "4 administrators are to sign, but only 3 are listed");
        RejectsSecondRoster("quorum: 2", "quorum: 0", "quorum", "expected a whole number 1..64");
        RejectsRoster("name: example", "name: example\nquorum: 2", "quorum", "only 1 are listed");
        RejectsSecondRoster("destruction_delay: 48h", "destruction_delay: 400d", "destruction_delay", "expected a duration");
        RejectsSecondRoster("destruction_delay: 48h", "destruction_delay: -1h", "destruction_delay", "expected a duration");
    }

    [Fact]
    public void Rejects_a_key_that_serves_twice_be_it_one_of_old()
    {
        const string GammaKey = "89389c52bdcaf5aae2788369cf0ec84e2e50aa5bcaa96d972cb97724ea75e1b9";
        RejectsSecondRoster(GammaKey, AlphaKey, "former_nodes[0].identity_keys[0]", "the same key is listed already");
        RejectsSecondRoster(BetaKey, AlphaKey, "nodes[1].former_identity_keys[0]", "the same key is listed already");
        RejectsSecondRoster("    signing_key: 109938efcb89a259928bcdb9deb83423f145d083ca247c9c8019a068f53a0d7c", $"    signing_key: {GammaKey}", "clients[0].signing_key", "the same key is listed already");
        RejectsSecondRoster("id: 4fa161e39b7731f0e7f1a7d561c0d2f01d7f76357bea92f4416beaeb5c8e41cb", "id: 15f1bb874285298c38354b9b56ff2cb2eb53f36c287e740932e978aa2db7319d", "clients[1].id", "another client has this id");
        RejectsSecondRoster("nid: dfff", "nid: dffe", "nodes[1].nid", "is not the SHA-256 of the first of its former keys, dfff1113");
        RejectsSecondRoster("nid: f670", "nid: f671", "former_nodes[0].nid", "is not the SHA-256 of the first of its keys");
        RejectsSecondRoster($"      - {BetaKey}", string.Concat(Enumerable.Range(0, 17).Select(i => $"      - {Convert.ToHexStringLower(SHA256.HashData([(byte)i]))}\n")),
            "nodes[1].former_identity_keys", "expected 1..16 items");
    }

    [Fact]
    public void Rejects_schedules_that_cannot_be_met()
    {
        RejectsSecondRoster("jitter: 6h", "jitter: 7d", "schedules[0].jitter", "must be less than 'every'");
        RejectsSecondRoster("every: 7d", "every: 999ms", "schedules[0].every", "expected a duration");
        RejectsSecondRoster("every: 7d", "every: 999999999d", "schedules[0].every", "expected a duration");
        RejectsSecondRoster("every: 7d", "every: weekly", "schedules[0].every", "expected a duration");
        foreach (var time in new[] { "2026-12-06T03:00:00", "2026-12-06T03:00:00+01:00", "2026-12-06T03:00:00.5Z", "2026-12-06 03:00:00Z", "2026-13-06T03:00:00Z", "2026-02-30T03:00:00Z" })
            RejectsSecondRoster("from: 2026-12-06T03:00:00Z", $"from: \"{time}\"", "schedules[0].from", "expected a time in UTC like");
        RejectsSecondRoster("name: all-monthly", "name: hot-weekly", "schedules[1].name", "another schedule has the name");
        RejectsSecondRoster("    label: hot-1", $"    label: hot-1\n    keys: [{AlphaPin}]", "schedules[0].keys", "not both");
        RejectsSecondRoster("    label: hot-1", $"    keys: [{AlphaPin}, {AlphaPin}]", "schedules[0].keys[1]", "this key is named already");
        RejectsSecondRoster("    label: hot-1", "    keys: []", "schedules[0].keys", "expected 1..1000 items");
        RejectsSecondRoster("    label: hot-1", "    label: \"hot 1\"", "schedules[0].label", "expected 1..64 characters");
    }

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(1_500, "1500ms")]
    [InlineData(90_000, "90s")]
    [InlineData(7_200_000, "2h")]
    [InlineData(2_592_000_000, "30d")]
    public void Durations_are_written_in_their_largest_unit(long milliseconds, string text) =>
        Assert.Equal(text, MpcSigner.Documents.Yaml.Durations.Write(TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public void Reports_all_mistakes_at_once()
    {
        var text = RosterExample.Replace("name: beta", "name: alpha", StringComparison.Ordinal).Replace("node-gamma.example:7443", "gamma", StringComparison.Ordinal)
            .Replace("may_create_keys: false", "may_create_keys: no", StringComparison.Ordinal);
        Assert.False(RosterDocument.TryParse(Encoding.UTF8.GetBytes(text), out _, out var errors));
        Assert.Equal(["nodes[1].name", "nodes[2].address", "clients[1].may_create_keys"], errors.Select(e => e.Path));
        Assert.All(errors, e => Assert.True(e.Line > 1 && e.Column > 1));
    }

    [Fact]
    public void Reads_ten_thousand_clients_within_its_bounds()
    {
        var roster = Parse(Encoding.UTF8.GetBytes(RosterExample));
        var clients = Enumerable.Range(0, MpcSigner.Core.Rosters.Roster.MaxClients).Select(i =>
        {
            var key = SHA256.HashData(BitConverter.GetBytes(i));
            return new RosterClient(new(SHA256.HashData(key)), $"client-with-a-long-name-{i:d8}", key, [new(SHA256.HashData(key.Append((byte)1).ToArray())), new(SHA256.HashData(key.Append((byte)2).ToArray()))], false);
        }).ToList();
        Assert.Equal(10_000, Parse(RosterDocument.Write(roster with { Clients = clients })).Clients.Count);
    }

    private static string Print(RosterNode n) => $"{n.Nid} {n.Name} {Convert.ToHexString(n.IdentityKey.Span)} {string.Join(',', n.TlsPins)} {n.Address}";

    private static string Print(RosterClient c) => $"{c.Id} {c.Name} {Convert.ToHexString(c.SigningKey.Span)} {string.Join(',', c.TlsPins)} {c.MayCreateKeys}";
}
