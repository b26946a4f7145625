using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Modules;
using MpcSigner.Pkcs11.Sessions;
using Xunit;

namespace MpcSigner.Node.Tests.Pkcs11;

/// <summary>SoftHSM2 with tokens in a temporary folder: one library and one configuration for the whole test process, as Cryptoki will have it.</summary>
internal static partial class SoftToken
{
    public const string LibraryPath = "/usr/lib/softhsm/libsofthsm2.so";
    public const string Pin = "correct-pin-4711";
    public const string OfficerPin = "officer-pin-0815";

    /// <summary>Long enough for a busy machine: what passes it hangs.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private static readonly Lazy<string> Prepared = new(Prepare);
    private static readonly Lazy<CryptokiModule> Loaded = new(() =>
    {
        _ = Folder;
        return CryptokiModule.Load(LibraryPath, new ModuleOptions(), TimeProvider.System);
    });

    private static int _labels;

    public static byte[] PinBytes => System.Text.Encoding.ASCII.GetBytes(Pin);

    /// <summary>The temporary folder; the environment that the library reads is set once it is there.</summary>
    public static string Folder => Prepared.Value;

    public static string Configuration => Path.Combine(Folder, "softhsm2.conf");

    public static CryptokiModule Module => Loaded.Value;

    /// <summary>Makes a token of a fresh label.</summary>
    public static string NewLabel(string what = "test")
    {
        var label = string.Create(CultureInfo.InvariantCulture, $"{what}-{Interlocked.Increment(ref _labels)}");
        Create(label);
        return label;
    }

    public static void Create(string label)
    {
        _ = Module;
        SoftTokenMaker.Make(label, Pin, OfficerPin);
    }

    /// <summary>A token of its own, logged in.</summary>
    public static Pkcs11Token Open(int maxSessions = 16)
    {
        var token = Module.Open(new TokenOptions { Label = NewLabel(), MaxSessions = maxSessions }, Limit);
        token.Login(PinBytes, Limit);
        return token;
    }

    public static KeyName Name(string label = "seal.1", byte id = 1) => new(label, [id]);

    /// <summary>OpenSC's tool on SoftHSM2 itself, as an operator would look.</summary>
    public static string Pkcs11Tool(string label, params string[] arguments) =>
        Run("pkcs11-tool", ["--module", LibraryPath, "--token-label", label, "--login", "--pin", Pin, .. arguments]);

    public static string Run(string program, params string[] arguments)
    {
        var info = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        info.Environment["SOFTHSM2_CONF"] = Path.Combine(Folder, "softhsm2.conf");
        foreach (var argument in arguments)
            info.ArgumentList.Add(argument);
        Process process;
        try
        {
            process = Process.Start(info)!;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            throw new InvalidOperationException($"{program} is missing: apt-get install softhsm2 opensc gcc (tests/run.sh does)");
        }
        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} failed:\n{output}\n{errors.Result}");
            return Whitespace().Replace(output, " ");
        }
    }

    [GeneratedRegex(@"[ \t]+")]
    private static partial Regex Whitespace();

    /// <summary>.NET's own environment is a copy: a C library sees only this.</summary>
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetEnvironment(string name, string value, int overwrite);

    private static string Prepare()
    {
        var folder = Directory.CreateTempSubdirectory("mpcsigner-pkcs11-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "tokens"));
        File.WriteAllText(
            Path.Combine(folder, "softhsm2.conf"),
            $"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n");
        if (SetEnvironment("SOFTHSM2_CONF", Path.Combine(folder, "softhsm2.conf"), 1) != 0)
            throw new InvalidOperationException("the environment cannot be set");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        return folder;
    }
}

/// <summary>The library's state, and the faulty module's file of rules, belong to the process: these tests run one after another.</summary>
[CollectionDefinition(Name)]
public class Pkcs11Collection
{
    public const string Name = "PKCS#11";
}
