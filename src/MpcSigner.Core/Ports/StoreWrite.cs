using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;

namespace MpcSigner.Core.Ports;

/// <summary>One change of the node's durable state. A list of them is committed whole or not at all.</summary>
public abstract record StoreWrite
{
    private StoreWrite() { }

    /// <summary>Inserts or replaces the request of (client, idempotency key). Another body hash, or another end than the COMPLETED one stored, fails the commit (P5).</summary>
    public sealed record PutRequest(RequestRow Row) : StoreWrite;

    /// <summary>Inserts an exclusive booking. A different value in the same scope fails the whole commit; the same value is no change.</summary>
    public sealed record Book(BookingRow Row) : StoreWrite;

    /// <summary>Inserts an order as begun (spec §9: at most one per key, generation and attempt; never forgotten). A second insert fails the commit.</summary>
    public sealed record BeginOrder(OrderRow Row) : StoreWrite;

    /// <summary>The node's own ACK: the order, until now Begun, becomes PENDING together with its keys and their sealed shares; one <see cref="PutSealedShare"/> a key in the same commit, else the commit fails.</summary>
    public sealed record AcknowledgeOrder(Digest32 Order, Digest32 Echo, Digest32 RecordsRoot, ReadOnlyMemory<byte> Ack, IReadOnlyList<KeyRow> Keys) : StoreWrite;

    /// <summary>A share under seal; opaque here. Its key row must exist at the end of the commit; a share is never overwritten.</summary>
    public sealed record PutSealedShare(KeyId Key, uint Generation, ReadOnlyMemory<byte> Sealed) : StoreWrite;

    /// <summary>All n ACKs are held: the order, until now Acknowledged or GivenUp, and its keys become ACTIVE; one encoded certificate for each of its keys. On an ACTIVE order no change: the first certificates stay.</summary>
    public sealed record ActivateOrder(Digest32 Order, IReadOnlyList<(KeyId Key, ReadOnlyMemory<byte> Certificate)> Certificates) : StoreWrite;

    /// <summary>Another party's ABORT on an order whose own ACK is durable: the order, until now Acknowledged, becomes GivenUp and keeps its keys and shares. On a GivenUp order no change.</summary>
    /// <param name="Party">Whose ABORT of kind 0 it is.</param>
    public sealed record GiveUpOrder(Digest32 Order, PartyId Party, ReadOnlyMemory<byte> Signature) : StoreWrite;

    /// <summary>The order ends by this node's own word; its PENDING keys and shares are deleted. An ACTIVE order fails the commit; on an aborted one no change.</summary>
    /// <param name="Kind">0: by itself, before its own ACK, and fails the commit after it: it says that no ACK will ever be; 1: on an operator's order (spec §9).</param>
    /// <param name="Signature">This node's ABORT.</param>
    public sealed record AbortOrder(Digest32 Order, byte Kind, ReadOnlyMemory<byte> Signature) : StoreWrite;

    /// <summary>Remembers a session id of an initiator for ever, in constant memory (spec §4.5). A window that forgets what the stored one knows fails the commit.</summary>
    public sealed record PutSessionWindow(NodeId Initiator, SessionWindow Window) : StoreWrite;

    /// <summary>The newest instance seen of a peer. A lower start counter, or another instance under the same, fails the commit.</summary>
    public sealed record PutPeerInstance(NodeId Peer, InstanceId Instance, ulong StartCounter) : StoreWrite;

    /// <summary>A peer is left out, whatever process of this node runs, until its operator readmits it. The first row of a peer stays.</summary>
    public sealed record ExcludePeer(ExclusionRow Row) : StoreWrite;

    /// <summary>What is remembered of pair setups with one peer. A row that forgets what the stored one knows fails the commit.</summary>
    public sealed record PutPair(PairRow Row) : StoreWrite;

    /// <summary>Appends to the log; its sequence must follow the stored head.</summary>
    public sealed record Append(AuditEntry Entry) : StoreWrite;

    /// <summary>Begins a maintenance order: state Begun, no ACK, no ABORT. Fails the commit when the order is known, or when any of its keys has an
    /// order of the same generation (recoveries counted apart from the others) with the same or a higher attempt.</summary>
    public sealed record BeginMaintenance(MaintenanceRow Row) : StoreWrite;

    /// <summary>Own ACK: Begun becomes Acknowledged with the new PENDING rows. A row whose record names this node needs its <see cref="PutSealedShare"/> in the same
    /// commit; others (a dealer that leaves) have none. Fails when a key still has a PENDING row of another attempt. An old party that was not in the session learns an order's
    /// end by Begin, Acknowledge and Activate in one commit, with an empty ACK: it has signed none.</summary>
    public sealed record AcknowledgeMaintenance(Digest32 Order, Digest32 Echo, Digest32 RecordsRoot, ReadOnlyMemory<byte> Ack, IReadOnlyList<KeyRow> Keys) : StoreWrite;

    /// <summary>An Acknowledged order is Doubted or Upheld from here on. Fails the commit in any other state, and from Upheld back to Doubted.</summary>
    public sealed record DoubtMaintenance(Digest32 Order, AttemptDoubt Doubt) : StoreWrite;

    /// <summary>The certificate is held: Acknowledged becomes Active, its PENDING keys ACTIVE, the ACTIVE rows of their older generations Retired. On an Active or Done order no change.</summary>
    public sealed record ActivateMaintenance(Digest32 Order, IReadOnlyList<(KeyId Key, ReadOnlyMemory<byte> Certificate)> Certificates) : StoreWrite;

    /// <summary>Own ABORT: Begun or Acknowledged becomes Aborted, PENDING rows and their shares are deleted. Kind 0 fails after the own ACK. On an Aborted order no change; on an Active or Done one the commit fails.</summary>
    public sealed record AbortMaintenance(Digest32 Order, byte Kind, ReadOnlyMemory<byte> Signature) : StoreWrite;

    /// <summary>An operator's way back: Active becomes Aborted (kind 1), the new generation's rows and shares are deleted, the Retired rows of the generation before become ACTIVE. Fails once old shares are erased.</summary>
    public sealed record RollBackMaintenance(Digest32 Order, ReadOnlyMemory<byte> Signature) : StoreWrite;

    /// <summary>A party's DONE for an Active order; the first one stays.</summary>
    public sealed record PutDone(Digest32 Order, PartyId Party, ReadOnlyMemory<byte> Signature) : StoreWrite;

    /// <summary>Active becomes Done: Retired rows of its keys become Erased and their shares are deleted, overwritten in the file. On a Done order no change.</summary>
    public sealed record EraseOldShares(Digest32 Order) : StoreWrite;

    /// <summary>A recovery has succeeded here, at the recovered node: Begun becomes Done; its rows come in as ACTIVE with their certificates, one <see cref="PutSealedShare"/> each in the
    /// same commit, in place of what was known of that generation; older generations become Erased, their shares deleted.</summary>
    public sealed record CompleteRecovery(Digest32 Order, IReadOnlyList<KeyRow> Keys) : StoreWrite;

    /// <summary>A recovery is over at a helper: Begun becomes Done.</summary>
    public sealed record EndRecovery(Digest32 Order) : StoreWrite;

    /// <summary>Certified records that this node has no share of and heard of from others: ACTIVE rows; the ACTIVE rows of older generations become Retired. A row that is there already is no change.</summary>
    public sealed record LearnKeys(IReadOnlyList<KeyRow> Keys) : StoreWrite;

    /// <summary>What a key is known by, checked, at a node that took no part in its creation. The first one stays; at a node that has the creation's own certificate no change.</summary>
    public sealed record PutAnchor(KeyAnchor Anchor) : StoreWrite;

    /// <summary>Inserts a destruction as Waiting; the same order again is no change.</summary>
    public sealed record AcceptDestruction(DestructionRow Row) : StoreWrite;

    /// <summary>Waiting becomes Cancelled. On a Cancelled one no change; on a Destroyed one the commit fails.</summary>
    public sealed record CancelDestruction(Digest32 Order) : StoreWrite;

    /// <summary>Waiting becomes Destroyed: every generation's row of its keys becomes Destroyed, every share deleted, overwritten in the file. Fails when it is not Waiting.</summary>
    public sealed record DestroyKeys(Digest32 Order, ReadOnlyMemory<byte> Attestation) : StoreWrite;

    /// <summary>Inserts a job, or replaces its state, detail and steps' progress. A job that has ended never runs again: the commit fails.</summary>
    public sealed record PutJob(JobRow Row) : StoreWrite;

    /// <summary>The next version of the roster. Fails unless it follows the stored head (version + 1); the same version again is no change if the hash is the same.</summary>
    public sealed record AppendRoster(RosterRow Row) : StoreWrite;

    /// <summary>
    /// An evidence file, once. Of one culprit and kind of fault the first <see cref="StoreLimits.MaxEvidencePerKind"/> files are kept, as long as the culprit's have at most <see cref="StoreLimits.MaxEvidenceBytesPerNode"/>
    /// together and all files <see cref="StoreLimits.MaxEvidenceBytesOfAll"/>: one file convicts, and a cheater must not fill the disk. Where nobody is named the newest <see cref="StoreLimits.MaxMismatchesPerProtocol"/> of
    /// each protocol are kept, within the same bytes; older ones make room. What is not kept, or makes room, is counted.
    /// </summary>
    public sealed record PutEvidence(EvidenceRow Row, ReadOnlyMemory<byte> File) : StoreWrite;

    /// <summary>A node holds this roster durably; the first word stays.</summary>
    public sealed record PutRosterAck(Digest32 Roster, NodeId Node, ReadOnlyMemory<byte> Signature) : StoreWrite;
}
