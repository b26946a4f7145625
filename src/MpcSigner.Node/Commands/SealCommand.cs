using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Commands;

/// <summary><c>seal rotate</c> and <c>seal change</c>: the sealing key's next generation, under the same secret or token or under another, with the node stopped.</summary>
internal static class SealCommand
{
    private static readonly Dictionary<string, SealKind> Targets = new(StringComparer.Ordinal)
    {
        ["passphrase"] = SealKind.Passphrase, ["hsm"] = SealKind.Token, ["quorum"] = SealKind.Quorum,
    };

    public static async Task<ExitCode> RotateAsync(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        return arguments.Finish(out var errors)
            ? await RunAsync(NodeOptionsFile.Load(config), null, null, time, output, error).ConfigureAwait(false)
            : CommandLine.Refuse(error, errors);
    }

    public static async Task<ExitCode> ChangeAsync(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        arguments.Required("--to");
        var target = arguments.Choice("--to", SealKind.Passphrase, Targets);
        var quorum = QuorumChoice.Read(arguments, target == SealKind.Quorum, "");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var options = NodeOptionsFile.Load(config);
        quorum?.RequireOutside(options.Directory);
        if (target == SealKind.Token && options.Hsm is null || target == SealKind.Passphrase && options.Passphrase is null)
        {
            throw new StartRefusedException(ExitCode.BadOptions, $"The options name no {target.Name()} to change to.",
                target == SealKind.Token ? "Add 'hsm'; name the token that is left under 'former_hsm'." : "Add 'passphrase'; name the one that is left under 'former_passphrase'.");
        }
        return await RunAsync(options, target, quorum, time, output, error).ConfigureAwait(false);
    }

    /// <param name="target">Null: no change.</param>
    /// <param name="quorum">Where the target is one.</param>
    private static async Task<ExitCode> RunAsync(NodeOptions options, SealKind? target, QuorumChoice? quorum, TimeProvider time, TextWriter output, TextWriter error)
    {
        var documents = ClusterDocuments.Load(options);
        var directory = new NodeDirectory(options.Directory);
        if (File.Exists(directory.StorePending))
            throw new StartRefusedException(ExitCode.StoreMissing, "The node has no database yet: no share is sealed.", "Start it once.");
        using var tokens = new TokenShelf(ProbeVerb.Program, time);
        using var vault = await VaultStart.OpenAsync(directory, options, tokens, null, error).ConfigureAwait(false);
        var random = SystemRandomSource.Instance;
        // Its lock says that no node runs here.
        await using var store = await StoreStart.OpenAsync(directory, documents.Roster.Cluster, vault, random, time, NullLogger.Instance).ConfigureAwait(false);
        var resumed = vault.HasOldGenerations || vault.Retired.Count > 0;
        var files = new IdentityFiles(directory);
        try
        {
            files.ClearAway();
            var rotation = new SealRotation(vault, store, files, random, time);
            void Progress(long count) => error.WriteLine($"{count} shares sealed anew");
            var shares = target is { } kind
                ? await ChangeAsync(vault, rotation, options, kind, quorum, Progress, error).ConfigureAwait(false)
                : await rotation.RunAsync(Progress, CancellationToken.None).ConfigureAwait(false);
            rotation.DestroyRetired();
            output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, object>
            {
                ["nid"] = vault.Nid.ToString(),
                ["seal"] = vault.Seal.Kind.ToString().ToLowerInvariant(),
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

    /// <summary>Ends what was begun, then makes the next generation under the other seal, unless the newest is there already.</summary>
    /// <param name="quorum">Where the target is one.</param>
    /// <returns>How many shares were sealed anew.</returns>
    internal static async Task<long> ChangeAsync(NodeVault vault, SealRotation rotation, NodeOptions options, SealKind target, QuorumChoice? quorum, Action<long> progress, TextWriter prompt)
    {
        // Asked before it is ended: a rotation within the present quorum is no change to the one that is wanted.
        var changed = vault.HasOldGenerations && !vault.IsKeptThroughout;
        var shares = vault.HasOldGenerations ? await rotation.RunAsync(progress, CancellationToken.None).ConfigureAwait(false) : 0;
        NodeSeal seal;
        if (target == SealKind.Token)
        {
            seal = new NodeSeal.InToken(vault.RequireToken(options.Hsm!.Token, options.Hsm.Serial));
            if (vault.IsKeptBy(seal))
                return shares;
        }
        else if (quorum is not null)
        {
            // A change to this quorum that was interrupted: its operators have their shares already.
            if (changed && vault.IsKeptByQuorum(quorum.Threshold, quorum.Operators))
                return shares;
            using var dealing = quorum.Deal(SystemRandomSource.Instance);
            // Before the generation is there: once it is, nothing else opens it.
            quorum.Hand(dealing, options.Name, vault.Nid, prompt);
            using var secret = QuorumChoice.SecretOf(dealing);
            seal = VaultCreation.SealOf(secret, SystemRandomSource.Instance);
        }
        else
        {
            using var secret = await new SecretSources(prompt).ReadPassphraseAsync(options.Passphrase!, repeat: vault.Seal.Kind != SealKind.Passphrase).ConfigureAwait(false);
            if (vault.IsKeptBy(secret))
                return shares;
            seal = VaultCreation.SealOf(secret, SystemRandomSource.Instance);
        }
        return await rotation.RunAsync(progress, CancellationToken.None, seal).ConfigureAwait(false);
    }
}
