using System.Globalization;

namespace MpcSigner.Documents.Yaml;

/// <summary>Durations as documents have them: a whole number with its unit.</summary>
public static class Durations
{
    private static readonly (string Unit, long Milliseconds)[] Units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

    /// <summary>In the largest unit that divides it.</summary>
    /// <exception cref="ArgumentException">Negative, or a fraction of a millisecond.</exception>
    public static string Write(TimeSpan value)
    {
        if (value < TimeSpan.Zero || value.Ticks % TimeSpan.TicksPerMillisecond != 0)
            throw new ArgumentException("a duration is a whole number of milliseconds", nameof(value));
        var milliseconds = value.Ticks / TimeSpan.TicksPerMillisecond;
        if (milliseconds == 0)
            return "0s";
        var (unit, size) = Units.First(known => milliseconds % known.Milliseconds == 0);
        return (milliseconds / size).ToString(CultureInfo.InvariantCulture) + unit;
    }

    internal static bool TryRead(string text, out TimeSpan value)
    {
        value = default;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits is < 1 or > 9)
            return false;
        var unit = text[digits..];
        if (Units.FirstOrDefault(known => known.Unit == unit) is not { Unit: not null } found)
            return false;
        // Nine digits of days leave 64 bits.
        var ticks = (Int128)long.Parse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture) * found.Milliseconds * TimeSpan.TicksPerMillisecond;
        if (ticks > TimeSpan.MaxValue.Ticks)
            return false;
        value = new((long)ticks);
        return true;
    }
}
