using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Unsealing;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;

namespace MpcSigner.Node.Start;

/// <summary>Opens the node's sealed identity with what its generations need: passphrases, tokens, or the secret of a quorum that was put together.</summary>
internal static class VaultStart
{
    /// <summary>The sealed identity as it lies on the disk, not opened.</summary>
    /// <exception cref="StartRefusedException">No node there, or a damaged file.</exception>
    public static VaultFile Read(NodeDirectory directory) => VaultFile.TryRead(ReadBytes(directory), out var file)
        ? file
        : throw Refuse(NodeVault.Damaged("it has not the form of a sealed identity"));

    /// <summary>The quorums of operators that the sealed identity needs: none, one, or two while shares go from one to the other.</summary>
    /// <exception cref="StartRefusedException">A header is damaged.</exception>
    public static IReadOnlyList<QuorumHeader> QuorumsOf(VaultFile file) => [.. file.Generations.Where(part => part.Kind == SealKind.Quorum)
        .Select(part => Refusing(() => QuorumHeader.TryDecode(OperatorSecret.QuorumShape(part.Header), out var header)
            ? header
            : throw NodeVault.Damaged("a quorum's header does not hold together")))
        .DistinctBy(header => header.Id)];

    /// <summary>Opens it, with the identity key that is to follow, if there is one. Only secrets that a generation in the file needs are read.</summary>
    /// <param name="tokens">Keeps the tokens that are taken into use, longer than the vault lives.</param>
    /// <param name="quorums">The secrets that operators put together, one for each of <see cref="QuorumsOf"/>; stay the caller's. Null: their shares are asked for, of a verb that runs beside no node.</param>
    /// <exception cref="StartRefusedException">No node there; a secret or token is missing, refused or not at hand; a damaged file.</exception>
    public static async Task<NodeVault> OpenAsync(NodeDirectory directory, NodeOptions options, TokenShelf tokens, IReadOnlyList<OperatorSecret>? quorums, TextWriter prompt)
    {
        var bytes = ReadBytes(directory);
        var file = Read(directory);
        var secrets = new List<OperatorSecret>();
        try
        {
            var sources = new SecretSources(prompt);
            // First: while a token is away this is tried again and again, and nobody wants to be asked for a passphrase each time.
            var open = await OpenTokensAsync(file, options, tokens, sources).ConfigureAwait(false);
            if (file.Generations.Any(part => part.Kind == SealKind.Passphrase))
            {
                foreach (var source in ((PassphraseSource?[])[options.Passphrase, options.FormerPassphrase]).OfType<PassphraseSource>())
                    secrets.Add(await sources.ReadPassphraseAsync(source, repeat: false).ConfigureAwait(false));
            }
            if (quorums is null)
            {
                using var shares = new SharesAtHand(prompt);
                secrets.AddRange(QuorumsOf(file).Select(header => shares.Gather(header, file.Nid)));
            }
            using var means = new SealMeans([.. secrets, .. quorums ?? []], open);
            return Refusing(() =>
            {
                var vault = NodeVault.Open(bytes, means);
                try
                {
                    new IdentityFiles(directory).OpenNext(vault);
                    return vault;
                }
                catch
                {
                    vault.Dispose();
                    throw;
                }
            });
        }
        finally
        {
            secrets.ForEach(secret => secret.Dispose());
        }
    }

    /// <summary>The tokens that the options name. One that the file does not need may be away.</summary>
    private static async Task<IReadOnlyList<IVaultToken>> OpenTokensAsync(VaultFile file, NodeOptions options, TokenShelf tokens, SecretSources sources)
    {
        var open = new List<IVaultToken>();
        foreach (var hsm in ((HsmOptions?[])[options.Hsm, options.FormerHsm]).OfType<HsmOptions>())
        {
            try
            {
                open.Add(await tokens.OpenAsync(hsm, () => sources.ReadPinAsync(hsm)).ConfigureAwait(false));
            }
            catch (VaultException) when (!IsNeeded(file, hsm))
            {
                // It only has keys that are to be destroyed, or none yet: the vault says so when it asks for it.
            }
            catch (VaultException e)
            {
                throw Refuse(e);
            }
        }
        return [.. open.DistinctBy(token => (token.Label, token.Serial))];
    }

    private static bool IsNeeded(VaultFile file, HsmOptions hsm) => Refusing(() => NodeVault.NamedKeys(file).Except(file.Retired)
        .Any(key => key.Label == hsm.Token && (hsm.Serial is null || key.Serial == hsm.Serial)));

    /// <summary>Runs what may refuse as a vault does, so that it refuses as a start does.</summary>
    public static T Refusing<T>(Func<T> open)
    {
        try
        {
            return open();
        }
        catch (VaultException e)
        {
            throw Refuse(e);
        }
    }

    /// <summary>The inner exception is the vault's: its refusal says whether the token may come back by itself.</summary>
    public static StartRefusedException Refuse(VaultException e) => new(e.Refusal switch
    {
        VaultRefusal.SecretUnavailable or VaultRefusal.NotEnoughMemory => ExitCode.PassphraseUnavailable,
        VaultRefusal.WrongSecret or VaultRefusal.OtherKindOfSecret => ExitCode.WrongPassphrase,
        VaultRefusal.Damaged => ExitCode.IdentityDamaged,
        VaultRefusal.OtherStore => ExitCode.StoreOtherNode,
        VaultRefusal.SecretMissing => ExitCode.BadOptions,
        VaultRefusal.TokenUnavailable => ExitCode.TokenUnavailable,
        VaultRefusal.WrongPin => ExitCode.WrongPin,
        VaultRefusal.PinLocked => ExitCode.PinLocked,
        VaultRefusal.TokenUnfit or VaultRefusal.WeakKey or VaultRefusal.OtherNodesToken or VaultRefusal.KeyGone => ExitCode.TokenRefused,
    }, e.Message, "", e);

    private static byte[] ReadBytes(NodeDirectory directory) => File.Exists(directory.Identity)
        ? BoundedFile.Read(directory.Identity, VaultFile.MaxBytes, ExitCode.IdentityDamaged, "The sealed identity")
        : throw new StartRefusedException(ExitCode.NotInitialised, $"There is no node in {directory.Path}.", "Make one with 'mpcsigner-node init', or correct 'directory'.");
}
