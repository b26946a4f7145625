using System.Text.Json;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Commands;

/// <summary><c>store new</c>: an operator's word that the database is lost for good. Run again, it changes nothing.</summary>
internal static class StoreCommand
{
    public static ExitCode New(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);
        var options = NodeOptionsFile.Load(config);
        var directory = new NodeDirectory(options.Directory);
        if (!File.Exists(directory.Identity))
            throw new StartRefusedException(ExitCode.NotInitialised, $"{directory.Path} holds no identity.", "Restore identity.sealed, tls.key and tls.crt from their backup; if they are lost too, put a new node in this one's place: mpcsigner node replace.");
        if (File.Exists(directory.Store))
            throw new StartRefusedException(ExitCode.AlreadyInitialised, $"{directory.Store} is there; a database is never given up while it exists.", "If it cannot be repaired, move it away yourself.");
        try
        {
            if (!File.Exists(directory.StorePending))
                PendingStore.AfterLossAt(directory, time.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(ExitCode.StoreUnavailable, $"{directory.Path} cannot be written: {e.Message}", "Check the folder and its permissions.", e);
        }
        output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string> { ["name"] = options.Name, ["database"] = directory.Store, ["next"] = $"start the node, then: mpcsigner node recover {options.Name} --wait" }));
        return ExitCode.Success;
    }
}
