using System.Globalization;
using System.Text;
using MpcSigner.Storage.Native;

namespace MpcSigner.Storage.Sqlite;

/// <summary>No second process opens a live database: an exclusive flock on a file beside it, which the kernel frees when the process ends, however it ends.</summary>
/// <remarks>Not on the database file: SQLite's own locks there are lost when any descriptor of it is closed.</remarks>
internal sealed class StoreLock : IDisposable
{
    private const int MaxHolderBytes = 32;

    private int _descriptor;

    private StoreLock(int descriptor) => _descriptor = descriptor;

    internal static StoreLock Take(string databasePath)
    {
        var path = databasePath + ".lock";
        var descriptor = Posix.Open(path, Posix.ReadWrite | Posix.Create | Posix.CloseOnExec, Posix.OwnerOnly);
        if (descriptor < 0)
            throw Unavailable(Posix.Error($"open the lock file {path}"));
        var taken = new StoreLock(descriptor);
        try
        {
            taken.Lock(databasePath, path);
            return taken;
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    private void Lock(string databasePath, string path)
    {
        var error = Posix.TryLockExclusively(_descriptor);
        if (error == Posix.ErrnoWouldBlock)
            throw new StoreOpenException(StoreRefusal.InUse,
                $"{databasePath} is in use by another process{Holder()}: a store serves one process only. Stop that process, or give this node its own directory.");
        if (error != 0)
            throw Unavailable(Posix.Error($"lock {path}"));

        // For the message above only; the lock is the kernel's.
        var holder = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        if (Posix.Truncate(_descriptor, 0) != 0 || Posix.Write(_descriptor, holder, holder.Length, 0) != holder.Length)
            throw Unavailable(Posix.Error($"write {path}"));
    }

    private string Holder()
    {
        Span<byte> bytes = stackalloc byte[MaxHolderBytes];
        var read = (int)Posix.Read(_descriptor, bytes, bytes.Length, 0);
        return read > 0 && int.TryParse(bytes[..read], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? $" (process {id})" : "";
    }

    private static StoreOpenException Unavailable(IOException inner) =>
        new(StoreRefusal.Unavailable, inner.Message, inner);

    public void Dispose()
    {
        var descriptor = Interlocked.Exchange(ref _descriptor, -1);
        if (descriptor < 0)
            return;
        // A child being started at this moment holds the descriptor too until it runs its program: closing ours alone would leave the lock with it.
        _ = Posix.Unlock(descriptor);
        _ = Posix.Close(descriptor); // What either answers changes nothing: the lock ends with the descriptor at the latest.
    }
}
