using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Start;

/// <summary>Is this the node that the options say, and does the roster know it?</summary>
internal static class SelfCheck
{
    /// <summary>Finds this node in the roster in force and has the vault use the identity key that it names.</summary>
    /// <inheritdoc cref="FindEntry"/>
    public static RosterNode Find(Roster roster, Roster files, string name, NodeVault vault)
    {
        var self = FindEntry(roster, files, name, vault.Nid);
        // Of a node that has left, the roster names no key any more.
        if (roster.Find(vault.Nid) is not null && !(Ed25519PublicKey.TryDecode(self.IdentityKey.Span, out var key) && vault.TryUse(key)))
        {
            throw new StartRefusedException(ExitCode.IdentityNotInRoster, $"The roster lists another identity key for node {name}.",
                "Put the node's current identity in place, or have the roster name it.");
        }
        return self;
    }

    /// <summary>Finds this node in the roster in force; its identity key need not be open.</summary>
    /// <param name="files">The roster of the node's files: knows a node that has left since.</param>
    /// <returns>This node's entry. Of a node that has left: the last one known; it runs, and takes part in nothing.</returns>
    /// <exception cref="StartRefusedException">The roster does not know the identity, or knows it as another node.</exception>
    public static RosterNode FindEntry(Roster roster, Roster files, string name, NodeId nid)
    {
        // The nid outlives identity keys: it decides who is meant.
        var self = roster.Find(nid);
        if (self is null)
        {
            var named = roster.Nodes.FirstOrDefault(n => n.Name == name);
            return roster.Version > files.Version && files.Find(nid) is { } former
                ? former
                : throw new StartRefusedException(ExitCode.IdentityNotInRoster, $"The roster {roster.Name} knows no node with identity {nid}.",
                    named is null ? "Have an administrator add this node to the roster." : $"The roster's node {name} is {named.Nid}: check that 'directory' is the right one.");
        }
        if (self.Name != name)
        {
            throw new StartRefusedException(ExitCode.OtherNodesIdentity, $"The identity in the directory is that of node {self.Name} ({self.Nid}), but the options name {name}.",
                "Two nodes must never run with one identity: correct 'name' or 'directory'.");
        }
        return self;
    }
}
