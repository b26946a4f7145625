using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault.Tokens;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary><c>store restored</c> by its real process, and what the next start makes of it.</summary>
public class StoreCommandTests(NodeFiles files) : IClassFixture<NodeFiles>
{
    [Fact]
    public async Task A_database_that_is_lost_is_made_anew_once_the_operator_says_so_and_counts_on_above_all_its_starts()
    {
        var (config, directory) = Copy("lost");
        File.Delete(directory.StorePending); // the node has had a database
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => StartAsync(config, directory));
        Assert.Equal(ExitCode.StoreMissing, refused.Code);

        Assert.Equal("lost", await RestoredAsync(config));
        Assert.True(File.Exists(directory.StorePending) && File.Exists(directory.StoreRestored));
        var before = (ulong)DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var (counter, store) = await StartAsync(config, directory);
        Assert.True(counter > before, $"start {counter} is not above {before}");
        Assert.False(File.Exists(directory.StorePending) || File.Exists(directory.StoreRestored));
        Assert.Equal((counter + 1, store), await StartAsync(config, directory)); // the word counts once
    }

    [Fact]
    public async Task A_database_that_is_there_stays_and_its_starts_are_skipped()
    {
        var (config, directory) = Copy("restored");
        var (first, store) = await StartAsync(config, directory);
        Assert.Equal(1ul, first);
        Assert.Equal("restored", await RestoredAsync(config));
        Assert.False(File.Exists(directory.StorePending));
        var (counter, same) = await StartAsync(config, directory);
        Assert.True(counter > (ulong)DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeSeconds());
        Assert.Equal(store, same);
    }

    [Fact]
    public async Task Rejects_a_wrong_command_line_and_a_folder_that_is_not_there()
    {
        var (config, _) = Copy("wrong");
        foreach (var bad in (string[][])[["store"], ["store", "lost"], ["store", "restored"], ["store", "restored", "--config", config, "--now", "yes"]])
            Assert.Equal((int)ExitCode.BadCommandLine, (await NodeProgram.RunAsync(bad)).Item1);
        var elsewhere = files.OptionsOfA("nowhere.yaml", ("directory: a", "directory: nowhere"));
        var (code, _, error) = await NodeProgram.RunAsync("store", "restored", "--config", elsewhere);
        Assert.NotEqual(0, code);
        Assert.Contains("nowhere", error, StringComparison.Ordinal);
    }

    private (string Config, NodeDirectory Directory) Copy(string name)
    {
        files.CopyOf("a", name);
        var config = files.OptionsOfA($"{name}.yaml", ("directory: a", $"directory: {name}"));
        return (config, new(NodeOptionsFile.Load(config).Directory));
    }

    private static async Task<string> RestoredAsync(string config)
    {
        var (code, output, error) = await NodeProgram.RunAsync("store", "restored", "--config", config);
        Assert.True(code == 0, error);
        using var said = JsonDocument.Parse(output);
        Assert.Equal("a", said.RootElement.GetProperty("name").GetString());
        return said.RootElement.GetProperty("database").GetString()!;
    }

    /// <summary>The number of the start, as a node's process takes it, and which database it is.</summary>
    private static async Task<(ulong Counter, string Store)> StartAsync(string config, NodeDirectory directory)
    {
        var options = NodeOptionsFile.Load(config);
        using var tokens = new TokenShelf(null, TimeProvider.System);
        using var vault = await VaultStart.OpenAsync(directory, options, tokens, null, TextWriter.Null);
        await using var store = await StoreStart.OpenAsync(
            directory, ClusterDocuments.Load(options).Roster.Cluster, vault, SystemRandomSource.Instance, TimeProvider.System, NullLogger.Instance);
        var instance = new byte[InstanceId.Size];
        SystemRandomSource.Instance.Fill(instance);
        return ((await store.BeginInstanceAsync(new(instance), CancellationToken.None)).StartCounter, Convert.ToHexString(store.Meta.StoreId.Span));
    }
}
