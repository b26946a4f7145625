using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tests.Pkcs11;
using MpcSigner.Node.Tests.Vault;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary>The verbs about seals, as processes, with tokens of SoftHSM2: the whole circle, and what an operator reads when something is wrong.</summary>
[Collection(Pkcs11Collection.Name)]
public sealed class TokenCommandTests : IClassFixture<NodeFiles>
{
    private readonly NodeFiles _files;
    private readonly string _pin;

    public TokenCommandTests(NodeFiles files)
    {
        _files = files;
        // Children see .NET's environment, the library in this process that of C.
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", SoftToken.Configuration);
        _pin = Path.Combine(files.Cluster.Folder, "right.pin");
        if (!File.Exists(_pin))
            PrivateFile.Create(_pin, SoftToken.PinBytes);
    }

    private string Hsm(string label, string section = "hsm", string? pin = null, bool identity = false, string module = SoftToken.LibraryPath) =>
        $"{section}: {{module: {module}, token: {label}, pin: {{file: {pin ?? _pin}}}, timeout: 20s{(identity ? ", identity: true" : "")}}}\n";

    private static async Task<JsonElement> Runs(params string[] arguments)
    {
        var (code, output, error) = await NodeProgram.RunAsync(arguments);
        Assert.True(code == 0, error);
        return JsonDocument.Parse(output).RootElement;
    }

    private static async Task<string> Refused(ExitCode expected, params string[] arguments)
    {
        var (code, _, error) = await NodeProgram.RunAsync(arguments);
        Assert.True((int)expected == code, $"exit code {code}: {error}");
        return error;
    }

    [Fact]
    public async Task A_seal_goes_the_whole_circle_and_each_step_needs_only_what_it_says()
    {
        _files.CopyOf("a", "circle");
        var (first, second) = (SoftToken.NewLabel("cmd"), SoftToken.NewLabel("cmd"));
        var started = _files.OptionsOfA("circle-0.yaml", ("directory: a", "directory: circle"));
        await MakeStore(started);
        var text = File.ReadAllText(started);
        var without = WithoutPassphrase(text);
        string Options(string name, string body)
        {
            var path = Path.Combine(_files.Cluster.Folder, name);
            File.WriteAllText(path, body);
            return path;
        }

        await Refused(ExitCode.BadOptions, "seal", "change", "--config", started, "--to", "hsm");
        var toFirst = Options("circle-1.yaml", text + Hsm(first));
        Assert.Equal(("token", 2), Said(await Runs("seal", "change", "--config", toFirst, "--to", "hsm")));
        Assert.Equal(("token", 2), Said(await Runs("seal", "change", "--config", toFirst, "--to", "hsm"))); // it is there already

        var inFirst = Options("circle-2.yaml", without + Hsm(first));
        Assert.Equal(("token", 3), Said(await Runs("seal", "rotate", "--config", inFirst)));
        var status = await Runs("seal", "status", "--config", inFirst);
        var generation = Assert.Single(status.GetProperty("generations").EnumerateArray());
        Assert.Equal((3, "token", first, 0), (generation.GetProperty("generation").GetInt32(), generation.GetProperty("seal").GetString(), generation.GetProperty("token").GetString(), generation.GetProperty("shares").GetInt32()));
        Assert.Equal((0, 0, "sealed"), (status.GetProperty("retired").GetArrayLength(), status.GetProperty("orphans").GetArrayLength(), status.GetProperty("identity").GetString()));
        Assert.Contains("passphrase", await Refused(ExitCode.BadOptions, "seal", "change", "--config", inFirst, "--to", "passphrase"), StringComparison.Ordinal);

        var toSecond = Options("circle-3.yaml", without + Hsm(second) + Hsm(first, "former_hsm"));
        Assert.Equal(("token", 4), Said(await Runs("seal", "change", "--config", toSecond, "--to", "hsm")));
        var back = Options("circle-4.yaml", text + Hsm(second));
        Assert.Equal(("passphrase", 5), Said(await Runs("seal", "change", "--config", back, "--to", "passphrase")));
        Assert.Equal(("passphrase", 6), Said(await Runs("seal", "rotate", "--config", started))); // no token is needed any more
        foreach (var label in new[] { first, second })
            Assert.DoesNotContain("mpcsigner-seal", SoftToken.Pkcs11Tool(label, "--list-objects"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_is_made_in_a_token_with_its_identity_and_a_second_one_is_refused_there()
    {
        var label = SoftToken.NewLabel("cmd");
        string[] Init(string directory) =>
        [
            "init", "--directory", Path.Combine(_files.Cluster.Folder, directory), "--name", "a", "--host", "localhost", "--seal", "hsm",
            "--hsm-module", SoftToken.LibraryPath, "--hsm-token", label, "--hsm-pin-file", _pin, "--hsm-identity", "yes",
        ];
        var made = await Runs(Init("made"));
        var nid = made.GetProperty("nid").GetString()!;
        Assert.Equal("token", made.GetProperty("seal").GetString());
        Assert.Contains(nid[..38], await Refused(ExitCode.TokenRefused, Init("second")), StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(_files.Cluster.Folder, "second")));

        var text = File.ReadAllText(_files.OptionsOfA("made.yaml", ("directory: a", "directory: made")));
        var config = Path.Combine(_files.Cluster.Folder, "made.yaml");
        File.WriteAllText(config, WithoutPassphrase(text) + Hsm(label, identity: true));
        var next = await Runs("identity", "new", "--config", config);
        Assert.Equal(made.GetProperty("identity_key").GetString(), next.GetProperty("former_identity_key").GetString());
        Assert.Equal(next.GetProperty("identity_key").GetString(), (await Runs("identity", "new", "--config", config)).GetProperty("identity_key").GetString());
        var objects = SoftToken.Pkcs11Tool(label, "--list-objects", "--type", "privkey");
        Assert.Equal(2, objects.Split("mpcsigner-identity").Length - 1);

        // What a process that died would have left: only the operator's word destroys it.
        using (var token = new TestToken(label))
            token.Vault.MakeSeal(TokenKeyId.ForSeal(new(Convert.FromHexString(nid).AsSpan()), 9));
        var orphan = Assert.Single((await Runs("seal", "status", "--config", config)).GetProperty("orphans").EnumerateArray()).GetProperty("id").GetString()!;
        await Refused(ExitCode.BadCommandLine, "seal", "forget-orphan", "--config", config, "--id", "00");
        Assert.Equal(orphan, (await Runs("seal", "forget-orphan", "--config", config, "--id", orphan)).GetProperty("destroyed").GetString());
        Assert.Empty((await Runs("seal", "status", "--config", config)).GetProperty("orphans").EnumerateArray());
    }

    [Fact]
    public async Task Says_what_is_wrong_with_module_token_or_PIN()
    {
        var label = SoftToken.NewLabel("cmd");
        string[] Init(string module, string token, string pin) =>
        [
            "init", "--directory", Path.Combine(_files.Cluster.Folder, "never"), "--name", "a", "--host", "localhost", "--seal", "hsm",
            "--hsm-module", module, "--hsm-token", token, "--hsm-pin-file", pin,
        ];
        var wrong = Path.Combine(_files.Cluster.Folder, "wrong.pin");
        PrivateFile.Create(wrong, "not-the-pin"u8);
        var text = Path.Combine(_files.Cluster.Folder, "module.txt");
        File.WriteAllText(text, "no library");
        Assert.Contains("PIN", await Refused(ExitCode.WrongPin, Init(SoftToken.LibraryPath, label, wrong)), StringComparison.Ordinal);
        Assert.Contains("no-such", await Refused(ExitCode.TokenUnavailable, Init(SoftToken.LibraryPath, "no-such", _pin)), StringComparison.Ordinal);
        Assert.Contains(text, await Refused(ExitCode.TokenRefused, Init(text, label, _pin)), StringComparison.Ordinal);
        var crashing = FaultyModule.Build("crash-at-load", "odd.c", "-DCRASHES", "-Wno-error");
        Assert.Contains(crashing, await Refused(ExitCode.TokenRefused, Init(crashing, label, _pin)), StringComparison.Ordinal);
        await Refused(ExitCode.PassphraseUnavailable, Init(SoftToken.LibraryPath, label, Path.Combine(_files.Cluster.Folder, "no.pin")));
        foreach (var bad in (string[][])[["--seal", "hsm"], ["--seal", "hsm", "--passphrase-file", wrong], ["--passphrase-file", wrong, "--hsm-token", "x"]])
            await Refused(ExitCode.BadCommandLine, ["init", "--directory", Path.Combine(_files.Cluster.Folder, "never"), "--name", "a", "--host", "localhost", .. bad]);
        Assert.False(Directory.Exists(Path.Combine(_files.Cluster.Folder, "never")));
    }

    private static string WithoutPassphrase(string options)
    {
        var lines = options.Split('\n').ToList();
        Assert.Equal(1, lines.RemoveAll(line => line.StartsWith("passphrase:", StringComparison.Ordinal)));
        return string.Join('\n', lines);
    }

    private static (string?, int) Said(JsonElement said) => (said.GetProperty("seal").GetString(), said.GetProperty("generation").GetInt32());

    private static async Task MakeStore(string config)
    {
        var options = NodeOptionsFile.Load(config);
        var directory = new NodeDirectory(options.Directory);
        using var tokens = new TokenShelf(null, TimeProvider.System);
        using var vault = await VaultStart.OpenAsync(directory, options, tokens, null, TextWriter.Null);
        await using var store = await StoreStart.OpenAsync(directory, ClusterDocuments.Load(options).Roster.Cluster, vault, SystemRandomSource.Instance, TimeProvider.System, NullLogger.Instance);
    }
}
