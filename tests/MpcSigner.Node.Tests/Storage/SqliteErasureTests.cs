using MpcSigner.Core.Ports;
using MpcSigner.Storage.Sqlite;
using SQLitePCL;
using Xunit;
using static MpcSigner.Node.Tests.Storage.MaintenanceSamples;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>A share that is deleted is in no file of the store any more.</summary>
public sealed class SqliteErasureTests : IDisposable
{
    private const int Keys = 200;

    private readonly TempFolder _folder = new();

    private string Path => _folder["store.sqlite"];

    public void Dispose() => _folder.Dispose();

    private static byte[] OldShare(int index) => [.. Sealed(1, index), .. Enumerable.Range(0, 60).Select(i => (byte)((i + index) % 256))];

    private static byte[] FreshShare(int index) => [.. NewShare(1, index), .. Enumerable.Range(0, 60).Select(i => (byte)((i + index + 1) % 256))];

    private async Task<SqliteNodeStore> OpenWithTwoGenerations()
    {
        SqliteNodeStore.Create(Path, Meta, TimeProvider.System);
        var store = SqliteNodeStore.Open(Path, Identity, TimeProvider.System);
        await Commit(store, new StoreWrite.BeginOrder(Order(1)));
        await Commit(store, [.. Acknowledge(1, Keys).Select(write => write is StoreWrite.PutSealedShare share ? share with { Sealed = OldShare(IndexOf(share)) } : write)]);
        await Commit(store, Activate(1, Keys));
        await Commit(store, new StoreWrite.BeginMaintenance(Maintenance(1, 1, keys: Keys)));
        await Commit(store, [.. AcknowledgeMaintenance(1, 1, keys: Keys).Select(write => write is StoreWrite.PutSealedShare share ? share with { Sealed = FreshShare(IndexOf(share)) } : write)]);
        return store;
    }

    private static int IndexOf(StoreWrite.PutSealedShare share) => Enumerable.Range(0, Keys).First(i => Key(1, i) == share.Key);

    private static Task Commit(SqliteNodeStore store, params StoreWrite[] writes) => store.CommitAsync(writes, CancellationToken.None).AsTask();

    /// <summary>How many of the shares stand in some file of the store, byte for byte.</summary>
    private int Found(Func<int, byte[]> share)
    {
        // Not the lock file, which is empty but for a process id: to open it is to lock it.
        byte[][] files = [.. Directory.GetFiles(_folder.Path).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)).Select(ReadShared)];
        return Enumerable.Range(0, Keys).Count(i => files.Any(file => file.AsSpan().IndexOf(share(i)) >= 0));
    }

    private static byte[] ReadShared(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The log is emptied after the answer, before the next commit.</summary>
    private static Task Settle(SqliteNodeStore store) => Commit(store, new StoreWrite.Book(Booking(1, 1)));

    [Fact]
    public async Task Erased_shares_are_overwritten_in_the_file_and_gone_from_the_log()
    {
        await using var store = await OpenWithTwoGenerations();
        await Commit(store, ActivateMaintenance(1, Keys));
        Assert.Equal((Keys, Keys), (Found(OldShare), Found(FreshShare)));
        await Commit(store, new StoreWrite.EraseOldShares(OrderOf(1)));
        await Settle(store);
        Assert.Equal((0, Keys), (Found(OldShare), Found(FreshShare)));
    }

    [Fact]
    public async Task Shares_of_an_aborted_attempt_are_overwritten_too()
    {
        await using var store = await OpenWithTwoGenerations();
        await Commit(store, Abort(1, 1));
        await Settle(store);
        Assert.Equal((Keys, 0), (Found(OldShare), Found(FreshShare)));
    }

    [Fact]
    public async Task A_destruction_leaves_no_share_of_any_generation()
    {
        await using var store = await OpenWithTwoGenerations();
        await Commit(store, new StoreWrite.AcceptDestruction(Destruction(1, [.. Enumerable.Range(0, Keys)])));
        await Commit(store, new StoreWrite.DestroyKeys(Digest("destruction", 1), Text("attestation")));
        await Settle(store);
        Assert.Equal((0, 0), (Found(OldShare), Found(FreshShare)));
    }

    [Fact]
    public async Task A_process_that_dies_after_the_erasure_leaves_the_rest_to_the_next_one()
    {
        await using (var store = await OpenWithTwoGenerations())
            await Commit(store, ActivateMaintenance(1, Keys));
        using (var connection = SqliteConnection.Open(Path, raw.SQLITE_OPEN_READWRITE))
        {
            // As a process leaves its files that is killed between the commit and the emptying of the log.
            connection.Script("PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0; DELETE FROM sealed_share WHERE generation = 0");
            File.Copy(Path, Path + ".killed");
            File.Copy(Path + "-wal", Path + ".killed-wal");
        }
        foreach (var file in Directory.GetFiles(_folder.Path).Where(file => !file.Contains(".killed", StringComparison.Ordinal)))
            File.Delete(file);
        File.Move(Path + ".killed", Path);
        File.Move(Path + ".killed-wal", Path + "-wal");
        Assert.Equal(Keys, Found(OldShare));

        await using var next = SqliteNodeStore.Open(Path, Identity, TimeProvider.System);
        await next.BeginInstanceAsync(Instance(2), CancellationToken.None);
        await Settle(next);
        Assert.Equal((0, Keys), (Found(OldShare), Found(FreshShare)));
    }
}
