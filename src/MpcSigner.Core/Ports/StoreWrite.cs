using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;

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

    /// <summary>What is remembered of pair setups with one peer. A row that forgets what the stored one knows fails the commit.</summary>
    public sealed record PutPair(PairRow Row) : StoreWrite;

    /// <summary>Appends to the log; its sequence must follow the stored head.</summary>
    public sealed record Append(AuditEntry Entry) : StoreWrite;
}
