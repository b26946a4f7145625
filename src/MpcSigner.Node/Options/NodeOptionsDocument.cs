using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.Extensions.Logging;
using MpcSigner.Documents;
using MpcSigner.Documents.Yaml;

namespace MpcSigner.Node.Options;

/// <summary>The options file (config/node.example.yaml), read strictly and with all errors at once.</summary>
internal static class NodeOptionsDocument
{
    private const int KeySize = 32;
    private const int MaxCommandWords = 32;
    private static readonly string[] Sources = ["file", "environment", "command", "prompt"];
    private static readonly TextRule PathRule = TextRule.Sentence(1_024);

    private static readonly Dictionary<string, HardeningPolicy> Hardenings = new(StringComparer.Ordinal)
    {
        ["require"] = HardeningPolicy.Require,
        ["warn"] = HardeningPolicy.Warn,
        ["off"] = HardeningPolicy.Off,
    };

    private static readonly Dictionary<string, LogFormat> Formats = new(StringComparer.Ordinal)
    {
        ["plain"] = LogFormat.Plain,
        ["json"] = LogFormat.Json,
    };

    private static readonly Dictionary<string, bool> PairSetups = new(StringComparer.Ordinal)
    {
        ["at_start"] = true,
        ["on_demand"] = false,
    };

    private static readonly Dictionary<string, LogLevel> Levels = new(StringComparer.Ordinal)
    {
        ["debug"] = LogLevel.Debug,
        ["information"] = LogLevel.Information,
        ["warning"] = LogLevel.Warning,
        ["error"] = LogLevel.Error,
    };

    /// <param name="bytes">The file.</param>
    /// <param name="folder">Absolute; what relative paths start from: the folder of the file.</param>
    /// <param name="errors">Empty exactly when the answer is true.</param>
    public static bool TryParse(ReadOnlySpan<byte> bytes, string folder, [NotNullWhen(true)] out NodeOptions? options, out IReadOnlyList<DocumentError> errors)
    {
        options = null;
        var reader = YamlReader.Open(bytes, YamlBounds.Small);
        var read = reader.Root is { } root ? Read(root, folder) : null;
        errors = reader.Finish();
        if (errors.Count > 0)
            return false;
        options = read ?? throw new InvalidOperationException("options were neither read nor refused");
        return true;
    }

    private static NodeOptions? Read(YamlMap root, string folder)
    {
        var name = root.Text("name", TextRule.Name);
        var directory = PathOf(root, "directory", folder);
        var listen = ReadListen(root);
        var roster = PathOf(root, "roster", folder);
        var rosterSignature = PathOf(root, "roster_signature", folder);
        var policy = PathOf(root, "policy", folder);
        var policySignature = PathOf(root, "policy_signature", folder);
        var administrator = root.Hex("administrator_key", KeySize);
        var authority = PathOf(root, "authority", folder);
        var passphrase = ReadSource(root, "passphrase", folder, optional: true);
        var formerPassphrase = ReadSource(root, "former_passphrase", folder, optional: true);
        var hsm = root.Map("hsm", optional: true) is { } section ? HsmOptions.Read(section, folder) : null;
        var formerHsm = root.Map("former_hsm", optional: true) is { } former ? HsmOptions.Read(former, folder) : null;
        var window = root.Duration("unseal_window", NodeOptions.MinUnsealWindow, NodeOptions.MaxUnsealWindow, optional: true);
        var hardening = root.Choice("hardening", Hardenings, optional: true);
        var shares = root.Integer("cached_shares", 0, NodeOptions.MaxCachedShares, optional: true);
        var life = root.Duration("cached_share_life", TimeSpan.Zero, Vault.ShareCache.MaxLife, optional: true);
        var pools = PoolOptions.Read(root.Map("pools", optional: true));
        var pairsAtStart = root.Choice("pair_setups", PairSetups, optional: true);
        var shutdown = root.Duration("shutdown_timeout", TimeSpan.Zero, NodeOptions.MaxShutdownTimeout, optional: true);
        var log = root.Map("log", optional: true);
        var level = log?.Choice("level", Levels, optional: true);
        var format = log?.Choice("format", Formats, optional: true);
        var file = log is { } map && map.Has("file") ? PathOf(map, "file", folder) : null;

        if (name is null || directory is null || listen is null || roster is null || rosterSignature is null || policy is null
            || policySignature is null || administrator is null || authority is null || (root.Has("hsm") && hsm is null) || (root.Has("former_hsm") && formerHsm is null))
            return null; // each null has its error
        return new()
        {
            Name = name,
            Directory = directory,
            Listen = listen,
            Roster = roster,
            RosterSignature = rosterSignature,
            Policy = policy,
            PolicySignature = policySignature,
            AdministratorKey = administrator,
            Authority = authority,
            Passphrase = passphrase,
            FormerPassphrase = formerPassphrase,
            Hsm = hsm,
            FormerHsm = formerHsm,
            UnsealWindow = window ?? NodeOptions.DefaultUnsealWindow,
            Hardening = hardening ?? HardeningPolicy.Require,
            CachedShares = (int)(shares ?? NodeOptions.DefaultCachedShares),
            CachedShareLife = life ?? Vault.ShareCache.DefaultLife,
            Pools = pools,
            PairSetupsAtStart = pairsAtStart ?? true,
            ShutdownTimeout = shutdown ?? NodeOptions.DefaultShutdownTimeout,
            LogLevel = level ?? LogLevel.Information,
            LogFormat = format ?? LogFormat.Plain,
            LogFile = file,
        };
    }

    internal static string? PathOf(YamlMap map, string key, string folder) =>
        map.Text(key, PathRule) is { } path ? Path.GetFullPath(path, folder) : null;

    private static IPEndPoint? ReadListen(YamlMap root)
    {
        if (root.Text("listen", TextRule.Sentence(64)) is not { } text)
            return null;
        if (text.Contains(':', StringComparison.Ordinal) && IPEndPoint.TryParse(text, out var endPoint) && (endPoint.Port != 0 || text.EndsWith(":0", StringComparison.Ordinal)))
            return endPoint;
        root.Fail("listen", "expected an IP address with a port, like 127.0.0.1:7001 or [::]:7001");
        return null;
    }

    private static List<string>? ReadCommand(YamlMap map)
    {
        if (map.Items("command", 1, MaxCommandWords, optional: true) is not { } items)
            return null;
        var words = new List<string>(items.Count);
        foreach (var item in items)
        {
            if (item.TryText(PathRule, out var word))
                words.Add(word);
        }
        return words.Count == items.Count ? words : null;
    }

    /// <summary>Where a secret comes from; null where it is not said, or wrong.</summary>
    internal static PassphraseSource? ReadSource(YamlMap root, string key, string folder, bool optional)
    {
        if (root.Map(key, optional) is not { } map)
            return null;
        var file = map.Has("file") ? PathOf(map, "file", folder) : null;
        var variable = map.Text("environment", TextRule.Word, optional: true);
        var prompt = map.Flag("prompt", optional: true);
        var command = ReadCommand(map);
        if (Sources.Count(map.Has) != 1)
        {
            map.AcceptTheRest();
            map.Fail($"expected exactly one of {string.Join(", ", Sources)}");
            return null;
        }
        if (prompt is false)
            map.Fail("prompt", "is false: name a file or an environment variable instead");
        return file is not null ? new PassphraseSource.FromFile(file)
            : variable is not null ? new PassphraseSource.FromEnvironment(variable)
            : command is not null ? new PassphraseSource.FromCommand(command)
            : prompt is true ? new PassphraseSource.FromPrompt()
            : null;
    }
}
