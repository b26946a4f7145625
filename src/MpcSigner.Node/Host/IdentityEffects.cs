using Microsoft.Extensions.Logging;
using MpcSigner.Coordination.Boundary;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Log;
using MpcSigner.Node.Start;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Host;

/// <summary>Identity keys of this node, for the machine: the one that a roster names, from the files of its folder.</summary>
internal sealed class IdentityEffects(NodeVault vault, IdentityFiles files, IRandomSource random, EventQueue events, ILogger logger)
{
    public void Load(NodeEffect.LoadIdentity load) => _ = Task.Run(() => events.PostAnswer(Find(load)));

    /// <summary>The machine signs with it, and the roster that names it is durable: the former leaves the disk.</summary>
    public void Adopted(Ed25519PublicKey publicKey)
    {
        if (!vault.TryUse(publicKey))
            throw new InvalidOperationException("an identity is in use that the vault did not give");
        _ = Task.Run(Settle);
    }

    private NodeEvent Find(NodeEffect.LoadIdentity load)
    {
        try
        {
            if (vault.FindIdentity(load.PublicKey) is null)
                files.OpenNext(vault); // made since the process began
            return vault.FindIdentity(load.PublicKey) is { } identity
                ? new NodeEvent.IdentityLoaded(load.Token, identity)
                : new NodeEvent.IdentityUnavailable(load.Token, "its folder holds no such key");
        }
        catch (Exception e) when (IsOfTheWorld(e))
        {
            return new NodeEvent.IdentityUnavailable(load.Token, e.Message);
        }
    }

    private void Settle()
    {
        try
        {
            files.Settle(vault, random);
        }
        catch (Exception e) when (IsOfTheWorld(e))
        {
            // The node goes on; its next start does this again.
            RosterLog.IdentityNotSettled(logger, e.Message);
        }
    }

    private static bool IsOfTheWorld(Exception e) => e is VaultException or StartRefusedException or IOException or UnauthorizedAccessException or SecureMemoryException;
}
