using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Documents.Rosters;

/// <summary>The roster as YAML: read strictly, with all errors at once, and written canonically. What versions owe to each other is <see cref="RosterChain"/>'s.</summary>
public static class RosterDocument
{
    /// <summary>A cluster's first roster, whose hash is the cluster id.</summary>
    public const uint FirstVersion = 1;

    public const int MinNodes = 2;
    public const int MaxTlsPins = 2;
    public const int MaxNameLength = 32;

    /// <summary>The shortest time between two instances of a schedule. A day and more is what it is for; seconds make a drill.</summary>
    public static readonly TimeSpan MinEvery = TimeSpan.FromSeconds(1);

    public static readonly TimeSpan MaxEvery = TimeSpan.FromDays(3_650);
    public static readonly TimeSpan MaxDestructionDelay = TimeSpan.FromDays(366);
    private const int KeySize = 32;

    /// <summary>10,000 clients of some 300 bytes each, and schedules that name keys.</summary>
    public static YamlBounds Bounds { get; } = new(MaxBytes: 4 << 20, MaxNodes: 300_000, MaxScalarLength: 512);

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
    public static byte[] Write(Roster roster) => RosterWriter.Write(roster);

    private static Roster? Read(YamlMap root, Digest32 hash)
    {
        var version = root.Integer("version", FirstVersion, uint.MaxValue);
        var isFirst = version == FirstVersion;
        var (predecessor, cluster) = ReadChain(root, version);
        var name = root.Text("name", TextRule.Name);
        var once = new RosterUniqueness();
        var nodes = root.Maps("nodes", MinNodes, Roster.MaxNodes)?.Select(map => ReadNode(map, once, isFirst)).ToList();
        var former = root.Maps("former_nodes", 0, Roster.MaxFormerNodes, optional: true)?.Select(map => ReadFormerNode(map, once)).ToList() ?? [];
        if (isFirst && root.Has("former_nodes"))
            root.Fail("former_nodes", "a first roster has none: nobody can have left yet");
        var clients = root.Maps("clients", 0, Roster.MaxClients)?.Select(map => ReadClient(map, once, isFirst)).ToList();
        var administrators = root.Maps("administrators", 1, Roster.MaxAdministrators)?.Select(map => ReadAdministrator(map, once)).ToList();
        var quorum = ReadQuorum(root, administrators?.Count);
        var delay = root.Duration("destruction_delay", TimeSpan.Zero, MaxDestructionDelay, optional: true);
        var schedules = RosterSchedules.Read(root);

        if (version is null || name is null || nodes is null || clients is null || administrators is null || schedules is null
            || nodes.Contains(null) || former.Contains(null) || clients.Contains(null) || administrators.Contains(null))
            return null; // each null has its error
        var roster = new Roster(hash, (uint)version, name, [.. nodes.OfType<RosterNode>().OrderBy(n => n.Nid)],
            [.. clients.OfType<RosterClient>()], [.. administrators.OfType<RosterAdministrator>()])
        {
            Predecessor = new(predecessor),
            NamedCluster = new(cluster),
            Quorum = quorum,
            FormerNodes = [.. former.OfType<FormerNode>().OrderBy(n => n.Nid)],
            Schedules = schedules,
        };
        return delay is { } known ? roster with { DestructionDelay = known } : roster;
    }

    /// <summary>What a later version continues; the first one is named by its own hash.</summary>
    private static (Bytes32 Predecessor, Bytes32 Cluster) ReadChain(YamlMap root, long? version)
    {
        var isFirst = version is null or FirstVersion;
        var predecessor = root.Bytes32("predecessor", optional: isFirst);
        var cluster = root.Bytes32("cluster", optional: isFirst);
        if (version is FirstVersion)
        {
            foreach (var key in new[] { "predecessor", "cluster" })
            {
                if (root.Has(key))
                    root.Fail(key, "version 1 has none: it is the first, and its own hash names the cluster");
            }
        }
        return (predecessor ?? default, cluster ?? default);
    }

    private static int ReadQuorum(YamlMap root, int? administrators)
    {
        var quorum = root.Integer("quorum", 1, Roster.MaxAdministrators, optional: true) ?? 1;
        if (administrators is { } count && quorum > count)
            root.Fail("quorum", $"{quorum} administrators are to sign, but only {count} are listed");
        return (int)quorum;
    }

    private static RosterNode? ReadNode(YamlMap map, RosterUniqueness once, bool isFirst)
    {
        var name = once.Name(map, "node");
        var nid = map.Bytes32("nid");
        var key = once.Key(map, "identity_key");
        var former = map.Has("former_identity_keys") ? once.Keys(map, "former_identity_keys", 1, RosterNode.MaxFormerKeys) : [];
        if (isFirst && map.Has("former_identity_keys"))
            map.Fail("former_identity_keys", "a first roster has none: a node's first key is its key");
        var pins = once.Pins(map);
        var address = once.Address(map);
        if (former is not null)
            CheckId(map, "nid", nid, former is [var first, ..] ? first : key, former.Count == 0 ? "the key beside it" : "the first of its former keys");
        return name is null || nid is null || key is null || former is null || pins is null || address is null
            ? null
            : new(new(nid.Value), name, key, pins, address) { FormerIdentityKeys = former };
    }

    private static FormerNode? ReadFormerNode(YamlMap map, RosterUniqueness once)
    {
        // Names of nodes that have left are free for others.
        var name = map.Text("name", TextRule.Name);
        var nid = map.Bytes32("nid");
        var keys = once.Keys(map, "identity_keys", 1, RosterNode.MaxFormerKeys + 1);
        CheckId(map, "nid", nid, keys is [var first, ..] ? first : null, "the first of its keys");
        return name is null || nid is null || keys is null ? null : new(new(nid.Value), name, keys);
    }

    private static RosterClient? ReadClient(YamlMap map, RosterUniqueness once, bool isFirst)
    {
        var name = once.Name(map, "client");
        var id = once.ClientId(map);
        var key = once.Key(map, "signing_key");
        var pins = once.Pins(map);
        var mayCreateKeys = map.Flag("may_create_keys");
        // Later the key may have been replaced: then the version before tells, which has the id too.
        if (isFirst)
            CheckId(map, "id", id, key, "the key beside it");
        return name is null || id is null || key is null || pins is null || mayCreateKeys is null ? null : new(new(id.Value), name, key, pins, mayCreateKeys.Value);
    }

    private static RosterAdministrator? ReadAdministrator(YamlMap map, RosterUniqueness once)
    {
        var name = once.Name(map, "administrator");
        var key = once.Key(map, "signing_key");
        var pins = map.Has("tls_pins") ? once.Pins(map) : [];
        return name is null || key is null || pins is null ? null : new(name, key) { TlsPins = pins };
    }

    /// <summary>An id is the hash of the first key. Two ids can then not be equal unless the keys are.</summary>
    private static void CheckId(YamlMap map, string idKey, Bytes32? id, ReadOnlyMemory<byte>? key, string which)
    {
        if (id is { } written && key is { } first && new Bytes32(SHA256.HashData(first.Span)) is var expected && written != expected)
            map.Fail(idKey, $"is not the SHA-256 of {which}, {expected}");
    }

    internal static byte[]? ReadKey(YamlMap map, string key) => map.Hex(key, KeySize);

    internal static bool TryReadKey(YamlItem item, [NotNullWhen(true)] out byte[]? key) => item.TryHex(KeySize, out key);
}
