using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Node.Start;

/// <summary>Writes files that only their owner may read.</summary>
internal static partial class PrivateFile
{
    public const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    public const UnixFileMode DirectoryMode = Mode | UnixFileMode.UserExecute;

    private const int ReadOnlyFolder = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC
    private const int ReadWriteCreate = 0x2 | 0x40 | 0x80000; // O_RDWR | O_CREAT | O_CLOEXEC
    private const uint OwnerOnly = 0x180; // 0600
    private const int LockExclusively = 2; // LOCK_EX

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

    /// <summary>The same with a secret, which does not pass through the managed heap.</summary>
    /// <exception cref="IOException">It exists, or cannot be written.</exception>
    public static void Create(string path, SecureMemory secret)
    {
        using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Mode, BufferSize = 0 });
        SecretOutput.Write(secret, file);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Puts a file in the place of another, if there is one, at one moment: whatever dies, there is the one or the other.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        File.Delete(Building(path)); // of a replacement that a crash interrupted
        Create(Building(path), bytes);
        File.Move(Building(path), path, overwrite: true);
        FlushFolderOf(path);
    }

    /// <summary>Like <see cref="Replace"/>; and the old file's bytes are overwritten, as far as the file system writes where it is told to.</summary>
    /// <param name="path">There is a file. No second process replaces it meanwhile.</param>
    /// <param name="maxBytes">The old one has no more.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void ReplaceAndWipe(string path, ReadOnlySpan<byte> bytes, int maxBytes)
    {
        ClearAway(path, maxBytes);
        Create(Building(path), bytes);
        // A second name keeps hold of the old file, so that it can be overwritten once it is no longer the one that counts.
        if (Link(path, Former(path)) != 0)
            throw Error($"{path} cannot be linked as {Former(path)}");
        File.Move(Building(path), path, overwrite: true);
        FlushFolderOf(path);
        ClearAway(path, maxBytes);
    }

    /// <summary>Removes what a replacement that was interrupted left: a file half built; the old one under its second name, overwritten unless it is still the one that counts.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void ClearAway(string path, int maxBytes)
    {
        File.Delete(Building(path));
        if (!File.Exists(Former(path)))
            return;
        // One file under two names has the bytes that count. It is opened without a lock of .NET's, which it would share with whoever reads it under the other.
        var present = File.ReadAllBytes(path);
        using (var former = new FileStream(Former(path), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            var old = new byte[Math.Min(former.Length, maxBytes)];
            former.ReadExactly(old);
            if (!old.AsSpan().SequenceEqual(present))
            {
                former.Position = 0;
                former.Write(RandomNumberGenerator.GetBytes(old.Length));
                former.Flush(flushToDisk: true);
            }
        }
        File.Delete(Former(path));
        FlushFolderOf(path);
    }

    /// <summary>Waits until no other process holds this lock. It ends with the handle, or with the process.</summary>
    /// <param name="path">An empty file beside what it guards; stays.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static SafeFileHandle Lock(string path)
    {
        // O_CLOEXEC: a child being started must not keep the lock. .NET's own sharing rules can be switched off by an environment variable.
        var handle = new SafeFileHandle(Open(path, ReadWriteCreate, OwnerOnly), ownsHandle: true);
        if (handle.IsInvalid)
            throw Error($"{path} cannot be opened");
        if (Flock(handle, LockExclusively) == 0)
            return handle;
        var error = Error($"{path} cannot be locked");
        handle.Dispose();
        throw error;
    }

    /// <summary>Makes names that were created, moved or removed in a file's folder durable.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void FlushFolderOf(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        using var handle = new SafeFileHandle(Open(folder, ReadOnlyFolder, 0), ownsHandle: true);
        if (handle.IsInvalid || Fsync(handle) != 0)
            throw Error($"{folder} cannot be flushed");
    }

    private static string Building(string path) => path + ".new";

    private static string Former(string path) => path + ".old";

    private static IOException Error(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc.so.6", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial nint Open(string path, int flags, uint mode);

    [LibraryImport("libc.so.6", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(SafeFileHandle descriptor);

    [LibraryImport("libc.so.6", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string existing, string another);

    [LibraryImport("libc.so.6", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle descriptor, int operation);
}
