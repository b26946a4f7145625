using Microsoft.Win32.SafeHandles;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Vault;
using MpcSigner.Node.Vault.Files;
using MpcSigner.Node.Vault.Tokens;

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
    /// <param name="token">Where a new one is made; null: in memory, sealed.</param>
    public Ed25519PublicKey EnsureNext(NodeVault vault, IRandomSource random, IVaultToken? token = null)
    {
        using var exclusive = Lock();
        vault.RequireKnown(Read(directory.Identity));
        if (OpenNext(vault) is { } there)
        {
            if (!there.Equals(vault.Identity.PublicKey))
                return there;
            File.Delete(directory.NextIdentity); // it has followed already
        }
        var file = vault.CreateNext(random, out var made, token);
        PrivateFile.Create(directory.NextIdentity, file);
        return made;
    }

    /// <summary>The key in use is the one that was to follow: it takes the former's place, whose private key leaves the disk. No change where that was done before.</summary>
    /// <exception cref="VaultException">One of the files is damaged.</exception>
    /// <exception cref="IOException">They cannot be written.</exception>
    public void Settle(NodeVault vault, IRandomSource random)
    {
        using var exclusive = Lock();
        if (OpenNext(vault) is not { } next || !next.Equals(vault.Identity.PublicKey))
            return;
        Write(vault, vault.Promote(Read(directory.Identity), Read(directory.NextIdentity), random));
        File.Delete(directory.NextIdentity);
    }

    /// <summary>Writes the next generation of the sealing key beside the present one.</summary>
    /// <exception cref="VaultException">Another process has changed the file.</exception>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <param name="seal">What is to keep it; null: what keeps the present one.</param>
    public void AddGeneration(NodeVault vault, IRandomSource random, NodeSeal? seal = null)
    {
        using var exclusive = Lock();
        Write(vault, vault.PrepareGeneration(Read(directory.Identity), random, seal));
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
        Write(vault, vault.WithoutOldGenerations(Read(directory.Identity), random));
    }

    /// <summary>Destroys retired keys in their tokens, then has the file forget them.</summary>
    /// <exception cref="VaultException">A token is not at hand or does not answer: the others' are destroyed, and this is done again by the next call.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void DestroyRetired(NodeVault vault, IRandomSource random)
    {
        if (vault.Retired.Count == 0)
            return;
        using var exclusive = Lock();
        PrivateFile.FlushFolderOf(directory.Identity); // what the file says is for good, before a key is destroyed on its word
        var gone = vault.DestroyRetired(Read(directory.Identity), out var trouble);
        if (gone.Count > 0)
            Write(vault, vault.WithoutRetired(Read(directory.Identity), gone, random));
        if (trouble is not null)
            throw trouble;
    }

    /// <summary>The keys in tokens that the files of this folder name.</summary>
    /// <exception cref="VaultException">One of them is damaged.</exception>
    public IReadOnlyList<TokenKey> ReadNamed(NodeVault vault)
    {
        var named = NodeVault.NamedKeys(ReadFile());
        return File.Exists(directory.NextIdentity) && vault.ReadNext(Read(directory.NextIdentity)).Identity is IdentityPart.InToken next ? [.. named, next.Key] : named;
    }

    /// <summary>The sealed identity as it lies on the disk.</summary>
    public VaultFile ReadFile() => VaultFile.TryRead(Read(directory.Identity), out var file) ? file : throw NodeVault.Damaged("it has not the form of a sealed identity");

    /// <summary>Removes what a process that died while it replaced a file left beside it.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public void ClearAway()
    {
        using var exclusive = Lock();
        PrivateFile.ClearAway(directory.Identity, VaultFile.MaxBytes);
        if (File.Exists(directory.NextIdentity))
            PrivateFile.ClearAway(directory.NextIdentity, VaultFile.MaxBytes);
    }

    private void Write(NodeVault vault, byte[] bytes)
    {
        PrivateFile.ReplaceAndWipe(directory.Identity, bytes, VaultFile.MaxBytes);
        vault.IsDurable(bytes);
    }

    private SafeFileHandle Lock() => PrivateFile.Lock(directory.IdentityLock);

    private static byte[] Read(string path) => BoundedFile.Read(path, VaultFile.MaxBytes, ExitCode.IdentityDamaged, "The sealed identity");
}
