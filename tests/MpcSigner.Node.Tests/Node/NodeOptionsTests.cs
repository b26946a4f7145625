using System.Text;
using Microsoft.Extensions.Logging;
using MpcSigner.Node.Options;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

public class NodeOptionsTests
{
    private const string Good = """
        name: a
        directory: data
        listen: 127.0.0.1:7001
        roster: roster.yaml
        roster_signature: roster.sig
        policy: /etc/policy.yaml
        policy_signature: policy.sig
        administrator_key: d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
        authority: ca.pem
        passphrase: {file: secret}

        """;

    private static NodeOptions Read(string yaml)
    {
        Assert.True(NodeOptionsDocument.TryParse(Encoding.UTF8.GetBytes(yaml), "/srv/node", out var options, out var errors), string.Join('\n', errors));
        Assert.Empty(errors);
        return options;
    }

    private static string[] Refused(string yaml)
    {
        Assert.False(NodeOptionsDocument.TryParse(Encoding.UTF8.GetBytes(yaml), "/srv/node", out var options, out var errors));
        Assert.Null(options);
        return [.. errors.Select(e => e.ToString())];
    }

    [Fact]
    public void Paths_start_from_the_files_folder_and_defaults_are_the_strict_ones()
    {
        var options = Read(Good);
        Assert.Equal(("/srv/node/data", "/etc/policy.yaml"), (options.Directory, options.Policy));
        Assert.Equal(HardeningPolicy.Require, options.Hardening);
        Assert.Equal((LogLevel.Information, LogFormat.Plain, null), (options.LogLevel, options.LogFormat, options.LogFile));
        Assert.Equal(4_096, options.CachedShares);
        Assert.Equal(new(), options.Pools); // the example states the defaults
        Assert.True(options.PairSetupsAtStart);
        Assert.Equal(new PassphraseSource.FromFile("/srv/node/secret"), options.Passphrase);
    }

    /// <summary>A path with a zero in it names no file, and escape sequences must not reach a terminal.</summary>
    [Theory]
    [InlineData("\\0")]
    [InlineData("\\e[2J")]
    public void Rejects_control_characters_in_a_path(string character) =>
        Assert.Contains(Refused(Good.Replace("roster_signature: roster.sig", $"roster_signature: \"a{character}b\"", StringComparison.Ordinal)),
            error => error.Contains("roster_signature", StringComparison.Ordinal));

    [Fact]
    public void The_annotated_example_is_read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "MpcSigner.sln")))
            folder = folder.Parent;
        var options = Read(File.ReadAllText(Path.Combine(folder.FullName, "config", "node.example.yaml")));
        Assert.Equal(("zone-a", 7001, HardeningPolicy.Require), (options.Name, options.Listen.Port, options.Hardening));
        Assert.Equal((null, TimeSpan.FromHours(1)), (options.Hsm, options.CachedShareLife));
    }

    [Fact]
    public void The_sections_of_the_example_that_are_comments_are_read_too()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "MpcSigner.sln")))
            folder = folder.Parent;
        var lines = File.ReadAllLines(Path.Combine(folder.FullName, "config", "node.example.yaml"));
        var inside = false;
        var options = Read(string.Join('\n', lines.Select(line =>
        {
            inside = line is "# hsm:" or "# former_hsm:" or "# former_passphrase:" || (inside && line.StartsWith("#  ", StringComparison.Ordinal));
            return inside ? line[2..] : line;
        })));
        Assert.Equal(("/usr/lib/softhsm/libsofthsm2.so", "mpcsigner-zone-a", "4f2e1d0c9b8a7654"), (options.Hsm!.Module, options.Hsm.Token, options.Hsm.Serial));
        Assert.Equal((HsmOptions.DefaultSessions, HsmOptions.DefaultTimeout, false), (options.Hsm.Sessions, options.Hsm.Timeout, options.Hsm.Identity)); // the example states the defaults
        Assert.Equal(("mpcsigner-zone-a-former", null), (options.FormerHsm!.Token, options.FormerHsm.Serial));
        Assert.Equal(new PassphraseSource.FromFile("/srv/node/zone-a.former-pin"), options.FormerHsm.Pin);
        Assert.Equal(new PassphraseSource.FromFile("/srv/node/zone-a.former-passphrase"), options.FormerPassphrase);
    }

    [Fact]
    public void Rejects_all_errors_of_a_token_at_once()
    {
        var errors = Refused(Good + "hsm: {module: '', token: 0123456789abcdef0123456789abcdef0, serial: 0123456789abcdef0, pin: {}, sessions: 65, timeout: 1ms, identity: maybe, colour: red}\ncached_share_life: 25h\n");
        foreach (var place in new[] { "hsm.module", "hsm.token", "hsm.serial", "hsm.pin", "hsm.sessions", "hsm.timeout", "hsm.identity", "'colour'", "cached_share_life" })
            Assert.True(errors.Any(e => e.Contains(place, StringComparison.Ordinal)), place + " in " + string.Join('\n', errors));
        Assert.Equal(9, errors.Length);
        foreach (var missing in new[] { "module", "token", "pin" })
            Assert.Contains(Refused(Good + "former_hsm: {}\n"), e => e.Contains($"former_hsm: key '{missing}'", StringComparison.Ordinal));
    }

    [Fact]
    public void Rejects_all_errors_at_once()
    {
        var errors = Refused("""
            name: Zone A
            listen: localhost
            roster: roster.yaml
            roster_signature: roster.sig
            policy: policy.yaml
            policy_signature: policy.sig
            administrator_key: 12
            authority: ca.pem
            passphrase: {file: x, environment: Y}
            hardening: maybe
            cached_shares: 70000
            pools:
              nonces: 1001
              batch: 0
              presignatures: 1001
              presign_batch: 17
              life: 25h
              stocked: 65537
              held_per_peer: 255
            pair_setups: never
            shutdown_timeout: 10m
            log: {level: chatty, colour: red}
            colour: red
            """);
        foreach (var place in new[] { "name", "directory", "listen", "administrator_key", "passphrase", "hardening", "cached_shares", "pools.nonces", "pools.batch", "pools.presignatures", "pools.presign_batch", "pools.life", "pair_setups", "pools.stocked", "pools.held_per_peer", "shutdown_timeout", "log.level", "colour" })
            Assert.Contains(errors, e => e.Contains(place, StringComparison.Ordinal));
        Assert.Equal(19, errors.Length);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("example.org:7001")]
    [InlineData("127.0.0.1:70000")]
    [InlineData("::1")]
    public void Rejects_listen_addresses_that_are_none(string listen) =>
        Assert.Contains("listen", Assert.Single(Refused(Good.Replace("127.0.0.1:7001", $"'{listen}'", StringComparison.Ordinal))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{environment: MPCSIGNER_PASSPHRASE}", typeof(PassphraseSource.FromEnvironment))]
    [InlineData("{prompt: true}", typeof(PassphraseSource.FromPrompt))]
    [InlineData("{command: [/usr/bin/get-secret, zone-a]}", typeof(PassphraseSource.FromCommand))]
    public void Every_source_of_the_passphrase_is_read(string source, Type expected) =>
        Assert.IsType(expected, Read(Good.Replace("{file: secret}", source, StringComparison.Ordinal)).Passphrase);

    [Theory]
    [InlineData("{}")]
    [InlineData("{prompt: false}")]
    [InlineData("{command: []}")]
    [InlineData("{colour: red}")]
    public void Rejects_sources_of_the_passphrase_that_are_none(string source) =>
        Assert.NotEmpty(Refused(Good.Replace("{file: secret}", source, StringComparison.Ordinal)));
}
