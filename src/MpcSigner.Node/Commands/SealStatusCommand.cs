using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Commands;

/// <summary><c>seal status</c> and <c>seal forget-orphan</c>: what keeps the sealing key, and keys in tokens that no file of this node names.</summary>
internal static class SealStatusCommand
{
    public static async Task<ExitCode> RunAsync(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var options = NodeOptionsFile.Load(config);
        var directory = new NodeDirectory(options.Directory);
        using var tokens = new TokenShelf(ProbeVerb.Program, time);
        using var vault = await VaultStart.OpenAsync(directory, options, tokens, null, error).ConfigureAwait(false);
        var shares = await CountSharesAsync(options, directory, vault, time).ConfigureAwait(false);
        output.WriteLine(JsonSerializer.Serialize(VaultStart.Refusing(() => Describe(vault, new IdentityFiles(directory), shares))));
        return ExitCode.Success;
    }

    public static async Task<ExitCode> ForgetOrphanAsync(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        var wanted = arguments.Required("--id");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var options = NodeOptionsFile.Load(config);
        var directory = new NodeDirectory(options.Directory);
        using var tokens = new TokenShelf(ProbeVerb.Program, time);
        using var vault = await VaultStart.OpenAsync(directory, options, tokens, null, error).ConfigureAwait(false);
        return VaultStart.Refusing(() =>
        {
            if (vault.Orphans(new IdentityFiles(directory).ReadNamed(vault)).FirstOrDefault(orphan => orphan.Id.ToString() == wanted) is not { } found)
            {
                throw new StartRefusedException(ExitCode.BadCommandLine, $"There is no key {wanted} of this node in its tokens that no file names.",
                    "'mpcsigner-node seal status' lists those that there are.");
            }
            vault.DestroyOrphan(found);
            output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string> { ["destroyed"] = wanted, ["token"] = found.Label, ["serial"] = found.Serial }));
            return ExitCode.Success;
        });
    }

    private static Dictionary<string, object?> Describe(NodeVault vault, IdentityFiles files, IReadOnlyDictionary<uint, long>? shares)
    {
        var file = files.ReadFile();
        return new()
        {
            ["nid"] = vault.Nid.ToString(),
            ["generations"] = file.Generations.Select(part => Describe(part, shares)),
            ["identity"] = file.Identity is IdentityPart.InToken identity ? $"token {identity.Key.Label} (serial {identity.Key.Serial})" : "sealed",
            ["retired"] = file.Retired.Select(Describe),
            ["orphans"] = vault.Orphans(files.ReadNamed(vault)).Select(Describe),
            ["note"] = shares is null ? "The node runs: its shares are not counted." : "",
        };
    }

    private static Dictionary<string, object?> Describe(GenerationPart part, IReadOnlyDictionary<uint, long>? shares)
    {
        var key = TokenKeys.Of(part);
        return new()
        {
            ["generation"] = part.Generation,
            ["seal"] = part.Kind.ToString().ToLowerInvariant(),
            ["token"] = key?.Label,
            ["serial"] = key?.Serial,
            ["shares"] = shares?.GetValueOrDefault(part.Generation),
        };
    }

    private static Dictionary<string, object?> Describe(TokenKey key) => new()
    {
        ["id"] = key.Id.ToString(),
        ["what"] = key.Id.Label,
        ["token"] = key.Label,
        ["serial"] = key.Serial,
    };

    /// <summary>Null while a node has the database open.</summary>
    private static async Task<IReadOnlyDictionary<uint, long>?> CountSharesAsync(NodeOptions options, NodeDirectory directory, NodeVault vault, TimeProvider time)
    {
        if (File.Exists(directory.StorePending) || !File.Exists(directory.Store))
            return new Dictionary<uint, long>();
        try
        {
            var cluster = ClusterDocuments.Load(options).Roster.Cluster;
            await using var store = await StoreStart.OpenAsync(directory, cluster, vault, SystemRandomSource.Instance, time, NullLogger.Instance).ConfigureAwait(false);
            return await CountAsync(store).ConfigureAwait(false);
        }
        catch (StartRefusedException e) when (e.Code == ExitCode.StoreInUse)
        {
            return null;
        }
    }

    private static async Task<Dictionary<uint, long>> CountAsync(ISealedShares store)
    {
        var counts = new Dictionary<uint, long>();
        IReadOnlyList<SealedShare> page = await store.ListSealedAsync(null, StoreLimits.MaxPage, CancellationToken.None).ConfigureAwait(false);
        while (page.Count > 0)
        {
            foreach (var share in page)
            {
                _ = SealedBytes.TryReadGeneration(share.Sealed.Span, out var generation);
                counts[generation] = counts.GetValueOrDefault(generation) + 1;
            }
            page = await store.ListSealedAsync((page[^1].Key, page[^1].Generation), StoreLimits.MaxPage, CancellationToken.None).ConfigureAwait(false);
        }
        return counts;
    }
}
