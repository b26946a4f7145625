using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault.Tokens;
using MpcSigner.Storage.Sqlite;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary><c>peer readmit</c> by its real process, and what the next start makes of it.</summary>
public class PeerCommandTests(NodeFiles files) : IClassFixture<NodeFiles>
{
    [Fact]
    public async Task A_peer_is_left_out_until_the_operator_readmits_it_by_name_or_id()
    {
        files.CopyOf("a", "readmitting");
        var config = files.OptionsOfA("readmitting.yaml", ("directory: a", "directory: readmitting"));
        var directory = new NodeDirectory(NodeOptionsFile.Load(config).Directory);
        var peers = ClusterDocuments.Load(NodeOptionsFile.Load(config)).Roster.Nodes.Where(node => node.Name != "a").ToArray();
        await WithStoreAsync(config, directory, async store =>
        {
            Assert.Empty((await BeginAsync(store)).Excluded);
            await store.CommitAsync([.. peers.Select(peer => new StoreWrite.ExcludePeer(new(peer.Nid, DateTimeOffset.UnixEpoch, "why"))), new StoreWrite.PutPair(new(peers[1].Nid, 1, 1, 1, 1, 5, 1, 5, 5))], CancellationToken.None);
        });

        Assert.Equal((peers[0].Nid.ToString(), "keep"), await SaidAsync("peer", "readmit", "--config", config, "--peer", peers[0].Name));
        Assert.Equal((peers[1].Nid.ToString(), "forget"), await SaidAsync("peer", "readmit", "--config", config, "--peer", peers[1].Nid.ToString(), "--failures", "forget"));
        await WithStoreAsync(config, directory, async store =>
        {
            var state = await BeginAsync(store);
            Assert.Empty(state.Excluded);
            Assert.Equal(0u, state.Pairs[peers[1].Nid].Failures);
            await store.CommitAsync([new StoreWrite.ExcludePeer(new(peers[0].Nid, DateTimeOffset.UnixEpoch, "again"))], CancellationToken.None);
        });
        Assert.False(File.Exists(directory.PeersReadmitted));
        await WithStoreAsync(config, directory, async _ =>
        {
            var (code, _, error) = await NodeProgram.RunAsync("peer", "readmit", "--config", config, "--peer", peers[0].Name);
            Assert.Equal((int)ExitCode.StoreInUse, code); // a node that runs may see it cheat again
            Assert.Contains("in use", error, StringComparison.Ordinal);
            Assert.False(File.Exists(directory.PeersReadmitted));
        });
        await WithStoreAsync(config, directory, async store => Assert.Equal("again", (await BeginAsync(store)).Excluded[peers[0].Nid].Why)); // the word counts once
    }

    [Fact]
    public async Task Rejects_a_wrong_command_line_an_unknown_peer_and_a_file_that_it_did_not_write()
    {
        files.CopyOf("a", "wrongly");
        var config = files.OptionsOfA("wrongly.yaml", ("directory: a", "directory: wrongly"));
        foreach (var bad in (string[][])[["peer"], ["peer", "readmit"], ["peer", "readmit", "--config", config], ["peer", "readmit", "--config", config, "--peer", "b", "--failures", "some"]])
            Assert.Equal((int)ExitCode.BadCommandLine, (await NodeProgram.RunAsync(bad)).ExitCode);
        var (code, _, error) = await NodeProgram.RunAsync("peer", "readmit", "--config", config, "--peer", "nobody");
        Assert.Equal((int)ExitCode.BadCommandLine, code);
        Assert.Contains("has no node nobody", error, StringComparison.Ordinal);

        var directory = new NodeDirectory(NodeOptionsFile.Load(config).Directory);
        Assert.False(File.Exists(directory.PeersReadmitted));
        await File.WriteAllTextAsync(directory.PeersReadmitted, "b\n");
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => WithStoreAsync(config, directory, _ => Task.CompletedTask));
        Assert.Contains("no readmission", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<(string Peer, string Failures)> SaidAsync(params string[] arguments)
    {
        var (code, output, error) = await NodeProgram.RunAsync(arguments);
        Assert.True(code == 0, error);
        using var said = JsonDocument.Parse(output);
        return (said.RootElement.GetProperty("peer").GetString()!, said.RootElement.GetProperty("failures").GetString()!);
    }

    private static async Task<StoredState> BeginAsync(SqliteNodeStore store)
    {
        var instance = new byte[InstanceId.Size];
        SystemRandomSource.Instance.Fill(instance);
        return await store.BeginInstanceAsync(new(instance), CancellationToken.None);
    }

    private static async Task WithStoreAsync(string config, NodeDirectory directory, Func<SqliteNodeStore, Task> use)
    {
        var options = NodeOptionsFile.Load(config);
        using var tokens = new TokenShelf(null, TimeProvider.System);
        using var vault = await VaultStart.OpenAsync(directory, options, tokens, null, TextWriter.Null);
        await using var store = await StoreStart.OpenAsync(
            directory, ClusterDocuments.Load(options).Roster.Cluster, vault, SystemRandomSource.Instance, TimeProvider.System, NullLogger.Instance);
        await use(store);
    }
}
