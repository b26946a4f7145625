using System.Text.Json;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Commands;

/// <summary><c>store restored</c>: the operator's word that the database is a restored backup, or lost for good. No process of the node may run elsewhere.</summary>
internal static class StoreCommand
{
    public static ExitCode Restored(string[] args, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var options = NodeOptionsFile.Load(config);
        var directory = new NodeDirectory(options.Directory);
        var lost = !File.Exists(directory.Store);
        try
        {
            PrivateFile.Replace(directory.StoreRestored, []);
            if (lost)
                PrivateFile.Replace(directory.StorePending, []);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(ExitCode.StoreUnavailable, $"The word of it cannot be written to {directory.Path}: {e.Message}", "Check the folder and its permissions.", e);
        }
        output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["name"] = options.Name,
            ["database"] = lost ? "lost" : "restored",
        }));
        return ExitCode.Success;
    }
}
