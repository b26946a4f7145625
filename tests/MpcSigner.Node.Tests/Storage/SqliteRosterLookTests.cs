using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Storage;
using MpcSigner.Storage.Sqlite;
using Xunit;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>A look at the newest roster from outside: only where no process has the store, and changing nothing.</summary>
public sealed class SqliteRosterLookTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Path => _folder["store.sqlite"];

    [Fact]
    public async Task Finds_the_newest_version_of_a_store_that_is_closed_and_refuses_an_open_one()
    {
        SqliteNodeStore.Create(Path, StoreSamples.Meta, TimeProvider.System);
        Assert.Null(SqliteNodeStore.ReadRoster(Path, StoreSamples.Identity));
        await using (var store = Open())
        {
            await store.CommitAsync([new StoreWrite.AppendRoster(MaintenanceSamples.Roster(2)), new StoreWrite.AppendRoster(MaintenanceSamples.Roster(3))], CancellationToken.None);
            Assert.Equal(StoreRefusal.InUse, Assert.Throws<StoreOpenException>(() => SqliteNodeStore.ReadRoster(Path, StoreSamples.Identity)).Refusal);
        }
        var before = File.ReadAllBytes(Path);
        var found = SqliteNodeStore.ReadRoster(Path, StoreSamples.Identity);
        Assert.Equal((3u, MaintenanceSamples.Roster(3).Hash), (found!.Version, found.Hash));
        Assert.Equal(before, File.ReadAllBytes(Path));
        await using var again = Open();
        Assert.Equal(3u, (await again.BeginInstanceAsync(new(new byte[InstanceId.Size]), CancellationToken.None)).Roster!.Version);
    }

    [Fact]
    public void Refuses_a_store_that_is_missing_or_another_nodes()
    {
        Assert.Equal(StoreRefusal.Missing, Assert.Throws<StoreOpenException>(() => SqliteNodeStore.ReadRoster(Path, StoreSamples.Identity)).Refusal);
        SqliteNodeStore.Create(Path, StoreSamples.Meta, TimeProvider.System);
        var other = new StoreIdentity(StoreSamples.Identity.Cluster, new(new byte[NodeId.Size]));
        Assert.Equal(StoreRefusal.OtherNode, Assert.Throws<StoreOpenException>(() => SqliteNodeStore.ReadRoster(Path, other)).Refusal);
    }

    private SqliteNodeStore Open() => SqliteNodeStore.Open(Path, StoreSamples.Identity, TimeProvider.System);

    public void Dispose() => _folder.Dispose();
}
