using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tls;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Commands;

/// <summary><c>init</c>: a new node's identity, TLS key and certificate, in a folder of their own.</summary>
internal static class InitCommand
{
    public const int MaxHosts = 16;

    private static readonly Dictionary<string, SealKind> Seals = new(StringComparer.Ordinal)
    {
        ["passphrase"] = SealKind.Passphrase, ["hsm"] = SealKind.Token, ["quorum"] = SealKind.Quorum,
    };

    private sealed record Wanted(
        string Directory, string Name, IReadOnlyList<string> Hosts, PassphraseSource? Passphrase, QuorumChoice? Quorum, HsmOptions? Hsm, string? AuthorityCertificate, string? AuthorityKey);

    public static async Task<ExitCode> RunAsync(string[] args, TimeProvider time, TextWriter output, TextWriter error)
    {
        if (!TryRead(args, out var wanted, out var errors))
            return CommandLine.Refuse(error, errors);
        var directory = new NodeDirectory(Path.GetFullPath(wanted.Directory));
        if (Directory.Exists(directory.Path) && Directory.EnumerateFileSystemEntries(directory.Path).Any())
            throw new StartRefusedException(ExitCode.AlreadyInitialised, $"{directory.Path} is not empty.", "Choose another directory; init never overwrites.");

        using var authority = wanted is { AuthorityCertificate: { } certificate, AuthorityKey: { } authorityKey } ? AuthorityFiles.Load(certificate, authorityKey) : null;
        using var tokens = new TokenShelf(ProbeVerb.Program, time);
        var token = wanted.Hsm is { } hsm ? await OpenAsync(tokens, hsm, error).ConfigureAwait(false) : null;
        var random = SystemRandomSource.Instance;
        using var dealing = wanted.Quorum?.Deal(random);
        using var secret = dealing is not null ? QuorumChoice.SecretOf(dealing)
            : wanted.Passphrase is { } source ? await new SecretSources(error).ReadPassphraseAsync(source, repeat: true).ConfigureAwait(false)
            : null;
        byte[] identity = [];
        using var vault = VaultStart.Refusing(() => VaultCreation.Create(secret, token, wanted.Hsm is { Identity: true } ? token : null, random, out identity));
        using var key = NodeCertificate.NewKey();
        try
        {
            Directory.CreateDirectory(directory.Path, PrivateFile.DirectoryMode);
            WriteTls(directory, wanted, key, authority, time.GetUtcNow(), random);
            if (dealing is not null)
                wanted.Quorum!.Hand(dealing, wanted.Name, vault.Nid, error);
            PrivateFile.Create(directory.StorePending, "The database is made at the first start.\n"u8);
            // Last: its presence says that the folder is whole.
            PrivateFile.Create(directory.Identity, identity);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What was made in the token a moment ago belongs to nobody.
            if (token is not null)
                VaultCreation.Unmake(identity, token);
            throw new StartRefusedException(ExitCode.AlreadyInitialised, $"The node cannot be written to {directory.Path}: {e.Message}", "Check the folder and its permissions.", e);
        }
        output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["name"] = wanted.Name,
            ["nid"] = vault.Nid.ToString(),
            ["identity_key"] = vault.Identity.PublicKey.ToString(),
            ["tls_pin"] = NodeCertificate.PinOf(key).ToString(),
            ["directory"] = directory.Path,
            ["seal"] = vault.Seal.Kind.ToString().ToLowerInvariant(),
        }));
        return ExitCode.Success;
    }

    private static async Task<IVaultToken> OpenAsync(TokenShelf tokens, HsmOptions hsm, TextWriter error)
    {
        try
        {
            return await tokens.OpenAsync(hsm, () => new SecretSources(error).ReadPinAsync(hsm)).ConfigureAwait(false);
        }
        catch (VaultException e)
        {
            throw VaultStart.Refuse(e);
        }
    }

    private static bool TryRead(string[] args, out Wanted wanted, out IReadOnlyList<string> errors)
    {
        var arguments = new Arguments(args);
        var directory = arguments.Required("--directory");
        var name = arguments.Required("--name");
        var hosts = arguments.Required("--host").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var sources = new List<PassphraseSource>();
        if (arguments.Optional("--passphrase-file") is { } file)
            sources.Add(new PassphraseSource.FromFile(Path.GetFullPath(file)));
        if (arguments.Optional("--passphrase-env") is { } variable)
            sources.Add(new PassphraseSource.FromEnvironment(variable));
        if (arguments.Optional("--passphrase-prompt") == "yes")
            sources.Add(new PassphraseSource.FromPrompt());
        var certificate = arguments.Optional("--authority-cert");
        var key = arguments.Optional("--authority-key");

        if (name.Length > 0 && !Documents.Yaml.TextRule.Name.Admits(name))
            arguments.Errors.Add($"--name must be {Documents.Yaml.TextRule.Name.Description}");
        if (hosts.Length > MaxHosts || hosts.Any(h => Uri.CheckHostName(h) is UriHostNameType.Unknown))
            arguments.Errors.Add($"--host must be 1..{MaxHosts} host names or addresses, separated by commas");
        var seal = arguments.Choice("--seal", SealKind.Passphrase, Seals);
        if (sources.Count != (seal == SealKind.Passphrase ? 1 : 0))
        {
            arguments.Errors.Add(seal == SealKind.Passphrase
                ? "exactly one of --passphrase-file, --passphrase-env, --passphrase-prompt yes is needed"
                : $"a seal under a {seal.Name()} takes no passphrase");
        }
        var quorum = QuorumChoice.Read(arguments, seal == SealKind.Quorum, directory);
        var hsm = HsmChoice.Read(arguments, seal == SealKind.Token);
        if (certificate is null != key is null)
            arguments.Errors.Add("--authority-cert and --authority-key belong together");
        var read = arguments.Finish(out var found);
        errors = found ?? [];
        wanted = new(directory, name, hosts, sources.FirstOrDefault(), quorum, hsm, certificate, key);
        return read;
    }

    private static void WriteTls(NodeDirectory directory, Wanted wanted, ECDsa key, X509Certificate2? authority, DateTimeOffset now, IRandomSource random)
    {
        var request = NodeCertificate.Request(wanted.Name, wanted.Hosts, key);
        var pem = Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem());
        PrivateFile.Create(directory.TlsKey, pem);
        CryptographicOperations.ZeroMemory(pem);
        if (authority is null)
        {
            PrivateFile.Create(directory.TlsRequest, Encoding.ASCII.GetBytes(request.CreateSigningRequestPem()));
            return;
        }
        using var issued = NodeCertificate.Issue(request, authority, now, random);
        PrivateFile.Create(directory.TlsCertificate, Encoding.ASCII.GetBytes(issued.ExportCertificatePem()));
    }
}
