using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Documents.Rosters;

/// <summary>The roster as YAML: read strictly, with all errors at once, and written for a new cluster.</summary>
public static class RosterDocument
{
    /// <summary>The only version so far: a cluster's first roster.</summary>
    public const uint Version = 1;

    public const int MinNodes = 2;
    public const int MaxTlsPins = 2;
    public const int MaxNameLength = 32;
    private const int KeySize = 32;

    /// <summary>10,000 clients of some 300 bytes each.</summary>
    public static YamlBounds Bounds { get; } = new(MaxBytes: 4 << 20, MaxNodes: 200_000, MaxScalarLength: 512);

    /// <param name="bytes">The exact signed bytes: their SHA-256 is the roster's hash and, at version 1, the cluster id.</param>
    /// <param name="errors">Empty exactly when the answer is true.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Roster? roster, out IReadOnlyList<DocumentError> errors)
    {
        roster = null;
        var reader = YamlReader.Open(bytes, Bounds);
        var read = reader.Root is { } root ? Read(root, new Digest32(SHA256.HashData(bytes))) : null;
        errors = reader.Finish();
        if (errors.Count > 0)
            return false;
        roster = read ?? throw new InvalidOperationException("a roster was neither read nor refused");
        return true;
    }

    /// <summary>Canonical bytes of a roster (its <see cref="Roster.Hash"/> is not among them: it follows from them).</summary>
    public static byte[] Write(Roster roster)
    {
        var yaml = new YamlWriter();
        yaml.Plain("version", roster.Version.ToString(CultureInfo.InvariantCulture)).Text("name", roster.Name);
        yaml.Block("nodes", list =>
        {
            foreach (var node in roster.Nodes)
            {
                list.Item(item => item.Text("name", node.Name).Text("nid", node.Nid.ToString()).Text("identity_key", Hex(node.IdentityKey))
                    .Texts("tls_pins", node.TlsPins.Select(p => p.ToString())).Text("address", node.Address));
            }
        });
        if (roster.Clients.Count == 0)
            yaml.Plain("clients", "[]");
        else
        {
            yaml.Block("clients", list =>
            {
                foreach (var client in roster.Clients)
                {
                    list.Item(item => item.Text("name", client.Name).Text("id", client.Id.ToString()).Text("signing_key", Hex(client.SigningKey))
                        .Texts("tls_pins", client.TlsPins.Select(p => p.ToString())).Plain("may_create_keys", client.MayCreateKeys ? "true" : "false"));
                }
            });
        }
        yaml.Block("administrators", list =>
        {
            foreach (var administrator in roster.Administrators)
                list.Item(item => item.Text("name", administrator.Name).Text("signing_key", Hex(administrator.SigningKey)));
        });
        return yaml.ToBytes();
    }

    private static Roster? Read(YamlMap root, Digest32 hash)
    {
        if (root.Integer("version", 0, uint.MaxValue) is { } version && version != Version)
            root.Fail("version", $"this release reads roster version {Version}, this is version {version}");
        var name = root.Text("name", TextRule.Name);
        var once = new RosterUniqueness();
        var nodes = root.Maps("nodes", MinNodes, Roster.MaxNodes)?.Select(map => ReadNode(map, once)).ToList();
        var clients = root.Maps("clients", 0, Roster.MaxClients)?.Select(map => ReadClient(map, once)).ToList();
        var administrators = root.Maps("administrators", 1, Roster.MaxAdministrators)?.Select(map => ReadAdministrator(map, once)).ToList();

        if (name is null || nodes is null || clients is null || administrators is null
            || nodes.Contains(null) || clients.Contains(null) || administrators.Contains(null))
            return null; // each null has its error
        return new(hash, Version, name, [.. nodes.OfType<RosterNode>().OrderBy(n => n.Nid)], [.. clients.OfType<RosterClient>()], [.. administrators.OfType<RosterAdministrator>()]);
    }

    private static RosterNode? ReadNode(YamlMap map, RosterUniqueness once)
    {
        var name = once.Name(map, "node");
        var nid = map.Bytes32("nid");
        var key = once.Key(map, "identity_key");
        var pins = once.Pins(map);
        var address = once.Address(map);
        CheckId(map, "nid", nid, key);
        return name is null || nid is null || key is null || pins is null || address is null ? null : new(new(nid.Value), name, key, pins, address);
    }

    private static RosterClient? ReadClient(YamlMap map, RosterUniqueness once)
    {
        var name = once.Name(map, "client");
        var id = map.Bytes32("id");
        var key = once.Key(map, "signing_key");
        var pins = once.Pins(map);
        var mayCreateKeys = map.Flag("may_create_keys");
        CheckId(map, "id", id, key);
        return name is null || id is null || key is null || pins is null || mayCreateKeys is null ? null : new(new(id.Value), name, key, pins, mayCreateKeys.Value);
    }

    private static RosterAdministrator? ReadAdministrator(YamlMap map, RosterUniqueness once)
    {
        var name = once.Name(map, "administrator");
        var key = once.Key(map, "signing_key");
        return name is null || key is null ? null : new(name, key);
    }

    /// <summary>An id is the hash of the first key, and at version 1 the first key is the one listed. Two ids can then not be equal unless the keys are.</summary>
    private static void CheckId(YamlMap map, string idKey, Bytes32? id, byte[]? key)
    {
        if (id is { } written && key is not null && new Bytes32(SHA256.HashData(key)) is var expected && written != expected)
            map.Fail(idKey, $"is not the SHA-256 of the key beside it, {expected}");
    }

    internal static byte[]? ReadKey(YamlMap map, string key) => map.Hex(key, KeySize);

    private static string Hex(ReadOnlyMemory<byte> bytes) => Convert.ToHexStringLower(bytes.Span);
}
