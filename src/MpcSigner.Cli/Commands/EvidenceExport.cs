using System.CommandLine;
using MpcSigner.Cli.Administration;

namespace MpcSigner.Cli.Commands;

/// <summary><c>evidence export</c>.</summary>
internal static class EvidenceExport
{
    public static Command Create(Func<Command, Runner> bind)
    {
        var administrators = new AdministratorOptions();
        var id = new Argument<string>("ID") { Description = "The evidence's id: 64 hexadecimal digits" };
        var node = new Option<string?>("--node") { HelpName = "NAME", Description = "The node that keeps it; all are asked if not given" };
        var target = new Option<string>("--out") { HelpName = "FILE", Description = "Where to write it", Required = true };
        var command = SharedOptions.Command("export", """
            Write an evidence file as a node keeps it: its SHA-256 is the id, so no node can give another. Anybody who has the
            cluster's roster can judge it with evidence verify. It holds what the accused signed, the order or request behind the
            session, and of a reshare shares of the accused: give it to those who need it.
            """, "evidence export ID --out evidence.bin", "evidence verify evidence.bin --roster roster.yaml");
        command.Arguments.Add(id);
        command.Options.Add(node);
        command.Options.Add(target);
        administrators.AddTo(command);
        bind(command)(async (parsed, report, cancellation) =>
        {
            await using var open = administrators.Open(parsed);
            var file = await open.Value.DownloadEvidenceAsync(parsed.GetValue(id)!, parsed.GetValue(node), cancellation).ConfigureAwait(false);
            var path = parsed.GetValue(target)!;
            await WriteAsync(path, file, cancellation).ConfigureAwait(false);
            report.Result(new { File = path, Id = parsed.GetValue(id), Size = file.Length }, text => text.WriteLine($"{path} written, {file.Length} bytes: mpcsigner evidence verify {path} --roster ROSTER"));
            return ExitCode.Ok;
        });
        return command;
    }

    /// <summary>For its owner's eyes, and never over another file: it may hold shares of the accused.</summary>
    private static async Task WriteAsync(string path, byte[] file, CancellationToken cancellation)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var stream = new FileStream(path, options);
        await using (stream.ConfigureAwait(false))
            await stream.WriteAsync(file, cancellation).ConfigureAwait(false);
    }
}
