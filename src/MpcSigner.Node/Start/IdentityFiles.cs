using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Start;

/// <summary>The identity keys of a node's folder: the one in use, and the one that is to follow it.</summary>
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
        if (OpenNext(vault) is not { } next || !next.Equals(vault.Identity.PublicKey))
            return;
        PrivateFile.Replace(directory.Identity, vault.Promote(Read(directory.Identity), Read(directory.NextIdentity)));
        File.Delete(directory.NextIdentity);
    }

    private static byte[] Read(string path) => BoundedFile.Read(path, NodeVault.MaxFileBytes, ExitCode.IdentityDamaged, "The sealed identity");
}
