using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Simulation.Histories;
using MpcSigner.Simulation.Host;

namespace MpcSigner.Simulation.Promises;

/// <summary>Under one idempotency key there are never signatures over two bodies; every node's shares under it are for one body.</summary>
public sealed class OneKeyOneDigest(World world) : Promise(world)
{
    private readonly Dictionary<(ClientId, string), Digest32> _signed = [];

    /// <summary>By process: what one has not flushed when it dies was never sent, and is forgotten rightly.</summary>
    private readonly Dictionary<(NodeId, int Life, ClientId, string), Digest32> _shared = [];

    public override string Name => "P5_One_idempotency_key_one_digest";

    public override void OnEffect(SimulatedNode node, NodeEffect effect)
    {
        if (effect is not NodeEffect.Commit commit)
            return;
        foreach (var write in commit.Writes)
        {
            switch (write)
            {
                // A disk that went back has forgotten its booking: it books again whatever comes.
                case StoreWrite.PutRequest { Row: { State: RequestState.Completed } row } when World.IsSigning(row.BodyHash) && !World.HasForgotten(row.Client, row.IdempotencyKey):
                    Require(_signed.TryAdd((row.Client, row.IdempotencyKey), row.BodyHash) || _signed[(row.Client, row.IdempotencyKey)] == row.BodyHash,
                        $"{node.Roster.Name} holds a signature over a second body under {row.IdempotencyKey}");
                    break;
                case StoreWrite.Append { Entry: { Kind: AuditKind.ShareReleased } entry }:
                    var (client, key) = World.IdempotencyKeyOf(entry.Request);
                    if (World.HasForgotten(client, key))
                        break;
                    Require(_shared.TryAdd((node.Nid, node.Life, client, key), entry.Request) || _shared[(node.Nid, node.Life, client, key)] == entry.Request,
                        $"{node.Roster.Name} made shares for two bodies under {key}");
                    Require(node.Store.Log.All(made => made.Kind != AuditKind.ShareReleased || made.Request == entry.Request || World.IdempotencyKeyOf(made.Request) != (client, key)),
                        $"{node.Roster.Name} makes a share for a second body under {key}");
                    break;
            }
        }
    }
}
