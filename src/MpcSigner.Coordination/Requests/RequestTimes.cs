using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Requests;

namespace MpcSigner.Coordination.Requests;

/// <summary>Whether a body is in force now, be it a client's or administrators'.</summary>
internal static class RequestTimes
{
    public static ServiceError? Judge(MachineSettings settings, RequestBody body, Door door, DateTimeOffset now)
    {
        var allowed = settings.MaxClockDifference;
        if (body.IssuedAt > now + allowed)
            return Refusals.ClockSkew(now, "the signer of the request", body.IssuedAt, allowed);
        if (body.ExpiresAt <= body.IssuedAt)
            return Refusals.Malformed("The request expires before it was issued.");
        if (body.ExpiresAt - body.IssuedAt > RequestBody.MaxLife)
            return new(Reason.ExpiryTooFar, $"A request is valid for at most {RequestBody.MaxLife.TotalDays:0} days.", "Choose an earlier expiry.");
        // The coordinator is strict; co-signers allow for clocks that differ, or a request in its last seconds would get half its shares.
        var grace = door == Door.Peer ? allowed : TimeSpan.Zero;
        return now > body.ExpiresAt + grace
            ? new(Reason.RequestExpired, $"The request expired at {Refusals.Time(body.ExpiresAt)}; this node has {Refusals.Time(now)}.", "Sign a new request.")
            : null;
    }
}
