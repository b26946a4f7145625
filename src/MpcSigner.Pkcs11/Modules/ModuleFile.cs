using System.Buffers.Binary;
using System.Runtime.InteropServices;
using MpcSigner.Pkcs11.Faults;

namespace MpcSigner.Pkcs11.Modules;

/// <summary>What can be told of a library before it is loaded, which runs its code.</summary>
public static class ModuleFile
{
    // elf.h: e_ident, e_type, e_machine.
    private const int HeaderBytes = 20;
    private const int ClassAt = 4, DataAt = 5, TypeAt = 16, MachineAt = 18;
    private const byte ELFCLASS32 = 1, ELFCLASS64 = 2, ELFDATA2LSB = 1;
    private const ushort ET_DYN = 3;
    private const ushort EM_386 = 3, EM_ARM = 40, EM_X86_64 = 62, EM_AARCH64 = 183, EM_RISCV = 243;

    private static ReadOnlySpan<byte> Magic => [0x7F, (byte)'E', (byte)'L', (byte)'F'];

    /// <summary>Refuses what cannot be a module for this process.</summary>
    /// <param name="path">An absolute path.</param>
    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.ModuleUnusable"/>, with what is wrong.</exception>
    public static void Check(string path)
    {
        if (!Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal))
            throw Unusable($"the module's path '{path}' is not absolute.");
        if (Directory.Exists(path))
            throw Unusable($"{path} is a folder and not a library.");
        if (!File.Exists(path))
            throw Unusable($"there is no file {path}.");

        Span<byte> header = stackalloc byte[HeaderBytes];
        int length;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            length = file.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false);
        }
        catch (UnauthorizedAccessException)
        {
            throw Unusable($"{path} may not be read by this user.", "Let the node's user read it (chmod, or its group).");
        }
        catch (IOException e)
        {
            throw Unusable($"{path} cannot be read: {e.Message}");
        }
        CheckHeader(path, header[..length]);
    }

    private static void CheckHeader(string path, ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes || !header.StartsWith(Magic))
            throw Unusable($"{path} is not a Linux library (no ELF header).");
        if (header[ClassAt] == ELFCLASS32)
            throw Unusable($"{path} is a 32-bit library; this is a 64-bit process.", "Install the vendor's 64-bit library.");
        if (header[ClassAt] != ELFCLASS64 || header[DataAt] != ELFDATA2LSB)
            throw Unusable($"{path} has an ELF header of a kind that this machine cannot load.");
        var machine = BinaryPrimitives.ReadUInt16LittleEndian(header[MachineAt..]);
        if (machine != Own())
            throw Unusable($"{path} is a library for {NameOf(machine)}; this machine is {NameOf(Own())}.", "Install the vendor's library for this machine.");
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[TypeAt..]) != ET_DYN)
            throw Unusable($"{path} is an ELF file, but not a shared library.");
    }

    private static ushort Own() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => EM_X86_64,
        Architecture.Arm64 => EM_AARCH64,
        var other => throw Unusable($"modules are loaded on x86-64 and AArch64 only, not on {other}: the sizes of Cryptoki's structures are known for those."),
    };

    private static string NameOf(ushort machine) => machine switch
    {
        EM_386 => "x86 (32-bit)",
        EM_ARM => "ARM (32-bit)",
        EM_X86_64 => "x86-64",
        EM_AARCH64 => "AArch64",
        EM_RISCV => "RISC-V",
        _ => $"machine {machine}",
    };

    private static Pkcs11Exception Unusable(string message, string? nextStep = null) => new(Pkcs11Failure.ModuleUnusable, null, message, nextStep);
}
