using MpcSigner.Cryptography.Secrets.Randomness;
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
        var prepared = PreparedNode.Prepare(options, log.CreateLogger("MpcSigner.Node"));
        using var tokens = new TokenShelf(ProbeVerb.Program, time);
        using var random = new MixedRandomSource(SystemRandomSource.Instance);
        return await new NodeLife(prepared, tokens, new NodeWords(output), random, time, log).RunAsync(error).ConfigureAwait(false);
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
}
