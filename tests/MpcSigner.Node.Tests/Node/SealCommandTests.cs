using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault.Tokens;
using Xunit;

namespace MpcSigner.Node.Tests.RunningNode;

/// <summary><c>seal rotate</c> by its real process, on a node that has a database.</summary>
public class SealCommandTests(NodeFiles files) : IClassFixture<NodeFiles>
{
    [Fact]
    public async Task Rotates_again_and_again_and_refuses_without_a_database_or_beside_a_running_node()
    {
        files.CopyOf("a", "sealed");
        var config = files.OptionsOfA("sealed.yaml", ("directory: a", "directory: sealed"));
        var (code, _, error) = await NodeProgram.RunAsync("seal", "rotate", "--config", config);
        Assert.True((int)ExitCode.StoreMissing == code, error);

        var options = NodeOptionsFile.Load(config);
        var directory = new NodeDirectory(options.Directory);
        var cluster = ClusterDocuments.Load(options).Roster.Cluster;
        using var tokens = new TokenShelf(null, TimeProvider.System);
        using (var vault = await VaultStart.OpenAsync(directory, options, tokens, null, TextWriter.Null))
        await using (await StoreStart.OpenAsync(directory, cluster, vault, SystemRandomSource.Instance, TimeProvider.System, NullLogger.Instance))
        {
            (code, _, error) = await NodeProgram.RunAsync("seal", "rotate", "--config", config);
            Assert.True((int)ExitCode.StoreInUse == code, error);
        }
        for (var generation = 2; generation <= 3; generation++)
        {
            (code, var output, error) = await NodeProgram.RunAsync("seal", "rotate", "--config", config);
            Assert.True(code == 0, error);
            using var said = JsonDocument.Parse(output);
            Assert.Equal((generation, 0, false), (said.RootElement.GetProperty("generation").GetInt32(), said.RootElement.GetProperty("shares").GetInt32(), said.RootElement.GetProperty("resumed").GetBoolean()));
        }
        (code, _, error) = await NodeProgram.RunAsync("doctor", "--config", config);
        Assert.True((ExitCode)code is ExitCode.Success or ExitCode.HardeningRefused, error);
        foreach (var bad in (string[][])[["seal"], ["seal", "open"], ["seal", "rotate"], ["seal", "rotate", "--config", config, "--now", "yes"]])
            Assert.Equal((int)ExitCode.BadCommandLine, (await NodeProgram.RunAsync(bad)).Item1);
    }
}
