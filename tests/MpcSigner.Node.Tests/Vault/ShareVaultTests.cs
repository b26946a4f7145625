using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Node.Tests.Storage;
using MpcSigner.Node.Vault;
using MpcSigner.Storage.Sqlite;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Vault;

/// <summary>P6: shares rest sealed in the store and are opened on demand into a bounded cache.</summary>
public sealed class ShareVaultTests : IAsyncLifetime
{
    private const int Keys = 5;

    private readonly TempFolder _folder = new();
    private readonly List<SecretScalar> _shares = [];
    private NodeVault _node = null!;
    private SqliteNodeStore _store = null!;

    public async ValueTask InitializeAsync()
    {
        using var secret = OperatorSecret.KeyFile(Secrets.Memory(Secrets.KeyFileBytes(7)));
        _node = NodeVault.Create(secret, Secrets.Random, out _);
        var meta = _node.NewStore(Identity.Cluster, Secrets.Random);
        SqliteNodeStore.Create(_folder["node.db"], meta, TimeProvider.System);
        _store = SqliteNodeStore.Open(_folder["node.db"], meta.Identity, TimeProvider.System);
        _node.Check(_store.Meta);

        using var vault = Secrets.Shares(_node, _store);
        var seals = new List<StoreWrite>();
        for (var i = 0; i < Keys; i++)
        {
            _shares.Add(Secrets.Share());
        }
        using var batch = await vault.SealAsync([.. _shares.Select((share, i) => new ShareToSeal(Key(1, i), 0, share.Copy()))]);
        seals.AddRange(batch.Writes);
        await _store.CommitAsync([new StoreWrite.BeginOrder(Order(1))], CancellationToken.None);
        await _store.CommitAsync([.. seals, Acknowledge(1, Keys)[^1]], CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _node.Dispose();
        _shares.ForEach(s => s.Dispose());
        _folder.Dispose();
    }

    private async Task AssertOpens(ShareVault vault, int index)
    {
        using var share = await vault.OpenAsync(Key(1, index), 0, CancellationToken.None);
        Assert.True(share.FixedTimeEquals(_shares[index]));
    }

    private static byte[] Sealed(NodeVault vault, Core.Identities.KeyId key, uint generation, SecretScalar share)
    {
        using var lease = vault.Lease();
        return lease.Seal(vault.ContextOf(key, generation), share, Secrets.Random);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    [InlineData(100, Keys)]
    public async Task Every_share_opens_whatever_the_cache_keeps(int capacity, int kept)
    {
        using var vault = Secrets.Shares(_node, _store, capacity);
        for (var round = 0; round < 3; round++)
            for (var i = 0; i < Keys; i++)
                await AssertOpens(vault, i);
        Assert.Equal(kept, vault.Cached);
    }

    [Fact]
    public void The_share_longest_unused_is_given_up_first()
    {
        using var cache = Secrets.Cache(2);
        cache.Keep(Key(1, 0), 0, _shares[0], cache.Forgotten);
        cache.Keep(Key(1, 1), 0, _shares[1], cache.Forgotten);
        cache.Find(Key(1, 0), 0)!.Dispose();
        cache.Keep(Key(1, 2), 0, _shares[2], cache.Forgotten);
        Assert.Null(cache.Find(Key(1, 1), 0));
        Assert.Null(cache.Find(Key(1, 0), 1));
        using var kept = cache.Find(Key(1, 0), 0);
        Assert.True(kept!.FixedTimeEquals(_shares[0]));
    }

    [Fact]
    public async Task A_borrower_that_disposes_its_copy_leaves_the_cache_whole()
    {
        using var vault = Secrets.Shares(_node, _store);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => AssertOpens(vault, i % Keys))));
        Assert.Equal(Keys, vault.Cached);
    }

    [Fact]
    public async Task A_closed_vault_keeps_nothing()
    {
        var vault = Secrets.Shares(_node, _store);
        await AssertOpens(vault, 0);
        Assert.Equal(1, vault.Cached);
        vault.Dispose();
        Assert.Equal(0, vault.Cached);
        await AssertOpens(vault, 1);
        Assert.Equal(0, vault.Cached);
    }

    [Fact]
    public async Task Rejects_a_share_that_is_not_there()
    {
        using var vault = Secrets.Shares(_node, _store);
        await Assert.ThrowsAsync<ShareUnavailableException>(() => vault.OpenAsync(Key(9, 0), 0, CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<ShareUnavailableException>(() => vault.OpenAsync(Key(1, 0), 1, CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task P6_Rejects_a_share_that_was_altered_moved_or_sealed_elsewhere()
    {
        using var secret = OperatorSecret.KeyFile(Secrets.Memory(Secrets.KeyFileBytes(7)));
        using var foreign = NodeVault.Create(secret, Secrets.Random, out _);
        var sealedShares = new List<byte[]>();
        for (var i = 0; i < Keys; i++)
            sealedShares.Add((await _store.ReadSealedShareAsync(Key(1, i), 0, CancellationToken.None))!);
        await _store.DisposeAsync();

        using (var database = SqliteConnection.Open(_folder["node.db"], SQLitePCL.raw.SQLITE_OPEN_READWRITE))
        {
            Replace(database, 0, [.. sealedShares[0][..^1], (byte)(sealedShares[0][^1] ^ 1)]);
            Replace(database, 1, sealedShares[2]);
            Replace(database, 2, Sealed(foreign, Key(1, 2), 0, _shares[2]));
            Replace(database, 3, Sealed(_node, Key(1, 3), 1, _shares[3]));
        }
        _store = SqliteNodeStore.Open(_folder["node.db"], new(Identity.Cluster, _node.Nid), TimeProvider.System);

        using var vault = Secrets.Shares(_node, _store);
        for (var i = 0; i < 4; i++)
            Assert.Contains("does not open", (await Assert.ThrowsAsync<ShareUnavailableException>(() => vault.OpenAsync(Key(1, i), 0, CancellationToken.None).AsTask())).Message, StringComparison.Ordinal);
        await AssertOpens(vault, 4);
    }

    private static void Replace(SqliteConnection database, int index, byte[] bytes) =>
        database.Statement("UPDATE sealed_share SET sealed = ? WHERE key_id = ?").Bind(bytes).Bind(Key(1, index).Value).Run();

    [Fact]
    public async Task P6_No_share_is_in_the_database_in_clear()
    {
        await _store.DisposeAsync();
        var database = await File.ReadAllBytesAsync(_folder["node.db"]);
        var control = Order(1).Order.ToArray();
        Assert.True(database.AsSpan().IndexOf(control) >= 0, "the search finds what is there");
        foreach (var share in _shares)
        {
            var clear = new byte[SecretScalar.Size];
            share.ToPublic().CopyTo(clear);
            Assert.Equal(-1, database.AsSpan().IndexOf(clear));
            Array.Reverse(clear);
            Assert.Equal(-1, database.AsSpan().IndexOf(clear));
        }
        _store = SqliteNodeStore.Open(_folder["node.db"], new(Identity.Cluster, _node.Nid), TimeProvider.System);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(ShareCache.MaxCapacity + 1)]
    public void Rejects_a_capacity_out_of_bounds(int capacity) => Assert.Throws<ArgumentOutOfRangeException>(() => Secrets.Cache(capacity).Dispose());
}
