using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Log;

/// <summary>
/// Trouble that every request for a key meets while one of its nodes cannot take part: logged when it begins or becomes another, then once an interval,
/// so that a node that lacks its shares does not fill its peers' logs.
/// </summary>
/// <remarks>Not safe for concurrent use: it belongs to the machine's loop.</remarks>
internal sealed class RepeatedTrouble(TimeProvider time)
{
    /// <summary>Between two lines that say the same.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>Keys that are remembered; beyond it all are forgotten, which costs a line each.</summary>
    public const int MaxKeys = 10_000;

    private readonly Dictionary<KeyId, Seen> _seen = [];

    private sealed record Seen(string What, long Logged, int LeftOut);

    /// <summary>How many lines that said the same were left out before this one; null if this one is left out too.</summary>
    /// <remarks>The same means: the same nodes for the same reasons. Their messages may count or tell times.</remarks>
    public int? LeftOutBefore(KeyId key, IReadOnlyList<NodeReason> failed)
    {
        var what = string.Join(',', failed.Select(node => $"{node.Node}:{node.Reason}").Order(StringComparer.Ordinal));
        var known = _seen.GetValueOrDefault(key);
        if (known is not null && known.What == what && time.GetElapsedTime(known.Logged) < Interval)
        {
            _seen[key] = known with { LeftOut = known.LeftOut + 1 };
            return null;
        }
        if (known is null && _seen.Count >= MaxKeys)
            _seen.Clear();
        _seen[key] = new(what, time.GetTimestamp(), 0);
        return known?.LeftOut ?? 0;
    }
}
