using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Node.Start;
using MpcSigner.Storage.Sqlite;

namespace MpcSigner.Cluster.Tests.Fixture;

/// <summary>What a node has stored, read from a copy of its database: no second process opens a live one.</summary>
internal static class NodeLog
{
    /// <summary>Opens a copy of a node's store.</summary>
    /// <param name="use">The copy is gone when it returns.</param>
    public static async Task<T> WithStoreAsync<T>(TestCluster cluster, TestNode node, Func<SqliteNodeStore, Task<T>> use)
    {
        var folder = Directory.CreateTempSubdirectory("mpcsigner-copy-").FullName;
        try
        {
            var source = new NodeDirectory(node.Directory).Store;
            var copy = Path.Combine(folder, "copy.db");
            foreach (var suffix in (string[])["-wal", ""])
            {
                if (File.Exists(source + suffix))
                    File.Copy(source + suffix, copy + suffix);
            }
            var nid = cluster.Roster.Nodes.First(n => n.Name == node.Name).Nid;
            await using var store = SqliteNodeStore.Open(copy, new(cluster.Roster.Cluster, nid), TimeProvider.System);
            return await use(store);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static Task<IReadOnlyList<AuditEntry>> ReadAsync(TestCluster cluster, TestNode node) => WithStoreAsync(cluster, node, async store =>
    {
        const int page = 1_000;
        var entries = new List<AuditEntry>();
        while (true)
        {
            var more = await store.ReadLogAsync((ulong)entries.Count + 1, page, CancellationToken.None);
            entries.AddRange(more);
            if (more.Count < page)
                return (IReadOnlyList<AuditEntry>)entries;
        }
    });

    /// <summary>Entries of a kind about a request, over all nodes.</summary>
    public static async Task<int> CountAsync(TestCluster cluster, AuditKind kind, Digest32 request)
    {
        var count = 0;
        foreach (var node in cluster.Nodes)
            count += (await ReadAsync(cluster, node)).Count(e => e.Kind == kind && e.Request == request);
        return count;
    }
}
