using System.Text.Json;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;

namespace MpcSigner.Node.Commands;

/// <summary><c>cert new</c> and <c>cert use</c>: another TLS key for a node, which takes it into use while it runs.</summary>
internal static class CertCommand
{
    public static ExitCode New(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        var hosts = (arguments.Optional("--host") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var (certificate, key) = (arguments.Optional("--authority-cert"), arguments.Optional("--authority-key"));
        if (hosts.Length > InitCommand.MaxHosts || hosts.Any(h => Uri.CheckHostName(h) is UriHostNameType.Unknown))
            arguments.Errors.Add($"--host must be 1..{InitCommand.MaxHosts} host names or addresses, separated by commas");
        if (certificate is null != key is null)
            arguments.Errors.Add("--authority-cert and --authority-key belong together");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var options = NodeOptionsFile.Load(config);
        var directory = new NodeDirectory(options.Directory);
        using var authority = certificate is null || key is null ? null : AuthorityFiles.Load(certificate, key);
        return Written(directory, () =>
        {
            var pin = new NextTls(directory).Ensure(options.Name, hosts, authority, time.GetUtcNow(), SystemRandomSource.Instance);
            Say(output, new() { ["name"] = options.Name, ["tls_pin"] = pin.ToString(), [authority is null ? "request" : "certificate"] = authority is null ? directory.NextTlsRequest : directory.NextTlsCertificate });
        });
    }

    public static ExitCode Use(string[] args, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);
        var options = NodeOptionsFile.Load(config);
        var directory = new NodeDirectory(options.Directory);
        return Written(directory, () => Say(output, new() { ["name"] = options.Name, ["tls_pin"] = new NextTls(directory).Use().ToString() }));
    }

    private static ExitCode Written(NodeDirectory directory, Action write)
    {
        try
        {
            write();
            return ExitCode.Success;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(ExitCode.TlsCertificate, $"The TLS files in {directory.Path} cannot be written: {e.Message}", "Check the folder and its permissions.", e);
        }
    }

    private static void Say(TextWriter output, Dictionary<string, string> line) => output.WriteLine(JsonSerializer.Serialize(line));
}
