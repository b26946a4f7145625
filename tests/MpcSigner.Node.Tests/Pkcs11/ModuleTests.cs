using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Modules;
using Xunit;
using static MpcSigner.Node.Tests.Pkcs11.SoftToken;

namespace MpcSigner.Node.Tests.Pkcs11;

/// <summary>Loading: what is no module is told apart, what crashes does so in a child.</summary>
[Collection(Pkcs11Collection.Name)]
public class ModuleTests
{
    private static readonly ProbeProgram Self = new(Path.ChangeExtension(typeof(ModuleTests).Assembly.Location, null), [Program.ProbeVerb]);

    [Fact]
    public void Structures_have_the_sizes_and_offsets_of_linux()
    {
        // gcc's own, from pkcs11t.h without packing, on x86-64 and AArch64.
        Assert.Equal(88, Unsafe.SizeOf<CK_INFO>());
        Assert.Equal(208, Unsafe.SizeOf<CK_TOKEN_INFO>());
        Assert.Equal(32, Unsafe.SizeOf<CK_SESSION_INFO>());
        Assert.Equal(24, Unsafe.SizeOf<CK_MECHANISM_INFO>());
        Assert.Equal(24, Unsafe.SizeOf<CK_ATTRIBUTE>());
        Assert.Equal(24, Unsafe.SizeOf<CK_MECHANISM>());
        Assert.Equal(48, Unsafe.SizeOf<CK_GCM_PARAMS>());
        Assert.Equal(40, Unsafe.SizeOf<CK_GCM_PARAMS_WITHOUT_IV_BITS>());
        Assert.Equal(48, Unsafe.SizeOf<CK_C_INITIALIZE_ARGS>());
        Assert.Equal(24, Unsafe.SizeOf<CK_INTERFACE>());
        Assert.Equal(96, (int)Marshal.OffsetOf<CK_TOKEN_INFO>(nameof(CK_TOKEN_INFO.flags)));
        Assert.Equal(184, (int)Marshal.OffsetOf<CK_TOKEN_INFO>(nameof(CK_TOKEN_INFO.hardwareVersion)));
        Assert.Equal(40, (int)Marshal.OffsetOf<CK_INFO>(nameof(CK_INFO.flags)));
        Assert.Equal(80, (int)Marshal.OffsetOf<CK_INFO>(nameof(CK_INFO.libraryVersion)));
        Assert.Equal(24, (int)Marshal.OffsetOf<CK_GCM_PARAMS>(nameof(CK_GCM_PARAMS.pAAD)));
        Assert.Equal(16, (int)Marshal.OffsetOf<CK_GCM_PARAMS_WITHOUT_IV_BITS>(nameof(CK_GCM_PARAMS_WITHOUT_IV_BITS.pAAD)));
    }

    [Fact]
    public void Files_that_are_no_module_are_refused_before_they_are_loaded()
    {
        Refused("relative.so", "is not absolute");
        Refused("/nowhere/module.so", "there is no file");
        Refused("/usr/lib", "is a folder");
        Refused(Written("text.so", "#!/bin/sh\necho this is no library at all\n"u8), "no ELF header");
        Refused(Written("empty.so", []), "no ELF header");
        Refused(Written("short.so", "\u007FELF"u8), "no ELF header");
        Refused(Written("elf32.so", Header(1, 3, 3)), "32-bit library");
        Refused(Written("arm.so", Header(2, 3, (ushort)(RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 183 : 62))), "is a library for");
        Refused(Written("program.so", Header(2, 2, (ushort)(RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 62 : 183))), "not a shared library");
        Refused(Written("cut.so", [.. Header(2, 3, (ushort)(RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 62 : 183)), 0, 0]), "cannot be loaded");
    }

    [Fact]
    public void Libraries_that_are_no_module_are_refused_and_say_why()
    {
        Refused(FaultyModule.Build("none", "odd.c"), "no C_GetFunctionList");
        Refused(FaultyModule.Build("unresolved", "odd.c", "-DUNRESOLVED"), "a_function_that_nobody_has");
        Refused(FaultyModule.Build("old", "faulty.c", "rules.c", "-DOLD_VERSION"), "speaks Cryptoki 1.00");
        Refused(FaultyModule.Build("lacks", "faulty.c", "rules.c", "-DLACKS_DECRYPT"), "lacks functions: C_Decrypt");
        var none = Assert.Throws<Pkcs11Exception>(() => Load(FaultyModule.Build("nolist", "odd.c", "-DNO_LIST")));
        Assert.Equal(Pkcs11Failure.BadAnswer, none.Failure);
    }

    [Fact]
    public void A_module_of_version_3_serves_by_its_interface_alone()
    {
        _ = Module;
        using var module = Load(FaultyModule.Build("interfaces", "faulty.c", "rules.c", "-DONLY_INTERFACES"));
        Assert.True(module.Description.HasInterfaces);
        Assert.Equal("3.00", module.Description.CryptokiVersion);
        Assert.Equal("SoftHSM", module.Description.Manufacturer);
        Create("by-interface");
        Assert.Contains(module.ListTokens(Limit), t => t.Label == "by-interface");
    }

    [Fact]
    public void One_module_is_loaded_once_and_one_token_opened_once()
    {
        Assert.Throws<InvalidOperationException>(() => CryptokiModule.Load(Module.Path, new ModuleOptions(), TimeProvider.System));
        using var token = Open();
        Assert.Throws<InvalidOperationException>(() => Module.Open(new() { Label = token.Description.Label }, Limit));
    }

    [Fact]
    public void A_child_tells_what_a_module_does_when_it_is_loaded()
    {
        var good = ModuleProbe.Run(Self, Module.Path, Limit);
        Assert.Equal(ProbeOutcome.Usable, good.Outcome);
        Assert.Equal("SoftHSM", good.Module!.Manufacturer);
        good.ThrowUnlessUsable();

        var crashed = ModuleProbe.Run(Self, FaultyModule.Build("crashes", "odd.c", "-DCRASHES", "-Wno-error"), Limit);
        Assert.Equal(ProbeOutcome.Crashed, crashed.Outcome);
        Assert.True(crashed.Signal is 11 or 6, crashed.Detail);
        Assert.Contains("crashes.so crashed while it was loaded", crashed.Detail, StringComparison.Ordinal);
        var refused = Assert.Throws<Pkcs11Exception>(crashed.ThrowUnlessUsable);
        Assert.Equal(Pkcs11Failure.ModuleUnusable, refused.Failure);

        var left = ModuleProbe.Run(Self, FaultyModule.Build("exits", "odd.c", "-DEXITS"), Limit);
        Assert.Equal(ProbeOutcome.Crashed, left.Outcome);
        Assert.Null(left.Signal);

        var hung = ModuleProbe.Run(Self, FaultyModule.Build("hangs", "odd.c", "-DHANGS"), TimeSpan.FromSeconds(2));
        Assert.Equal(ProbeOutcome.Hung, hung.Outcome);

        var none = ModuleProbe.Run(Self, FaultyModule.Build("none2", "odd.c"), Limit);
        Assert.Equal(ProbeOutcome.Refused, none.Outcome);
        Assert.Contains("no C_GetFunctionList", none.Detail, StringComparison.Ordinal);
        Assert.NotEmpty(none.NextStep);

        Assert.Equal(ProbeOutcome.Refused, ModuleProbe.Run(Self, "/nowhere.so", Limit).Outcome);
        Assert.Equal(Pkcs11Failure.Misuse, Assert.Throws<Pkcs11Exception>(() => ModuleProbe.Run(new("/nowhere/program", []), Module.Path, Limit)).Failure);
    }

    [Fact]
    public void Tokens_are_found_by_label_and_told_apart_by_serial()
    {
        Create("twin");
        Create("twin");
        var missing = Assert.Throws<Pkcs11Exception>(() => Module.Open(new() { Label = "no-such" }, Limit));
        Assert.Equal(Pkcs11Failure.TokenNotFound, missing.Failure);
        Assert.Contains("'twin' (serial ", missing.Message, StringComparison.Ordinal);
        // A label that another begins with is another label.
        Assert.Equal(Pkcs11Failure.TokenNotFound, Assert.Throws<Pkcs11Exception>(() => Module.Open(new() { Label = "twi" }, Limit)).Failure);

        var twins = Module.ListTokens(Limit).Where(t => t.Label == "twin").ToList();
        Assert.Equal(2, twins.Count);
        var twice = Assert.Throws<Pkcs11Exception>(() => Module.Open(new() { Label = "twin" }, Limit));
        Assert.Equal(Pkcs11Failure.TokenAmbiguous, twice.Failure);
        Assert.All(twins, t => Assert.Contains($"slot 0x{t.Slot:X} serial {t.Serial}", twice.Message, StringComparison.Ordinal));
        using var one = Module.Open(new() { Label = "twin", Serial = twins[1].Serial }, Limit);
        Assert.Equal(twins[1].Slot, one.Description.Slot);
        using var other = Module.Open(new() { Label = "twin", Serial = twins[0].Serial }, Limit);
        Assert.Equal(twins[0].Slot, other.Description.Slot);
    }

    private static CryptokiModule Load(string path) => CryptokiModule.Load(path, new ModuleOptions(), TimeProvider.System);

    private static void Refused(string path, string why)
    {
        var refused = Assert.Throws<Pkcs11Exception>(() => Load(path));
        Assert.Equal(Pkcs11Failure.ModuleUnusable, refused.Failure);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.Contains(path, refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refused.NextStep);
    }

    private static string Written(string name, ReadOnlySpan<byte> bytes)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, bytes);
        return path;
    }

    private static byte[] Header(byte kind, ushort type, ushort machine)
    {
        var header = new byte[64];
        "\u007FELF"u8.CopyTo(header);
        (header[4], header[5], header[6]) = (kind, 1, 1);
        BitConverter.TryWriteBytes(header.AsSpan(16), type);
        BitConverter.TryWriteBytes(header.AsSpan(18), machine);
        return header;
    }
}
