using System.CommandLine;
using MpcSigner.Cli.Clusters;
using MpcSigner.Cli.Tokens;
using MpcSigner.Client;

namespace MpcSigner.Cli.Commands;

/// <summary>Where a verb finds the client's files, and its request key: a file among them, or in a token.</summary>
internal sealed class ClientOptions
{
    private readonly Option<string> _dir = SharedOptions.Dir();
    private readonly Option<string?> _folder = new("--client") { HelpName = "DIR", Description = "A folder with a client's files (roster, keys, certificate), where there is no cluster folder" };
    private readonly Option<string?> _token = SharedOptions.Pkcs11("The client's request key in a token, in place of the folder's file");

    public IReadOnlyList<Option> All => [_dir, _folder, _token];

    /// <summary>The cluster's folder; null where a client's folder is named instead.</summary>
    public ClusterFolder? Folder(ParseResult parsed) => parsed.GetValue(_folder) is null ? ClusterFolder.Open(parsed.GetValue(_dir)!) : null;

    /// <summary>The client's files: named, or those of the development cluster.</summary>
    public MpcSignerClientOptions Load(ParseResult parsed)
    {
        var folder = parsed.GetValue(_folder) ?? ClusterFolder.Open(parsed.GetValue(_dir)!).Client;
        return parsed.GetValue(_token) is { } token ? ClientFolder.Load(folder, TokenSigner.Open(TokenReference.Parse(token))) : ClientFolder.Load(folder);
    }
}
