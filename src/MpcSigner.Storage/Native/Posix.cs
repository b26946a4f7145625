using System.Runtime.InteropServices;

namespace MpcSigner.Storage.Native;

/// <summary>The few calls of the C library that .NET does not offer: a lock that belongs to the open file, and the flush of a folder.</summary>
/// <remarks>Numbers are Linux's. FileShare.None is no substitute for flock: an environment variable switches it off.</remarks>
internal static partial class Posix
{
    internal const int ReadOnly = 0;
    internal const int ReadWrite = 2;
    internal const int Create = 0x40;
    internal const int MustNotExist = 0x80;
    internal const int CloseOnExec = 0x80000;
    internal const uint OwnerOnly = 0x180; // 0600
    internal const int ErrnoWouldBlock = 11;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int LockNone = 8;

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    internal static partial int Open(string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    internal static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(int descriptor, int operation);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    internal static partial int Truncate(int descriptor, long length);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    internal static partial nint Read(int descriptor, Span<byte> bytes, nint count, long offset);

    /// <summary>Makes an empty file that only its owner may read and write; fails if there is one.</summary>
    internal static void CreateForOwner(string path)
    {
        var descriptor = Open(path, ReadWrite | Create | MustNotExist | CloseOnExec, OwnerOnly);
        if (descriptor < 0 || Close(descriptor) != 0)
            throw Error($"create {path}");
    }

    /// <summary>0 or the error number.</summary>
    internal static int TryLockExclusively(int descriptor) =>
        Flock(descriptor, LockExclusive | LockNonBlocking) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>0 or the error number.</summary>
    internal static int Unlock(int descriptor) => Flock(descriptor, LockNone) == 0 ? 0 : Marshal.GetLastPInvokeError();

    /// <summary>Makes names created in or moved into a folder durable, or a file's content.</summary>
    internal static void Flush(string path)
    {
        var descriptor = Open(path, ReadOnly | CloseOnExec, 0);
        if (descriptor < 0)
            throw Error($"open {path}");
        try
        {
            if (Fsync(descriptor) != 0)
                throw Error($"flush {path}");
        }
        finally
        {
            // Nothing was written through this descriptor: its close can lose nothing.
            _ = Close(descriptor);
        }
    }

    internal static IOException Error(string what)
    {
        var number = Marshal.GetLastPInvokeError();
        return new($"cannot {what}: {Marshal.GetPInvokeErrorMessage(number)}");
    }
}
