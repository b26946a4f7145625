using System.Globalization;

namespace MpcSigner.Rpc;

/// <summary>The value of <c>grpc-timeout</c>: at most eight digits and a unit.</summary>
/// <remarks>gRPC over HTTP/2, "Timeout": H hours, M minutes, S seconds, m milliseconds, u microseconds, n nanoseconds.</remarks>
internal static class GrpcTimeout
{
    public const int MaxDigits = 8;

    /// <summary>The longest timeout that is kept as asked; a longer one is cut to it. Timers reach no further than 49 days.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private const long LargestNumber = 99_999_999;

    // From fine to coarse. A tick is 100 ns, the finest that TimeSpan knows.
    private static readonly (long Ticks, char Unit)[] Units =
    [
        (TimeSpan.TicksPerMicrosecond, 'u'),
        (TimeSpan.TicksPerMillisecond, 'm'),
        (TimeSpan.TicksPerSecond, 'S'),
        (TimeSpan.TicksPerMinute, 'M'),
        (TimeSpan.TicksPerHour, 'H'),
    ];

    /// <summary>Writes a timeout in the finest unit that holds it, rounded up; one that has passed is the shortest there is.</summary>
    public static string Format(TimeSpan timeout)
    {
        if (timeout <= TimeSpan.Zero)
            return "1n";
        foreach (var (ticks, unit) in Units)
        {
            var number = ((timeout.Ticks - 1) / ticks) + 1;
            if (number <= LargestNumber)
                return number.ToString(CultureInfo.InvariantCulture) + unit;
        }

        return LargestNumber.ToString(CultureInfo.InvariantCulture) + 'H';
    }

    /// <summary>Reads a timeout; false when it is malformed.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan timeout)
    {
        timeout = default;
        if (text.Length is < 2 or > MaxDigits + 1)
            return false;
        if (!long.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            return false;

        // Eight digits of hours are 3.6e18 ticks: no overflow.
        long ticks;
        switch (text[^1])
        {
            case 'H': ticks = number * TimeSpan.TicksPerHour; break;
            case 'M': ticks = number * TimeSpan.TicksPerMinute; break;
            case 'S': ticks = number * TimeSpan.TicksPerSecond; break;
            case 'm': ticks = number * TimeSpan.TicksPerMillisecond; break;
            case 'u': ticks = number * TimeSpan.TicksPerMicrosecond; break;
            case 'n': ticks = number / TimeSpan.NanosecondsPerTick; break;
            default: return false;
        }

        timeout = TimeSpan.FromTicks(Math.Min(ticks, Longest.Ticks));
        return true;
    }
}
