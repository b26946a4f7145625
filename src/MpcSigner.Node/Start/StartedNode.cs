using MpcSigner.Core.Ports;
using MpcSigner.Core.Rosters;
using MpcSigner.Coordination.Rosters;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Node.Cluster;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Options;
using MpcSigner.Node.Tls;
using MpcSigner.Node.Vault;

namespace MpcSigner.Node.Start;

/// <summary>A node that may run: its place in the roster in force here, and the keys that this roster names for it.</summary>
/// <param name="Roster">In force as the process begins: the newest that the node has accepted, or that of its files.</param>
/// <param name="Self">Its entry, also when it has left the cluster since.</param>
internal sealed record StartedNode(
    NodeOptions Options, ClusterDocuments Documents, Roster Roster, RosterNode Self, NodeTls Tls, NodeVault Vault, InstanceId Instance, StoredState Stored) : IDisposable
{
    /// <exception cref="StartRefusedException">Roster, identity or certificate do not fit together.</exception>
    public static StartedNode Begin(PreparedNode prepared, NodeVault vault, InstanceId instance, StoredState stored, IRosterReader rosters, IRandomSource random, DateTimeOffset now)
    {
        var (options, documents) = (prepared.Options, prepared.Documents);
        var roster = InForce(documents.Roster, stored.Roster, rosters);
        documents.RequirePolicy(roster);
        var self = SelfCheck.Find(roster, documents.Roster, options.Name, vault);
        prepared.SettleIdentity(vault, random);
        return new(options, documents, roster, self, NodeTls.Load(options, self, now), vault, instance, stored);
    }

    public void Dispose() => Tls.Dispose();

    /// <summary>The newest roster that the node has accepted, or that of its files.</summary>
    /// <exception cref="StartRefusedException">They do not belong together.</exception>
    public static Roster InForce(Roster files, RosterRow? accepted, IRosterReader rosters)
    {
        try
        {
            return RosterAtStart.Of(files, accepted, rosters);
        }
        catch (ArgumentException e)
        {
            throw new StartRefusedException(ExitCode.RosterInvalid, $"The roster is refused: {e.Message}", "Put back the roster that this node was started with before.", e);
        }
        catch (InvalidOperationException e)
        {
            throw new StartRefusedException(ExitCode.StoreDamaged, e.Message, "Restore the database from a backup.", e);
        }
    }
}
