using System.Text.Json;
using Microsoft.Extensions.Logging;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Host;
using MpcSigner.Node.Log;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Commands;

/// <summary><c>run</c>: from the options file to a listening node, and to its orderly end.</summary>
internal static class RunCommand
{
    public static async Task<ExitCode> RunAsync(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var options = NodeOptionsFile.Load(config);
        using var log = OpenLog(options, error, time);
        var logger = log.CreateLogger("MpcSigner.Node");
        using var tokens = new TokenShelf(ProbeVerb.Program, time);
        using var prepared = await PreparedNode.PrepareAsync(options, tokens, error, time, logger).ConfigureAwait(false);
        var random = SystemRandomSource.Instance;
        await using var store = await StoreStart.OpenAsync(
            prepared.Directory, prepared.Documents.Roster.Cluster, prepared.Vault, random, time, logger).ConfigureAwait(false);
        var instance = NewInstance(random);
        var stored = await store.BeginInstanceAsync(instance, CancellationToken.None).ConfigureAwait(false);
        var rosters = new RosterReader();
        using var start = StartedNode.Begin(prepared, instance, stored, rosters, time.GetUtcNow());
        await using var process = new NodeProcess(start, rosters, store, store, random, time, log);
        return await process.RunAsync(address => SayListening(output, start, address)).ConfigureAwait(false);
    }

    private static InstanceId NewInstance(IRandomSource random)
    {
        Span<byte> bytes = stackalloc byte[InstanceId.Size];
        random.Fill(bytes);
        return new(bytes);
    }

    private static LineLoggerProvider OpenLog(NodeOptions options, TextWriter error, TimeProvider time)
    {
        try
        {
            return LineLoggerProvider.Open(options, error, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(ExitCode.BadOptions, $"The log file {options.LogFile} cannot be written: {e.Message}", "Correct 'log.file'.", e);
        }
    }

    /// <summary>For whoever started the node: one line, once.</summary>
    private static void SayListening(TextWriter output, StartedNode start, string address)
    {
        output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["event"] = "listening",
            ["name"] = start.Self.Name,
            ["nid"] = start.Self.Nid.ToString(),
            ["address"] = address,
        }));
        output.Flush();
    }
}
