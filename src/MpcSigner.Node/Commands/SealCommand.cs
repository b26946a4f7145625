using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Commands;

/// <summary><c>seal rotate</c>: the sealing key's next generation, with the node stopped.</summary>
internal static class SealCommand
{
    public static async Task<ExitCode> RotateAsync(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var options = NodeOptionsFile.Load(config);
        var documents = ClusterDocuments.Load(options);
        var directory = new NodeDirectory(options.Directory);
        if (File.Exists(directory.StorePending))
            throw new StartRefusedException(ExitCode.StoreMissing, "The node has no database yet: no share is sealed.", "Start it once.");
        using var vault = await VaultStart.OpenAsync(directory, options.Passphrase, error).ConfigureAwait(false);
        var random = SystemRandomSource.Instance;
        // Its lock says that no node runs here.
        await using var store = await StoreStart.OpenAsync(directory, documents.Roster.Cluster, vault, random, time, NullLogger.Instance).ConfigureAwait(false);
        var resumed = vault.HasOldGenerations;
        var files = new IdentityFiles(directory);
        try
        {
            files.ClearAway();
            var shares = await new SealRotation(vault, store, files, random, time)
                .RunAsync(count => error.WriteLine($"{count} shares sealed anew"), CancellationToken.None).ConfigureAwait(false);
            output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["nid"] = vault.Nid.ToString(),
                ["generation"] = vault.SealingGeneration,
                ["shares"] = shares,
                ["resumed"] = resumed,
            }));
            return ExitCode.Success;
        }
        catch (Exception e) when (e is ShareUnavailableException or StoreUnavailableException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(ExitCode.StoreUnavailable, $"The sealing key was not rotated: {e.Message}", "Every share still opens. Mend what is said and run it again: it goes on where it was.", e);
        }
        catch (VaultException e)
        {
            throw VaultStart.Refuse(e);
        }
    }
}
