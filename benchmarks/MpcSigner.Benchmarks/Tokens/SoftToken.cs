using System.Runtime.InteropServices;
using MpcSigner.Pkcs11.Modules;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Benchmarks.Tokens;

/// <summary>A fresh token of SoftHSM2 in a temporary folder.</summary>
internal sealed partial class SoftToken : IDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private const string Label = "benchmark";

    private static readonly string[] Places = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so"];

    private readonly string _folder;
    private readonly CryptokiModule _module;

    private SoftToken(string folder, CryptokiModule module, Pkcs11Token token) => (_folder, _module, Value) = (folder, module, token);

    public static bool IsInstalled => Places.Any(File.Exists);

    public Pkcs11Token Value { get; }

    /// <param name="sessions">Calls at the same time.</param>
    public static SoftToken Open(int sessions)
    {
        var folder = Directory.CreateTempSubdirectory("mpcsigner-bench-").FullName;
        var configuration = Path.Combine(folder, "softhsm2.conf");
        File.WriteAllText(configuration, $"directories.tokendir = {folder}\nobjectstore.backend = file\nlog.level = ERROR\n");
        // The library reads the environment of C, which .NET's does not reach.
        if (SetVariable("SOFTHSM2_CONF", configuration, 1) != 0)
            throw new InvalidOperationException("the environment cannot be set");
        var module = CryptokiModule.Load(Places.First(File.Exists), new ModuleOptions(), TimeProvider.System);
        TokenMaking.Make(module, Label, "officer-pin"u8, "user-pin"u8, Limit);
        var token = module.Open(new() { Label = Label, MaxSessions = sessions }, Limit);
        token.Login("user-pin"u8, Limit);
        return new(folder, module, token);
    }

    public void Dispose()
    {
        Value.Dispose();
        _module.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
