using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Start;

namespace MpcSigner.Node.Identity;

/// <summary>What the operator's passphrase opens: the identity key and the key that shares are sealed under.</summary>
internal sealed class NodeSecrets(IdentityKey identity, SealingKey sealing, IdentityFile file) : IDisposable
{
    private const uint FirstSealingGeneration = 1;

    public IdentityKey Identity => identity;

    public SealingKey Sealing => sealing;

    public IdentityFile File => file;

    /// <summary>A new node's secrets.</summary>
    /// <exception cref="InsufficientMemoryException">Argon2id cannot have its memory.</exception>
    public static NodeSecrets Create(SecureMemory passphrase, IRandomSource random)
    {
        var identity = IdentityKey.Generate(random);
        var nid = identity.PublicKey.ToNodeId();
        using var wrapper = PassphraseKey.Create(passphrase, Argon2idParameters.Default, random, out var header);
        var sealing = SealingKey.Generate(FirstSealingGeneration, random);
        using var seed = identity.CopySeed();
        return new(identity, sealing, new(identity.PublicKey, header, sealing.Wrap(wrapper, nid, random), sealing.Seal(SealingContext.ForIdentitySeed(nid), seed, random)));
    }

    /// <exception cref="StartRefusedException">No node there, damaged, or another passphrase.</exception>
    public static NodeSecrets Open(NodeDirectory directory, SecureMemory passphrase)
    {
        var file = ReadFile(directory);
        var unlocked = PassphraseKey.TryUnlock(file.PassphraseHeader.Span, passphrase, out var wrapper);
        using (wrapper)
        {
            return unlocked switch
            {
                UnlockResult.Unlocked => Unseal(directory, file, wrapper!),
                UnlockResult.WrongSecret => throw new StartRefusedException(ExitCode.WrongPassphrase,
                    $"The passphrase does not open {directory.Identity}.", "Give the passphrase that 'init' was run with."),
                UnlockResult.NotEnoughMemory => throw new StartRefusedException(ExitCode.PassphraseUnavailable,
                    "There is not enough memory to derive the key of the passphrase (Argon2id wants 256 MiB).", "Free memory, or raise the service's limit."),
                UnlockResult.Malformed or UnlockResult.NotTried => throw Damaged(directory),
            };
        }
    }

    /// <exception cref="StartRefusedException">No node there, or damaged.</exception>
    public static IdentityFile ReadFile(NodeDirectory directory)
    {
        if (!System.IO.File.Exists(directory.Identity))
            throw new StartRefusedException(ExitCode.NotInitialised, $"There is no node in {directory.Path}.", "Make one with 'mpcsigner-node init', or correct 'directory'.");
        var bytes = BoundedFile.Read(directory.Identity, IdentityFile.MaxBytes, ExitCode.IdentityDamaged, "The sealed identity");
        return IdentityFile.TryDecode(bytes, out var file) ? file : throw Damaged(directory);
    }

    public void Dispose()
    {
        identity.Dispose();
        sealing.Dispose();
    }

    private static NodeSecrets Unseal(NodeDirectory directory, IdentityFile file, KeyEncryptionKey wrapper)
    {
        if (SealingKey.TryUnwrap(file.WrappedSealingKey.Span, wrapper, file.Nid, out var sealing) != OpenResult.Opened || sealing is null)
            throw Damaged(directory);
        if (sealing.TryOpen(SealingContext.ForIdentitySeed(file.Nid), file.SealedSeed.Span, out var seed) != OpenResult.Opened || seed is null)
        {
            sealing.Dispose();
            throw Damaged(directory);
        }
        using (seed)
        {
            var identity = IdentityKey.FromSeed(seed);
            if (identity.PublicKey.Equals(file.PublicKey))
                return new(identity, sealing, file);
            identity.Dispose();
            sealing.Dispose();
            throw Damaged(directory);
        }
    }

    private static StartRefusedException Damaged(NodeDirectory directory) =>
        new(ExitCode.IdentityDamaged, $"{directory.Identity} is damaged or no sealed identity.", "Restore it from a backup.");
}
