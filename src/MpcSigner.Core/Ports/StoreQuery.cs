using MpcSigner.Core.Identities;

namespace MpcSigner.Core.Ports;

/// <summary>A question to the node's durable state; each has its answer type in <see cref="StoreAnswer"/>.</summary>
public abstract record StoreQuery
{
    private StoreQuery() { }

    public sealed record FindRequest(ClientId Client, string IdempotencyKey) : StoreQuery;

    public sealed record FindBooking(byte Kind, Digest32 Scope) : StoreQuery;

    /// <summary>The key's ACTIVE row of the highest generation; while none is active, the PENDING one. Keys of a GivenUp order are not found: for clients they were not made.</summary>
    public sealed record FindKey(KeyId Key) : StoreQuery;

    /// <summary>All keys of an order, in key order, whatever its state.</summary>
    public sealed record FindOrderKeys(Digest32 Order) : StoreQuery;

    public sealed record FindOrder(Digest32 Order) : StoreQuery;
}

/// <summary>Null rows mean: not there.</summary>
public abstract record StoreAnswer
{
    private StoreAnswer() { }

    public sealed record Request(RequestRow? Row) : StoreAnswer;

    public sealed record Booking(BookingRow? Row) : StoreAnswer;

    public sealed record Key(KeyRow? Row) : StoreAnswer;

    public sealed record OrderKeys(IReadOnlyList<KeyRow> Rows) : StoreAnswer;

    public sealed record Order(OrderRow? Row) : StoreAnswer;
}
