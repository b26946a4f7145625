using System.CommandLine;
using MpcSigner.Client;

namespace MpcSigner.Cli.Administration;

/// <summary>Administrators' signing keys at hand, wiped when it is disposed.</summary>
internal sealed class SigningKeys : IDisposable
{
    private readonly List<Ed25519KeyFile> _files = [];

    private SigningKeys() { }

    public IReadOnlyList<IRequestSigner> Signers => _files;

    public static Option<string[]> Option() => new("--key")
    {
        HelpName = "FILE",
        Description = $"An administrator's Ed25519 key (PEM); if not given, {AdministratorFolder.SigningKey} of the administrator's folder. Several may be given",
        AllowMultipleArgumentsPerToken = true,
    };

    public static SigningKeys Open(ParseResult parsed, Option<string[]> option, AdministratorOptions administrators)
    {
        var named = parsed.GetValue(option) is { Length: > 0 } given
            ? given
            : [.. administrators.Administrators(parsed).Select(folder => Path.Combine(folder, AdministratorFolder.SigningKey)).Where(File.Exists)];
        if (named.Length == 0)
            throw CliException.Usage("No administrator's signing key is at hand.", $"Give --key FILE, or a folder with {AdministratorFolder.SigningKey}.");
        var keys = new SigningKeys();
        try
        {
            foreach (var file in named)
                keys._files.Add(Ed25519KeyFile.Load(file));
            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }
}
