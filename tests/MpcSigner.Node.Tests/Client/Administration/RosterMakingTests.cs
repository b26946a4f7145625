using MpcSigner.Client;
using MpcSigner.Client.Administration;
using MpcSigner.Client.Configuration;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;
using Xunit;

namespace MpcSigner.Node.Tests.Clients.Administration;

/// <summary>Versions of the roster that change one node, and the folder that keeps the chain.</summary>
public sealed class RosterMakingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mpcsigner-roster-").FullName;
    private readonly Ed25519KeyFile[] _keys;
    private readonly byte[] _first;

    public RosterMakingTests()
    {
        _keys = [Ed25519KeyFile.Create(Path.Combine(_folder, "1.pem")), Ed25519KeyFile.Create(Path.Combine(_folder, "2.pem"))];
        RosterNode[] nodes = [.. Enumerable.Range(1, 3).Select(i => Node($"node-{i}", 7000 + i)).OrderBy(n => n.Nid)];
        _first = RosterDocument.Write(new(default, RosterDocument.FirstVersion, "test", nodes, [], [.. _keys.Select((k, i) => new RosterAdministrator($"admin-{i + 1}", k.PublicKey))]) { Quorum = 2 });
        File.WriteAllBytes(Path.Combine(_folder, ClientFolder.Roster), _first);
    }

    public void Dispose()
    {
        foreach (var key in _keys)
            key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_node_comes_another_goes_and_the_folder_holds_the_chain()
    {
        var first = await SignedFirstAsync();
        var added = await new RosterMaking(Trusted(first), new(Trusted(first), _keys)).MakeAsync(AddNode("node-4", 7004), default);
        ClientFolder.AddRoster(_folder, added);
        var second = Trusted(first);
        Assert.Equal(2u, second.Version);
        Assert.Equal(4, second.Nodes.Count);

        var retired = await new RosterMaking(second, new(second, _keys)).MakeAsync(RosterEdit.RetireNode("node-1"), default);
        ClientFolder.AddRoster(_folder, retired);
        var third = Trusted(first);
        Assert.Equal(3u, third.Version);
        Assert.DoesNotContain(third.Nodes, n => n.Name == "node-1");
        Assert.Equal("node-1", Assert.Single(third.FormerNodes).Name);
        Assert.Equal(second.Cluster, third.Cluster);
    }

    [Fact]
    public async Task Rejects_an_edit_that_names_no_node_or_names_one_twice_and_one_with_too_few_keys_at_hand()
    {
        var roster = Trusted(await SignedFirstAsync());
        var making = new RosterMaking(roster, new(roster, _keys));
        Assert.Equal("BAD_PARTICIPANTS", (await Assert.ThrowsAsync<MpcSignerException>(() => making.MakeAsync(RosterEdit.RetireNode("node-9"), default))).Reason);
        Assert.Equal("ROSTER_REFUSED", (await Assert.ThrowsAsync<MpcSignerException>(() => making.MakeAsync(AddNode("node-1", 7009), default))).Reason);
        Assert.Equal("MALFORMED_REQUEST", Assert.Throws<MpcSignerException>(() => RosterEdit.AddNode("node-4", "00", "00", "00", "127.0.0.1:1")).Reason);
        Assert.Equal("TOO_FEW_SIGNATURES", (await Assert.ThrowsAsync<MpcSignerException>(() => new RosterMaking(roster, new(roster, [_keys[0]])).MakeAsync(AddNode("node-4", 7004), default))).Reason);
    }

    [Fact]
    public async Task Rejects_a_chain_with_a_version_that_others_signed()
    {
        var first = await SignedFirstAsync();
        var roster = Trusted(first);
        var made = await new RosterMaking(roster, new(roster, _keys)).MakeAsync(AddNode("node-4", 7004), default);
        ClientFolder.AddRoster(_folder, made with { Signatures = first });
        Assert.Equal("CONFIGURATION", Assert.Throws<MpcSignerException>(() => Trusted(first)).Reason);
    }

    private Roster Trusted(byte[] signature) => RosterHistory.Read(_first, signature, _keys[0].PublicKey, ClientFolder.ReadRosters(_folder)).Roster;

    private async Task<byte[]> SignedFirstAsync()
    {
        Assert.True(RosterDocument.TryParse(_first, out var roster, out _));
        var digest = roster.Hash;
        return new DocumentSignature(DocumentKind.Roster, digest, "admin-1", await _keys[0].SignAsync(DocumentSignature.Message(DocumentKind.Roster, roster.Cluster, digest), default)).Write();
    }

    private static RosterEdit AddNode(string name, int port)
    {
        var node = Node(name, port);
        return RosterEdit.AddNode(name, node.Nid.ToString(), Convert.ToHexStringLower(node.IdentityKey.Span), node.TlsPins[0].ToString(), node.Address);
    }

    private static RosterNode Node(string name, int port)
    {
        using var identity = IdentityKey.Generate(SystemRandomSource.Instance);
        var key = identity.PublicKey.Bytes.ToArray();
        return new(new(System.Security.Cryptography.SHA256.HashData(key)), name, key, [new Digest32(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32))], $"127.0.0.1:{port}");
    }
}
