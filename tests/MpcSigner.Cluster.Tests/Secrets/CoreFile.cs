using System.Buffers.Binary;

namespace MpcSigner.Cluster.Tests.Secrets;

/// <summary>The kernel's core dump of a process that died (core(5)).</summary>
internal static class CoreFile
{
    private const string PatternFile = "/proc/sys/kernel/core_pattern";
    private const int TypeOffset = 16;
    private const ushort CoreType = 4;

    /// <summary>Where the kernel sends cores: to files, or to another program, which is none of ours to read.</summary>
    public static string Pattern => File.ReadAllText(PatternFile).Trim();

    public static bool GoesToAProgram => Pattern.StartsWith('|');

    /// <summary>The core written since a moment into the folder that the pattern names, or the process's own.</summary>
    public static string? Find(string workingDirectory, int process, DateTime since)
    {
        var folder = Path.IsPathRooted(Pattern) ? Path.GetDirectoryName(Pattern)! : workingDirectory;
        return Directory.EnumerateFiles(folder)
            .Where(f => File.GetLastWriteTimeUtc(f) >= since && IsCore(f))
            // A folder of many processes' cores: ours bears its number, where the pattern names any.
            .OrderByDescending(f => Path.GetFileName(f).Contains($"{process}", StringComparison.Ordinal))
            .FirstOrDefault();
    }

    private static bool IsCore(string path)
    {
        Span<byte> head = stackalloc byte[TypeOffset + sizeof(ushort)];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length
            && head[..4].SequenceEqual("\u007fELF"u8) && BinaryPrimitives.ReadUInt16LittleEndian(head[TypeOffset..]) == CoreType;
    }
}
