using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Requests;

namespace MpcSigner.Coordination.Lifecycle;

/// <summary>An order's claim on its request: given with the beginning; an order taken up from the store, or revived, gets it first.</summary>
internal sealed class OrderClaim(Rooms rooms, AuthenticatedRequest request)
{
    private RequestEntry? _entry;

    public RequestEntry Held => _entry ?? throw new InvalidOperationException("the order has no claim on its request");

    public void Hold(RequestEntry entry) => _entry = entry;

    /// <param name="failed">The store could not be read just now.</param>
    public void With(Action failed, Action<RequestEntry> then)
    {
        if (_entry is { } held)
            then(held);
        else
            rooms.Ledger.Claim(request, entry => then(_entry = entry), _ => failed());
    }

    public void Release()
    {
        if (_entry is { } entry)
            rooms.Ledger.Release(entry);
        _entry = null;
    }
}
