using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Core.Rosters;

namespace MpcSigner.Coordination.Requests;

/// <summary>A request whose client, signature, cluster and times have been checked. Made by <see cref="RequestGate"/> only.</summary>
/// <param name="BodyHash">SHA-256 of the exact body: the exclusive value that is booked.</param>
/// <param name="Scope">What is exclusive: one body per (client, idempotency key).</param>
internal sealed record AuthenticatedRequest(SignedRequest Signed, RequestBody Body, RosterClient Client, Digest32 BodyHash, Digest32 Scope)
{
    public KeyId Key => Body.Action is RequestAction.Sign sign ? sign.Key : default;

    public BookingRow Booking(DateTimeOffset now) => new(BookingRow.IdempotencyKind, Scope, BodyHash, now);
}
