using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Statements;
using MpcSigner.Simulation.Histories;

namespace MpcSigner.Simulation.Promises;

/// <summary>Every node's log, as its disk holds it after all crashes, is one unbroken chain that the node has signed entry by entry.</summary>
public sealed class LogIsAChain(World world) : Promise(world)
{
    public override string Name => "P7_The_log_is_one_signed_chain";

    public override void AtEnd()
    {
        foreach (var node in World.Honest)
        {
            var last = default(Digest32);
            foreach (var (i, entry) in node.Store.Log.Index())
            {
                Require(entry.Sequence == (ulong)i + 1, $"{node.Roster.Name}'s log has a gap at {i + 1}");
                Require(entry.Hash == AuditStatements.EntryHash(last, AuditEntryEncoding.Encode(entry)), $"{node.Roster.Name}'s log does not chain at {entry.Sequence}");
                Require(World.Identities[node.Nid].Verify(AuditStatements.Head(World.Cluster.Roster.Cluster, node.Nid, entry.Sequence, entry.Hash), entry.Signature.Span),
                    $"{node.Roster.Name}'s log is not signed at {entry.Sequence}");
                last = entry.Hash;
            }
        }
    }
}
