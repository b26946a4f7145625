using System.CommandLine;
using MpcSigner.Client;

namespace MpcSigner.Cli.Administration;

/// <summary>Administrators' signing keys at hand, wiped when it is disposed.</summary>
internal sealed class SigningKeys : IDisposable
{
    private readonly List<IRequestSigner> _keys = [];

    private SigningKeys() { }

    public IReadOnlyList<IRequestSigner> Signers => _keys;

    public static Option<string[]> Option() => new("--key")
    {
        HelpName = "FILE",
        Description = $"An administrator's Ed25519 key (PEM); if not given, {AdministratorFolder.SigningKey} of the administrator's folder. Several may be given",
        AllowMultipleArgumentsPerToken = true,
    };

    public static SigningKeys Open(ParseResult parsed, Option<string[]> option, AdministratorOptions administrators)
    {
        var tokens = administrators.Tokens(parsed);
        var named = parsed.GetValue(option) is { Length: > 0 } given
            ? given
            : tokens.Count > 0 ? []
            : [.. administrators.Administrators(parsed).Select(folder => Path.Combine(folder, AdministratorFolder.SigningKey)).Where(File.Exists)];
        if (named.Length + tokens.Count == 0)
            throw CliException.Usage("No administrator's signing key is at hand.", $"Give --key FILE or --pkcs11, or a folder with {AdministratorFolder.SigningKey}.");
        var keys = new SigningKeys();
        keys._keys.AddRange(tokens);
        try
        {
            foreach (var file in named)
                keys._keys.Add(Ed25519KeyFile.Load(file));
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
        foreach (var key in _keys)
            (key as IDisposable)?.Dispose();
    }
}
