using System.Text.Json;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Commands;

/// <summary><c>identity new</c>: the identity key that is to follow, sealed beside the one in use. Run again, it says the same key.</summary>
internal static class IdentityCommand
{
    public static async Task<ExitCode> NewAsync(string[] args, TextWriter output, TextWriter error)
    {
        var arguments = new Arguments(args);
        var config = arguments.Required("--config");
        if (!arguments.Finish(out var errors))
            return CommandLine.Refuse(error, errors);

        var options = NodeOptionsFile.Load(config);
        var directory = new NodeDirectory(options.Directory);
        using var tokens = new TokenShelf(ProbeVerb.Program, TimeProvider.System);
        using var vault = await VaultStart.OpenAsync(directory, options, tokens, null, error).ConfigureAwait(false);
        Ed25519PublicKey next;
        try
        {
            next = VaultStart.Refusing(() => new IdentityFiles(directory).EnsureNext(vault, SystemRandomSource.Instance, options.Hsm is { Identity: true } hsm ? vault.RequireToken(hsm.Token, hsm.Serial) : null));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException(ExitCode.IdentityDamaged, $"The identity cannot be written to {directory.Path}: {e.Message}", "Check the folder and its permissions.", e);
        }
        output.WriteLine(JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["name"] = options.Name,
            ["nid"] = vault.Nid.ToString(),
            ["former_identity_key"] = vault.Identity.PublicKey.ToString(),
            ["identity_key"] = next.ToString(),
        }));
        return ExitCode.Success;
    }
}
