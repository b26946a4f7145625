namespace MpcSigner.Node.Start;

/// <summary>Writes files that only their owner may read, and never over another.</summary>
internal static class PrivateFile
{
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode DirectoryMode = Mode | UnixFileMode.UserExecute;

    /// <summary>Puts a file in the place of another at one moment: whoever reads sees the one or the other, also after a crash.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var fresh = path + ".new";
        File.Delete(fresh); // of a replacement that a crash interrupted
        Create(fresh, bytes);
        File.Move(fresh, path, overwrite: true);
    }

    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    public static void Create(string path, ReadOnlySpan<byte> bytes)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = Mode,
        });
        file.Write(bytes);
        file.Flush(flushToDisk: true);
    }
}
