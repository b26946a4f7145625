using MpcSigner.Coordination.Boundary;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Host;

/// <summary>Identity keys of this node, for the machine: the one that a roster names.</summary>
internal sealed class IdentityEffects(NodeVault vault, EventQueue events)
{
    public void Load(NodeEffect.LoadIdentity load) => events.PostAnswer(vault.Identity.PublicKey.Equals(load.PublicKey)
        ? new NodeEvent.IdentityLoaded(load.Token, vault.Identity)
        : new NodeEvent.IdentityUnavailable(load.Token, "its file holds another one"));

    public void Adopted(Ed25519PublicKey publicKey)
    {
        if (!vault.Identity.PublicKey.Equals(publicKey))
            throw new InvalidOperationException("an identity is in use that the vault did not give");
    }
}
