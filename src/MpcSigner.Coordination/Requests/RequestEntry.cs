using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Requests;

/// <summary>One (client, idempotency key) while any flow of this node is concerned with it: what the store holds and what is on its way there.</summary>
/// <remarks>All writes about the request go through it, so that no flow overwrites a result with an older state.</remarks>
internal sealed class RequestEntry(MachineContext context, AuthenticatedRequest request)
{
    private RequestRow? _row;
    private bool _booking;
    private bool _resultDurable;
    private List<Action> _whenResultDurable = [];

    public AuthenticatedRequest Request { get; } = request;

    /// <summary>The newest row, perhaps not durable yet; null before the first.</summary>
    public RequestRow? Row => _row;

    /// <summary>The key's row when the entry was loaded, or since another generation came into use; null for a creation or an unknown key.</summary>
    public KeyRow? Key { get; private set; }

    public bool IsCompleted => _row is { State: RequestState.Completed };

    /// <summary>The booking is durable.</summary>
    public bool IsBooked { get; private set; }

    /// <summary>The signature (or order hash) of a completed request, else empty.</summary>
    public ReadOnlyMemory<byte> Result => IsCompleted ? _row!.Result : default;

    /// <summary>The same, but empty while it is still on its way to the disk: what may be told to others.</summary>
    public ReadOnlyMemory<byte> DurableResult => _resultDurable ? Result : default;

    public void Load(RequestRow? row, BookingRow? booking, KeyRow? key)
    {
        _row = row;
        Key = key;
        IsBooked = _booking = booking is not null;
        _resultDurable = IsCompleted;
    }

    public void KeyIs(KeyRow? key) => Key = key;

    /// <summary>Calls back once the result is durable: at once, or when the write that carries it is.</summary>
    public void WhenResultDurable(Action then)
    {
        if (_resultDurable)
            then();
        else
            _whenResultDurable.Add(then);
    }

    public void ResultIsDurable()
    {
        _resultDurable = true;
        var waiting = _whenResultDurable;
        _whenResultDurable = [];
        foreach (var then in waiting)
            then();
    }

    /// <summary>Adds the exclusive booking, unless it is there or on its way.</summary>
    public RequestEntry Book(Batch batch)
    {
        if (!_booking)
            batch.Write(new StoreWrite.Book(Request.Booking(context.Now.Wall)));
        _booking = true;
        return this;
    }

    public void Booked() => IsBooked = true;

    /// <summary>Moves the request on, unless it has its result: that stays.</summary>
    public RequestEntry Put(Batch batch, RequestState state, ReadOnlyMemory<byte> result = default)
    {
        if (IsCompleted)
            return this;
        var now = context.Now.Wall;
        _row = new(Request.Client.Id, Request.Body.IdempotencyKey, Request.BodyHash, Request.Signed, Request.Key, state, result,
            _row?.ReceivedAt ?? now, now, Request.Body.ExpiresAt);
        batch.Write(new StoreWrite.PutRequest(_row));
        return this;
    }
}
