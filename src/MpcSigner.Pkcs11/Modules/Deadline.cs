namespace MpcSigner.Pkcs11.Modules;

/// <summary>When a caller stops waiting.</summary>
internal readonly struct Deadline
{
    /// <summary>The longest limit; a caller that gives more is held to this.</summary>
    internal static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly TimeSpan _limit;

    private Deadline(TimeProvider clock, TimeSpan limit) => (_clock, _start, _limit) = (clock, clock.GetTimestamp(), limit);

    /// <exception cref="ArgumentOutOfRangeException">The limit is not above zero.</exception>
    internal static Deadline After(TimeSpan limit, TimeProvider clock)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        return new(clock, limit < Longest ? limit : Longest);
    }

    /// <summary>Zero when it has passed.</summary>
    internal TimeSpan Remaining
    {
        get
        {
            var left = _limit - _clock.GetElapsedTime(_start);
            return left > TimeSpan.Zero ? left : TimeSpan.Zero;
        }
    }
}
