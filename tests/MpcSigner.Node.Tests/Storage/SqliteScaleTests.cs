using System.Diagnostics;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Storage.Sqlite;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>Many keys: every one is found and listed, and a page costs no walk over the others. Times are printed, not judged.</summary>
public sealed class SqliteScaleTests(ITestOutputHelper output) : IDisposable
{
    private const int Orders = 100;

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_hundred_thousand_keys_are_stored_and_listed_in_pages()
    {
        var path = _folder["store.sqlite"];
        SqliteNodeStore.Create(path, Meta, TimeProvider.System);
        var watch = Stopwatch.StartNew();
        await using (var store = SqliteNodeStore.Open(path, Identity, TimeProvider.System))
        {
            for (var order = 1; order <= Orders; order++)
            {
                await store.CommitAsync([new StoreWrite.BeginOrder(Order(order))], CancellationToken.None);
                await store.CommitAsync(Acknowledge(order, KeyLimits.MaxBatch), CancellationToken.None);
                await store.CommitAsync([Activate(order, KeyLimits.MaxBatch)], CancellationToken.None);
            }
        }
        Print("made 100,000 keys", watch);
        Print($"database of {new FileInfo(path).Length >> 20} MiB", watch);

        await using var opened = SqliteNodeStore.Open(path, Identity, TimeProvider.System);
        Print("checked and opened", watch);

        var seen = new HashSet<KeyId>();
        KeyId? last = null;
        while (await opened.ListKeysAsync(last, StoreLimits.MaxPage, CancellationToken.None) is { Count: > 0 } page)
        {
            Assert.All(page, key => Assert.True(seen.Add(key.Record.KeyId)));
            last = page[^1].Record.KeyId;
        }
        Assert.Equal(Orders * KeyLimits.MaxBatch, seen.Count);
        Print("listed all", watch);

        for (var i = 0; i < 1_000; i++)
            Assert.NotNull(await opened.ReadSealedShareAsync(Key(1 + i % Orders, i), 0, CancellationToken.None));
        Print("read 1,000 shares", watch);
    }

    private void Print(string what, Stopwatch watch)
    {
        output.WriteLine($"{what}: {watch.ElapsedMilliseconds} ms");
        watch.Restart();
    }
}
