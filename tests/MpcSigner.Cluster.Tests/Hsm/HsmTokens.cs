using System.Diagnostics;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Node.Tests;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hsm;

/// <summary>Tokens of SoftHSM2 for a test cluster, as partitions of one HSM; some seen through the module with faults.</summary>
internal sealed class HsmTokens : IDisposable
{
    public const string SoftHsm = "/usr/lib/softhsm/libsofthsm2.so";

    /// <summary>Of every token.</summary>
    public const string Pin = "correct-pin-4711";

    private const string OfficerPin = "officer-pin-0815";

    private readonly string _noRules;
    private readonly List<string> _names = [];

    public HsmTokens()
    {
        Folder = Directory.CreateTempSubdirectory("mpcsigner-hsm-").FullName;
        Directory.CreateDirectory(Objects);
        var configuration = Path.Combine(Folder, "softhsm2.conf");
        File.WriteAllText(configuration, $"directories.tokendir = {Objects}\nobjectstore.backend = file\nlog.level = ERROR\n");
        WritePin(PinFile, Pin);
        WritePin(WrongPinFile, "another-pin-1234");
        _noRules = RulesOf("nobody");
        File.WriteAllText(_noRules, "");
        // Of this process: the nodes and tools that it starts have it too. No other test has tokens.
        Environment.SetEnvironmentVariable("SOFTHSM2_CONF", configuration);
        Environment.SetEnvironmentVariable("FAULTY_INNER", SoftHsm);
        Environment.SetEnvironmentVariable("FAULTY_CONTROL", _noRules);
        Faulty = Path.Combine(Folder, "faulty.so");
        var sources = Path.Combine(Judges.Repository, "tests", "MpcSigner.Node.Tests", "Pkcs11", "faulty");
        Run("cc", "-O1", "-shared", "-fPIC", "-o", Faulty, Path.Combine(sources, "faulty.c"), Path.Combine(sources, "rules.c"), "-lpthread", "-ldl");
    }

    public string Folder { get; }

    /// <summary>Where SoftHSM2 keeps its tokens.</summary>
    public string Objects => Path.Combine(Folder, "objects");

    /// <summary>The module that passes everything on to SoftHSM2, and fails as its rules say.</summary>
    public string Faulty { get; }

    public string PinFile => Path.Combine(Folder, "pin");

    public string WrongPinFile => Path.Combine(Folder, "wrong-pin");

    /// <summary>OpenSC's tool takes the first token whose label begins as the one asked for: no name may begin with another.</summary>
    public static string Label(string name) => $"hsm-{name}";

    /// <summary>Makes a token.</summary>
    public string Make(string name)
    {
        Assert.DoesNotContain(_names, other => other.StartsWith(name, StringComparison.Ordinal) || name.StartsWith(other, StringComparison.Ordinal));
        _names.Add(name);
        Run("softhsm2-util", "--init-token", "--free", "--label", Label(name), "--pin", Pin, "--so-pin", OfficerPin);
        return Label(name);
    }

    /// <summary>A node sealed by the token of a name, which is made if it is not there.</summary>
    /// <param name="name">Of the token.</param>
    /// <param name="faulty">Through the module with faults.</param>
    /// <param name="identity">In the token as well.</param>
    public TestSeal Seal(string name, bool faulty = false, bool identity = true)
    {
        if (!Inspect("--list-token-slots").Contains(Label(name), StringComparison.Ordinal))
            Make(name);
        var module = faulty ? Faulty : SoftHsm;
        return new(
            ["--seal", "hsm", "--hsm-module", module, "--hsm-token", Label(name), "--hsm-pin-file", PinFile, "--hsm-identity", identity ? "yes" : "no"],
            // No share is kept opened: each signature asks the token, so that its loss shows.
            $"hsm: {Place(name, faulty, PinFile, identity)}\ncached_shares: 0");
    }

    /// <summary>A token as options name it.</summary>
    public string Place(string name, bool faulty, string pinFile, bool identity) =>
        $"{{ module: {(faulty ? Faulty : SoftHsm)}, token: {Label(name)}, pin: {{ file: {pinFile} }}, timeout: 5s, identity: {(identity ? "true" : "false")} }}";

    /// <summary>Lets a process hear its own rules.</summary>
    public Action<ProcessStartInfo> Hearing(string name) => info => info.Environment["FAULTY_CONTROL"] = RulesOf(name);

    /// <summary>The rules of a node's module from now on; none puts all right.</summary>
    public void Rules(string name, params string[] rules)
    {
        File.WriteAllText(RulesOf(name) + ".new", string.Concat(rules.Select(rule => rule + "\n")));
        File.Move(RulesOf(name) + ".new", RulesOf(name), overwrite: true);
    }

    /// <summary>What OpenSC's tool says, without our code between.</summary>
    public static string Inspect(params string[] arguments) => Run("pkcs11-tool", ["--module", SoftHsm, .. arguments]);

    /// <summary>All objects of a token, as its user sees them.</summary>
    public static string ObjectsOf(string name) => Inspect("--token-label", Label(name), "--login", "--pin", Pin, "--list-objects");

    public void Dispose()
    {
        foreach (var variable in (string[])["SOFTHSM2_CONF", "FAULTY_INNER", "FAULTY_CONTROL"])
            Environment.SetEnvironmentVariable(variable, null);
        Directory.Delete(Folder, recursive: true);
    }

    private string RulesOf(string name) => Path.Combine(Folder, $"{name}.rules");

    private static void WritePin(string path, string pin)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
        file.Write(System.Text.Encoding.ASCII.GetBytes(pin + "\n"));
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}{error.Result}");
        return output;
    }
}
