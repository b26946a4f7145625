using System.Runtime.InteropServices;
using MpcSigner.Pkcs11.Modules;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Node.Tests.Pkcs11;

/// <summary>The module in faulty/, built by the system's compiler: SoftHSM2 with faults where a file of rules says so.</summary>
internal static unsafe class FaultyModule
{
    private static readonly Lazy<string> Control = new(() =>
    {
        var path = Path.Combine(SoftToken.Folder, "rules");
        File.WriteAllText(path, "");
        if (SoftToken.SetEnvironment("FAULTY_CONTROL", path, 1) != 0 || SoftToken.SetEnvironment("FAULTY_INNER", SoftToken.LibraryPath, 1) != 0)
            throw new InvalidOperationException("the environment cannot be set");
        return path;
    });

    private static readonly Lazy<string> Built = new(() => Build("faulty", "faulty.c", "rules.c"));

    private static readonly Lazy<CryptokiModule> Loaded = new(() =>
    {
        // The inner library is initialised by the other module of this process, and ended by nobody.
        _ = (Control.Value, SoftToken.Module);
        return CryptokiModule.Load(Built.Value, new ModuleOptions { MaxStalledCalls = MaxStalled }, TimeProvider.System);
    });

    public const int MaxStalled = 3;

    public static string LibraryPath => Built.Value;

    public static CryptokiModule Module => Loaded.Value;

    public static string Source => Path.Combine(Judges.Repository, "tests", "MpcSigner.Node.Tests", "Pkcs11", "faulty");

    /// <summary>Compiles sources of faulty/ into a library of the temporary folder.</summary>
    public static string Build(string name, params string[] sourcesAndOptions)
    {
        var path = Path.Combine(SoftToken.Folder, name + ".so");
        SoftToken.Run("cc", ["-O1", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", path, .. sourcesAndOptions.Select(s => s.EndsWith(".c", StringComparison.Ordinal) ? Path.Combine(Source, s) : s), "-lpthread", "-ldl"]);
        return path;
    }

    /// <summary>The rules from now on; none puts all right.</summary>
    public static void Rules(params string[] rules)
    {
        var fresh = Control.Value + ".new";
        File.WriteAllText(fresh, string.Concat(rules.Select(r => r + "\n")));
        File.Move(fresh, Control.Value, overwrite: true);
    }

    /// <summary>How often a function of the module was called.</summary>
    /// <param name="position">In the function list: 18 is C_Login, 58 C_GenerateKey.</param>
    /// <param name="library">A copy of it; null: the module itself.</param>
    public static long Calls(int position, string? library = null)
    {
        var handle = NativeLibrary.Load(library ?? Built.Value);
        try
        {
            return (long)((delegate* unmanaged[Cdecl]<int, ulong>)NativeLibrary.GetExport(handle, "faulty_calls"))(position);
        }
        finally
        {
            NativeLibrary.Free(handle);
        }
    }

    /// <summary>A fresh token seen through the module, logged in.</summary>
    public static Pkcs11Token Open(int maxSessions = 4, TimeSpan? healInterval = null, bool login = true, bool allowFinalTry = false)
    {
        Rules();
        var options = new TokenOptions
        {
            Label = SoftToken.NewLabel("faulty"), MaxSessions = maxSessions, HealInterval = healInterval ?? TimeSpan.Zero, AllowFinalTry = allowFinalTry,
        };
        var token = Module.Open(options, SoftToken.Limit);
        if (login)
            token.Login(SoftToken.PinBytes, SoftToken.Limit);
        return token;
    }
}
