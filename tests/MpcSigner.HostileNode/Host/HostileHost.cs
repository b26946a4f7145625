using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Log;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.HostileNode.Host;

/// <summary>From a node's options file to a listening node that does what its cheat file says. The node's files are those of an honest one.</summary>
internal static class HostileHost
{
    public static async Task<int> RunAsync(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        if (args is not ["run", "--config", var config])
        {
            error.WriteLine("usage: run --config FILE");
            return 2;
        }
        try
        {
            var options = NodeOptionsFile.Load(config);
            using var log = LineLoggerProvider.Open(options, error, time);
            var logger = log.CreateLogger("MpcSigner.Node");
            var prepared = PreparedNode.Prepare(options, logger);
            using var tokens = new TokenShelf(ProbeVerb.Program, time);
            using var random = new MixedRandomSource(SystemRandomSource.Instance);
            using var vault = await VaultStart.OpenAsync(prepared.Directory, options, tokens, [], error);
            prepared.RequireFitBeforeStore(vault, time.GetUtcNow());
            await using var store = await StoreStart.OpenAsync(prepared.Directory, prepared.Documents.Roster.Cluster, vault, random, time, logger);
            var instance = NewInstance(random);
            var rosters = new RosterReader();
            using var start = StartedNode.Begin(prepared, vault, instance, await store.BeginInstanceAsync(instance, CancellationToken.None), rosters, random, time.GetUtcNow());
            await using var process = new HostileProcess(start, rosters, store, random, time, log);
            var words = new NodeWords(output);
            return await process.RunAsync(address => words.Listening(start.Self, address));
        }
        catch (StartRefusedException e)
        {
            error.WriteLine($"the hostile node does not start ({e.Code}): {e.Message}");
            return (int)e.Code;
        }
    }

    private static InstanceId NewInstance(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[InstanceId.Size];
        random.Fill(bytes);
        return new(bytes);
    }
}
