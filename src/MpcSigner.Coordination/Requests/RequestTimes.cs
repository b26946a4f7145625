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

    /// <summary>
    /// A node whose database was restored has forgotten what it booked, which sessions it ran and what it signed in them since: for what was issued before, it does nothing again.
    /// A signer's clock that was ahead by more than the node was down gets by.
    /// </summary>
    public static ServiceError? JudgeRestore(DateTimeOffset? restored, RequestBody body, DateTimeOffset now) => body.IssuedAt > (restored ?? DateTimeOffset.MinValue)
        ? null
        : new(Reason.IssuedBeforeRestore,
            $"The request was issued at {Refusals.Time(body.IssuedAt)}; this node's database was restored at {Refusals.Time(restored!.Value)} and may have forgotten what it did for it.",
            restored > now
                ? "This node's clock was ahead when its database was restored: stop it, run mpcsigner-node store restored, and start it again."
                : "Have other nodes serve it, or sign a new request, by the signer's clock later than that time.");
}
