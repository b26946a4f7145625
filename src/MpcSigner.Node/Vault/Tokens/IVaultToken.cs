using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Node.Vault.Files;

namespace MpcSigner.Node.Vault.Tokens;

/// <summary>A token as a node's vault uses it: keys that are named by <see cref="TokenKeyId"/> and never leave it. Every call blocks, within a limit of its own. Safe for concurrent use.</summary>
internal interface IVaultToken
{
    string Label { get; }

    string Serial { get; }

    /// <summary>Calls that it serves at the same time.</summary>
    int Sessions { get; }

    /// <summary>All keys that this program made there, whichever node's, with the node whose they are as <see cref="TokenKeyId.OwnerOf"/> has it.</summary>
    /// <exception cref="VaultException">The token does not answer.</exception>
    IReadOnlyList<(TokenKeyId Id, string Owner)> List();

    /// <summary>Makes an AES-256 key, sensitive and not extractable.</summary>
    /// <exception cref="VaultException">The token does not answer, or cannot make such a key.</exception>
    ITokenCipher MakeSeal(TokenKeyId id);

    /// <summary>Finds a sealing key and judges its attributes.</summary>
    /// <exception cref="VaultException">It is gone, or weaker than it must be; or the token does not answer.</exception>
    ITokenCipher FindSeal(TokenKeyId id);

    /// <summary>Makes an Ed25519 key pair.</summary>
    /// <exception cref="VaultException">The token does not answer, or cannot make such a key.</exception>
    IIdentitySigner MakeIdentity(TokenKeyId id);

    /// <summary>Finds a key pair and judges its attributes.</summary>
    /// <exception cref="VaultException">It is gone, or weaker than it must be; or the token does not answer.</exception>
    IIdentitySigner FindIdentity(TokenKeyId id);

    /// <summary>Destroys a key for good. False: it is not there.</summary>
    /// <exception cref="VaultException">The token does not answer, or refuses.</exception>
    bool Destroy(TokenKeyId id);
}
