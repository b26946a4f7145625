using System.CommandLine;
using MpcSigner.Cli.Clusters;
using MpcSigner.Cli.Commands;
using MpcSigner.Cli.Tokens;
using MpcSigner.Client;

namespace MpcSigner.Cli.Administration;

/// <summary>Where a verb finds administrators' files, and the administrator made of them.</summary>
internal sealed class AdministratorOptions
{
    private readonly Option<string> _dir = SharedOptions.Dir();
    private readonly Option<string[]> _folders = new("--admin")
    {
        HelpName = "DIR",
        Description = "A folder with an administrator's files (roster, TLS certificate, signing key), where there is no cluster folder. Several: the first one's certificate is used, every one's key signs",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string[]> _tokens = new("--pkcs11")
    {
        HelpName = TokenReference.Form,
        Description = $"An administrator's signing key in a token, in place of the folders' files. Several may be given. {TokenReference.Explanation}",
    };

    public void AddTo(Command command)
    {
        command.Options.Add(_tokens);
        command.Options.Add(_folders);
        command.Options.Add(_dir);
    }

    /// <summary>The cluster's folder; null where administrators' folders are named instead.</summary>
    public ClusterFolder? Folder(ParseResult parsed) => parsed.GetValue(_folders) is { Length: > 0 } ? null : ClusterFolder.Open(parsed.GetValue(_dir)!);

    /// <summary>Every folder here that holds the chain of rosters.</summary>
    public IReadOnlyList<string> RosterFolders(ParseResult parsed) =>
        Folder(parsed) is { } folder ? [.. folder.Administrators, folder.Documents, folder.Client] : parsed.GetValue(_folders)!;

    /// <summary>The administrators' folders; the first one's rosters and certificate count.</summary>
    public IReadOnlyList<string> Administrators(ParseResult parsed) => Folder(parsed)?.Administrators ?? parsed.GetValue(_folders)!;

    /// <summary>The administrators' keys in tokens that are named; none if none is.</summary>
    public IReadOnlyList<IRequestSigner> Tokens(ParseResult parsed) => [.. (parsed.GetValue(_tokens) ?? []).Select(t => TokenReference.Parse(t)).ToList().Select(TokenSigner.Open)];

    /// <param name="rosters">What counts in place of the folder's own chain.</param>
    public OpenAdministrator Open(ParseResult parsed, RosterHistory? rosters = null)
    {
        var tokens = Tokens(parsed);
        var options = Administrators(parsed).Select((folder, i) => tokens.Count == 0 ? AdministratorFolder.Load(folder) : AdministratorFolder.Load(folder, i == 0 ? tokens : [])).ToList();
        var first = options[0] with { Signers = [.. options.SelectMany(o => o.Signers)] };
        return new(rosters is null ? first : first with { RosterUpdates = [.. rosters.Versions.Skip(1)] });
    }
}

/// <summary>An administrator with its files open.</summary>
internal sealed class OpenAdministrator : IAsyncDisposable
{
    private readonly MpcSignerAdministratorOptions _options;

    public OpenAdministrator(MpcSignerAdministratorOptions options)
    {
        _options = options;
        Value = MpcSignerAdministrator.Create(options);
    }

    public MpcSignerAdministrator Value { get; }

    public async ValueTask DisposeAsync()
    {
        await Value.DisposeAsync().ConfigureAwait(false);
        foreach (var signer in _options.Signers)
            (signer as IDisposable)?.Dispose();
        _options.TlsCertificate?.Dispose();
    }
}
