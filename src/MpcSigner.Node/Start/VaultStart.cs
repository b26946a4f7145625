using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Start;

/// <summary>Opens the node's sealed identity with the operator's passphrase.</summary>
internal static class VaultStart
{
    /// <summary>With the identity key that is to follow, if there is one.</summary>
    /// <exception cref="StartRefusedException">No node there, no passphrase, another passphrase, or a damaged file.</exception>
    public static async Task<NodeVault> OpenAsync(NodeDirectory directory, PassphraseSource source, TextWriter prompt)
    {
        if (!File.Exists(directory.Identity))
            throw new StartRefusedException(ExitCode.NotInitialised, $"There is no node in {directory.Path}.", "Make one with 'mpcsigner-node init', or correct 'directory'.");
        var file = BoundedFile.Read(directory.Identity, VaultFile.MaxBytes, ExitCode.IdentityDamaged, "The sealed identity");
        using var secret = await ReadSecretAsync(source, repeat: false, prompt).ConfigureAwait(false);
        return Refusing(() =>
        {
            var vault = NodeVault.Open(file, secret);
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

    /// <param name="repeat">At a terminal, ask twice: for a new passphrase.</param>
    /// <exception cref="StartRefusedException">The source gives no passphrase.</exception>
    public static async Task<OperatorSecret> ReadSecretAsync(PassphraseSource source, bool repeat, TextWriter prompt)
    {
        try
        {
            return OperatorSecret.Passphrase(source switch
            {
                PassphraseSource.FromFile from => SecretReader.PassphraseFromFile(from.Path),
                PassphraseSource.FromEnvironment from => SecretReader.PassphraseFromEnvironment(from.Variable),
                PassphraseSource.FromCommand from => await SecretReader.PassphraseFromCommandAsync(from.Command, CancellationToken.None).ConfigureAwait(false),
                PassphraseSource.FromPrompt => SecretReader.PassphraseFromPrompt(repeat, Console.IsInputRedirected ? null : () => Console.ReadKey(intercept: true), prompt),
                _ => throw new NotSupportedException($"no reader for {source.GetType().Name}"),
            });
        }
        catch (VaultException e)
        {
            throw Refuse(e);
        }
        catch (SecureMemoryException e)
        {
            throw new StartRefusedException(ExitCode.HardeningRefused, $"There is no locked memory for the passphrase: {e.Message}", "Raise LimitMEMLOCK= of the service.", e);
        }
    }

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

    public static StartRefusedException Refuse(VaultException e) => new(e.Refusal switch
    {
        VaultRefusal.SecretUnavailable or VaultRefusal.NotEnoughMemory => ExitCode.PassphraseUnavailable,
        VaultRefusal.WrongSecret or VaultRefusal.OtherKindOfSecret => ExitCode.WrongPassphrase,
        VaultRefusal.Damaged => ExitCode.IdentityDamaged,
        VaultRefusal.OtherStore => ExitCode.StoreOtherNode,
    }, e.Message, "", e);
}
