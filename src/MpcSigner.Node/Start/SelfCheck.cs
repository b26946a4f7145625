using MpcSigner.Core.Rosters;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Node.Commands;

namespace MpcSigner.Node.Start;

/// <summary>Is this the node that the options say, and does the roster know it?</summary>
internal static class SelfCheck
{
    /// <returns>This node's entry in the roster.</returns>
    /// <exception cref="StartRefusedException">The roster does not know the identity, or knows it as another node.</exception>
    public static RosterNode Find(Roster roster, string name, Ed25519PublicKey identity)
    {
        var nid = identity.ToNodeId();
        var named = roster.Nodes.FirstOrDefault(n => n.Name == name);
        // An identity key that was rotated keeps its nid: the key decides who is meant.
        var self = roster.Nodes.FirstOrDefault(n => n.IdentityKey.Span.SequenceEqual(identity.Bytes)) ?? roster.Find(nid);
        if (self is null)
        {
            throw new StartRefusedException(ExitCode.IdentityNotInRoster, $"The roster {roster.Name} knows no node with identity {nid}.",
                named is null ? "Have an administrator add this node to the roster." : $"The roster's node {name} is {named.Nid}: check that 'directory' is the right one.");
        }
        if (self.Name != name)
        {
            throw new StartRefusedException(ExitCode.OtherNodesIdentity, $"The identity in the directory is that of node {self.Name} ({self.Nid}), but the options name {name}.",
                "Two nodes must never run with one identity: correct 'name' or 'directory'.");
        }
        if (!self.IdentityKey.Span.SequenceEqual(identity.Bytes))
        {
            throw new StartRefusedException(ExitCode.IdentityNotInRoster, $"The roster lists another identity key for node {name}.",
                "Put the node's current identity in place, or have the roster name it.");
        }
        return self;
    }
}
