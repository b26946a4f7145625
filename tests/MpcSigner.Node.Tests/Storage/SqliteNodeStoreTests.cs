using MpcSigner.Core.Ports;
using MpcSigner.Storage.Sqlite;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>The contract suite on SQLite.</summary>
public sealed class SqliteNodeStoreTests : NodeStoreConcurrencyContract
{
    private readonly TempFolder _folder = new();

    private string Path => _folder["store.sqlite"];

    private protected override (long Transactions, long Commits) Counters => (((SqliteNodeStore)Store).Transactions, ((SqliteNodeStore)Store).Commits);

    private protected override ValueTask<INodeStore> OpenNewAsync()
    {
        SqliteNodeStore.Create(Path, StoreSamples.Meta, TimeProvider.System);
        return ReopenAsync();
    }

    private protected override ValueTask<INodeStore> ReopenAsync() => new(SqliteNodeStore.Open(Path, StoreSamples.Identity, TimeProvider.System));

    private protected override ValueTask CleanAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
