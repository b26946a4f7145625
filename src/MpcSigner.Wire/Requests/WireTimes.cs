using MpcSigner.Core.Faults;

namespace MpcSigner.Wire.Requests;

/// <summary>Times on the wire: Unix milliseconds.</summary>
internal static class WireTimes
{
    public static ServiceError? Read(string field, long milliseconds, out DateTimeOffset time)
    {
        time = default;
        // Below 1 the field is missing; above the calendar's end no DateTimeOffset exists.
        if (milliseconds < 1 || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
            return Refusal.Malformed($"{field} is not a time in Unix milliseconds.");
        time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return null;
    }
}
