using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;

namespace MpcSigner.Core.Ports;

/// <summary>A question to the node's durable state; each has its answer type in <see cref="StoreAnswer"/>.</summary>
public abstract record StoreQuery
{
    private StoreQuery() { }

    public sealed record FindRequest(ClientId Client, string IdempotencyKey) : StoreQuery;

    public sealed record FindBooking(byte Kind, Digest32 Scope) : StoreQuery;

    /// <summary>The key's ACTIVE row of the highest generation; the Destroyed one of a destroyed key; while there is neither, the PENDING one of the highest generation. Keys of a GivenUp order are not found: for clients they were not made.</summary>
    public sealed record FindKey(KeyId Key) : StoreQuery;

    /// <summary>The ACTIVE row of each key that has one, as <see cref="FindKey"/> finds it, in ascending id after <paramref name="After"/> (null: from the first), at most <see cref="StoreLimits.MaxPage"/>.</summary>
    public sealed record ListActiveKeys(KeyId? After) : StoreQuery;

    /// <summary>All keys of an order, in key order, whatever its state: a creation, or a maintenance order with the rows it made; of a recovery the rows that it recovers, as far as they are known.</summary>
    public sealed record FindOrderKeys(Digest32 Order) : StoreQuery;

    public sealed record FindOrder(Digest32 Order) : StoreQuery;

    public sealed record FindMaintenance(Digest32 Order) : StoreQuery;

    /// <summary>Every maintenance order this node has begun for the key, ascending by (generation, attempt), a recovery after another order of the same numbers.</summary>
    /// <param name="FromGeneration">Leaves out what is below: each row carries its whole batch.</param>
    public sealed record FindMaintenanceOfKey(KeyId Key, uint FromGeneration = 0) : StoreQuery;

    /// <summary>The orders this node has begun for one generation of a key, recoveries among them, ascending by attempt; without their bytes.</summary>
    public sealed record FindAttempts(KeyId Key, uint Generation) : StoreQuery;

    /// <summary>All rows of a key, ascending by generation, of whatever state; those of a GivenUp creation are not among them.</summary>
    public sealed record FindGenerations(KeyId Key) : StoreQuery;

    /// <summary>What keys are known by, 1..<see cref="StoreLimits.MaxPage"/> of them: from their creation here, once that has its certificate, or as they were shown.</summary>
    public sealed record FindAnchors(IReadOnlyList<KeyId> Keys) : StoreQuery;

    public sealed record FindDestruction(Digest32 Order) : StoreQuery;

    /// <summary>Destructions, newest first, at most <see cref="StoreLimits.MaxPage"/>.</summary>
    public sealed record ListDestructions : StoreQuery;

    public sealed record FindJob(Digest32 Job) : StoreQuery;

    /// <summary>Jobs, newest first, at most <see cref="StoreLimits.MaxPage"/>, without their orders' bytes (empty <see cref="JobStep.Orders"/>).</summary>
    public sealed record ListJobs : StoreQuery;

    /// <summary>Rosters of version <paramref name="From"/> on, ascending, at most <see cref="StoreLimits.MaxRosterPage"/>.</summary>
    public sealed record ListRosters(uint From) : StoreQuery;

    /// <summary>What is kept as evidence, newest first, at most <see cref="StoreLimits.MaxPage"/>, and how much is not kept any more.</summary>
    public sealed record ListEvidence : StoreQuery;

    /// <summary>A piece of an evidence file, at most <see cref="StoreLimits.MaxEvidencePiece"/> bytes.</summary>
    /// <param name="From">The first byte, from 0.</param>
    public sealed record ReadEvidence(Digest32 Id, int From) : StoreQuery;

    /// <summary>Maintenance orders that are not over (Begun, Acknowledged, Active), at most <see cref="StoreLimits.MaxPage"/>.</summary>
    public sealed record ListOpenMaintenance : StoreQuery;
}

/// <summary>Null rows mean: not there.</summary>
public abstract record StoreAnswer
{
    private StoreAnswer() { }

    public sealed record Request(RequestRow? Row) : StoreAnswer;

    public sealed record Booking(BookingRow? Row) : StoreAnswer;

    public sealed record Key(KeyRow? Row) : StoreAnswer;

    /// <summary>One page.</summary>
    public sealed record Keys(IReadOnlyList<KeyRow> Rows) : StoreAnswer;

    public sealed record OrderKeys(IReadOnlyList<KeyRow> Rows) : StoreAnswer;

    public sealed record Order(OrderRow? Row) : StoreAnswer;

    public sealed record Maintenance(MaintenanceRow? Row) : StoreAnswer;

    /// <summary>Of a key, or all that are open.</summary>
    public sealed record Maintenances(IReadOnlyList<MaintenanceRow> Rows) : StoreAnswer;

    public sealed record Attempts(IReadOnlyList<AttemptRow> Rows) : StoreAnswer;

    public sealed record Generations(IReadOnlyList<KeyRow> Rows) : StoreAnswer;

    /// <summary>In the order asked for; null for a key of which this node has none: it took no part in the creation, and nobody has shown it. Keys of one creation share the object of its request.</summary>
    public sealed record Anchors(IReadOnlyList<KeyAnchor?> Values) : StoreAnswer;

    public sealed record Destruction(DestructionRow? Row) : StoreAnswer;

    public sealed record Destructions(IReadOnlyList<DestructionRow> Rows) : StoreAnswer;

    public sealed record Job(JobRow? Row) : StoreAnswer;

    public sealed record Jobs(IReadOnlyList<JobRow> Rows) : StoreAnswer;

    public sealed record Rosters(IReadOnlyList<RosterRow> Rows) : StoreAnswer;

    /// <param name="NotKept">Files that were not kept or had to make room, by culprit; zero where nobody is named.</param>
    public sealed record Evidence(IReadOnlyList<EvidenceRow> Rows, IReadOnlyDictionary<NodeId, long> NotKept) : StoreAnswer;

    /// <param name="Piece">Empty beyond the file's end.</param>
    public sealed record EvidencePiece(EvidenceRow? Row, ReadOnlyMemory<byte> Piece) : StoreAnswer;
}
