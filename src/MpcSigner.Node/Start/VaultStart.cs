using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Start;

/// <summary>Opens the node's sealed identity with the operator's passphrase.</summary>
internal static class VaultStart
{
    /// <summary>The sealed identity as it lies on the disk, still closed: whose it is, and what opens it.</summary>
    /// <exception cref="StartRefusedException">No node there, or a damaged file.</exception>
    public static VaultFile Read(NodeDirectory directory)
    {
        var file = ReadBytes(directory);
        return VaultFile.TryRead(file, out var read)
            ? read
            : throw new StartRefusedException(ExitCode.IdentityDamaged, $"The sealed identity {directory.Identity} is damaged.", "Restore it from a backup.");
    }

    /// <summary>The quorum of operators that the sealed identity needs; null where it needs none.</summary>
    /// <exception cref="StartRefusedException">Its header is damaged.</exception>
    public static QuorumHeader? QuorumOf(VaultFile file) => file.Kind != OperatorSecretKind.Quorum ? null
        : QuorumHeader.TryDecode(Refusing(() => OperatorSecret.QuorumShape(file.Header)), out var header) ? header
        : throw new StartRefusedException(ExitCode.IdentityDamaged, "The sealed identity's quorum header is damaged.", "Restore the file from a backup.");

    /// <summary>With the identity key that is to follow, if there is one.</summary>
    /// <param name="quorum">What the operators of a quorum have put together; null where the file needs none.</param>
    /// <exception cref="StartRefusedException">No node there, no passphrase, another passphrase, or a damaged file.</exception>
    public static async Task<NodeVault> OpenAsync(NodeDirectory directory, PassphraseSource? source, TextWriter prompt, OperatorSecret? quorum = null)
    {
        var file = ReadBytes(directory);
        using var passphrase = quorum is not null ? null : await ReadSecretAsync(source ?? throw NoPassphrase(), repeat: false, prompt).ConfigureAwait(false);
        return Refusing(() =>
        {
            var vault = NodeVault.Open(file, quorum ?? passphrase!);
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

    private static StartRefusedException NoPassphrase() => new(ExitCode.BadOptions, "The sealed identity needs a passphrase, and the options name none.", "Add 'passphrase'.");

    private static byte[] ReadBytes(NodeDirectory directory) => File.Exists(directory.Identity)
        ? BoundedFile.Read(directory.Identity, VaultFile.MaxBytes, ExitCode.IdentityDamaged, "The sealed identity")
        : throw new StartRefusedException(ExitCode.NotInitialised, $"There is no node in {directory.Path}.", "Make one with 'mpcsigner-node init', or correct 'directory'.");

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
