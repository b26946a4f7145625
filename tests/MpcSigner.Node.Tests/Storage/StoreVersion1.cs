using MpcSigner.Core.Ports;
using MpcSigner.Storage.Sqlite;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>The store of schema version 1 that is kept as a file: one row of each kind at least.</summary>
internal static class StoreVersion1
{
    internal static async Task Make(string path)
    {
        var clock = new FixedClock(Time);
        SqliteNodeStore.Create(path, Meta, clock);
        await using var store = SqliteNodeStore.Open(path, Identity, clock);
        await store.BeginInstanceAsync(Instance(1), CancellationToken.None);
        await store.CommitAsync(
            [
                new StoreWrite.PutRequest(Request(1)),
                new StoreWrite.PutRequest(Request(2, RequestState.Completed, "signature")),
                new StoreWrite.Book(Booking(1, 1)),
                new StoreWrite.BeginOrder(Order(1)), new StoreWrite.BeginOrder(Order(2)), new StoreWrite.BeginOrder(Order(3)), new StoreWrite.BeginOrder(Order(4)), new StoreWrite.BeginOrder(Order(5)),
                new StoreWrite.AbortOrder(Digest("order", 4), 0, "abort"u8.ToArray()),
                new StoreWrite.PutSessionWindow(Nid(2), Window(3, 5, 5, 4)),
                new StoreWrite.PutPeerInstance(Nid(2), Instance(2), 3),
                new StoreWrite.Append(Entry(1)), new StoreWrite.Append(Entry(2)),
            ], CancellationToken.None);
        await store.CommitAsync(Acknowledge(1, 3), CancellationToken.None);
        await store.CommitAsync([Activate(1, 3)], CancellationToken.None);
        await store.CommitAsync(Acknowledge(2, 2), CancellationToken.None);
        await store.CommitAsync(Acknowledge(5, 1), CancellationToken.None);
        await store.CommitAsync([GiveUp(5)], CancellationToken.None);
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
