using Microsoft.Win32.SafeHandles;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Start;

/// <summary>The sealed files of a node's folder: the identity key in use, with the sealing keys, and the identity key that is to follow. One process at a time changes them.</summary>
internal sealed class IdentityFiles(NodeDirectory directory)
{
    /// <summary>Opens the key that is to follow, if there is one.</summary>
    /// <exception cref="VaultException">Damaged, or another node's.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public Ed25519PublicKey? OpenNext(NodeVault vault) =>
        File.Exists(directory.NextIdentity) ? vault.OpenNext(Read(directory.NextIdentity)) : null;

    /// <summary>The key that is to follow, made now unless there is one already.</summary>
    /// <exception cref="VaultException">What lies there is damaged.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public Ed25519PublicKey EnsureNext(NodeVault vault, IRandomSource random)
    {
        using var exclusive = Lock();
        vault.RequireKnown(Read(directory.Identity));
        if (OpenNext(vault) is { } there)
        {
            if (!there.Equals(vault.Identity.PublicKey))
                return there;
            File.Delete(directory.NextIdentity); // it has followed already
        }
        var file = vault.CreateNext(random, out var made);
        PrivateFile.Create(directory.NextIdentity, file);
        return made;
    }

    /// <summary>The key in use is the one that was to follow: it takes the former's place, whose private key leaves the disk. No change where that was done before.</summary>
    /// <exception cref="VaultException">One of the files is damaged.</exception>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Settle(NodeVault vault)
    {
        using var exclusive = Lock();
        if (OpenNext(vault) is not { } next || !next.Equals(vault.Identity.PublicKey))
            return;
        PrivateFile.ReplaceAndWipe(directory.Identity, vault.Promote(Read(directory.Identity), Read(directory.NextIdentity)), VaultFile.MaxBytes);
        File.Delete(directory.NextIdentity);
    }

    /// <summary>Writes the next generation of the sealing key beside the present one.</summary>
    /// <exception cref="VaultException">Another process has changed the file.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    public void AddGeneration(NodeVault vault, IRandomSource random)
    {
        using var exclusive = Lock();
        PrivateFile.ReplaceAndWipe(directory.Identity, vault.PrepareGeneration(Read(directory.Identity), random), VaultFile.MaxBytes);
    }

    /// <summary>Writes the files with the newest generation alone. The old file's bytes are overwritten.</summary>
    /// <exception cref="VaultException">Another process has changed the file, or one of them is damaged.</exception>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void RemoveOldGenerations(NodeVault vault, IRandomSource random)
    {
        using var exclusive = Lock();
        // First: while both generations are in the other file, it opens whichever it is under.
        if (File.Exists(directory.NextIdentity))
            PrivateFile.ReplaceAndWipe(directory.NextIdentity, vault.SealNextAnew(Read(directory.NextIdentity), random), VaultFile.MaxBytes);
        PrivateFile.ReplaceAndWipe(directory.Identity, vault.WithoutOldGenerations(Read(directory.Identity), random), VaultFile.MaxBytes);
    }

    /// <summary>Removes what a process that died while it replaced a file left beside it.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void ClearAway()
    {
        using var exclusive = Lock();
        PrivateFile.ClearAway(directory.Identity, VaultFile.MaxBytes);
        if (File.Exists(directory.NextIdentity))
            PrivateFile.ClearAway(directory.NextIdentity, VaultFile.MaxBytes);
    }

    private SafeFileHandle Lock() => PrivateFile.Lock(directory.IdentityLock);

    private static byte[] Read(string path) => BoundedFile.Read(path, VaultFile.MaxBytes, ExitCode.IdentityDamaged, "The sealed identity");
}
