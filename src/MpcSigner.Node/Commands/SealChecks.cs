using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Hardening;
using MpcSigner.Node.Options;
using MpcSigner.Node.Start;
using MpcSigner.Node.Unsealing;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Node.Commands;

/// <summary>What <c>doctor</c> finds of a node's seal: what keeps its secrets, whether that is at hand, and whether tokens can do what is asked of them.</summary>
internal static class SealChecks
{
    /// <summary>Mechanisms by their numbers in pkcs11t.h, and what they are for.</summary>
    private static readonly (string Name, ulong Number)[] Sealing = [("CKM_AES_GCM", 0x1087), ("CKM_AES_KEY_WRAP_KWP", 0x210B), ("CKM_AES_KEY_WRAP_PAD", 0x210A)];

    private static readonly (string Name, ulong Number)[] Identity = [("CKM_EC_EDWARDS_KEY_PAIR_GEN", 0x1055), ("CKM_EDDSA", 0x1057)];

    /// <summary>Opens the secrets as a start would. A quorum's shares are not asked for.</summary>
    /// <returns>The vault, the caller's; null where a quorum opens it.</returns>
    /// <exception cref="StartRefusedException">A start would be refused, or wait for a token (with the vault's refusal inside).</exception>
    public static async Task<NodeVault?> RunAsync(NodeOptions options, VaultFile file, TokenShelf tokens, TextWriter prompt, List<HardeningCheck> checks)
    {
        var directory = new NodeDirectory(options.Directory);
        checks.Add(new("seal", HardeningOutcome.Passed, string.Join(", then ", file.Generations.Select(Describe)), ""));
        var quorums = VaultStart.QuorumsOf(file);
        if (quorums.Count > 0)
        {
            checks.AddRange(quorums.Select(header => Quorum(header, directory)));
            return null;
        }
        try
        {
            var vault = await VaultStart.OpenAsync(directory, options, tokens, [], prompt).ConfigureAwait(false);
            checks.Add(new("secrets", HardeningOutcome.Passed, "UNSEALED: they open, and keys in tokens have the attributes that they must have", ""));
            return vault;
        }
        catch (StartRefusedException e) when (e.InnerException is VaultException { IsTokenLost: true })
        {
            checks.Add(new("secrets", HardeningOutcome.Failed, $"TOKEN_LOST: {e.Message}", "a start waits until the token answers"));
            throw;
        }
        finally
        {
            checks.AddRange(tokens.InUse.SelectMany(token => Token(token, options)));
        }
    }

    private static string Describe(GenerationPart part) => $"generation {part.Generation} in a {part.Kind.Name()}";

    private static HardeningCheck Quorum(QuorumHeader header, NodeDirectory directory)
    {
        UnsealWire.EndPoint(directory.UnsealSocket);
        return new("secrets", HardeningOutcome.Passed, $"SEALED until {header.Threshold} of {header.Operators} operators give their shares of quorum {header.Id}",
            File.Exists(directory.UnsealSocket) ? "a node waits for them: mpcsigner-node unseal" : "after a start: mpcsigner-node unseal");
    }

    private static IEnumerable<HardeningCheck> Token(Pkcs11Token token, NodeOptions options)
    {
        var description = token.Description;
        var name = $"token {description.Label}";
        yield return token.State == TokenState.Ready
            ? new(name, HardeningOutcome.Passed, $"serial {description.Serial}, logged in with its PIN, {token.SessionBound} sessions", "")
            : new(name, HardeningOutcome.Failed, $"{token.State}: {token.LastFailure?.Message}", token.LastFailure?.NextStep ?? "");
        if (description.PinCountLow)
            yield return new($"{name} PIN", HardeningOutcome.Advised, "somebody has given it a wrong PIN since the last right one", "find out who");
        var seals = Sealing.Where(m => token.Supports(m.Number)).Select(m => m.Name).ToList();
        yield return seals.Count > 0
            ? new($"{name} sealing", HardeningOutcome.Passed, string.Join(", ", seals), "")
            : new($"{name} sealing", HardeningOutcome.Failed, "it has neither AES-GCM nor AES key wrap", "use another token for the seal");
        if (options.Hsm is { Identity: true })
        {
            var missing = Identity.Where(m => !token.Supports(m.Number)).Select(m => m.Name).ToList();
            yield return missing.Count == 0
                ? new($"{name} identity", HardeningOutcome.Passed, string.Join(", ", Identity.Select(m => m.Name)), "")
                : new($"{name} identity", HardeningOutcome.Failed, $"it has no {string.Join(", no ", missing)}", "set 'identity: false' for it");
        }
        yield return description.HasRandom
            ? new($"{name} randomness", HardeningOutcome.Passed, "its generator is mixed into the node's", "")
            : new($"{name} randomness", HardeningOutcome.Advised, "it has no random generator", "the node uses the system's alone");
    }
}
