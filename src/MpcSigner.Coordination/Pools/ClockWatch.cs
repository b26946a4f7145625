using MpcSigner.Coordination.Boundary;

namespace MpcSigner.Coordination.Pools;

/// <summary>Notices that wall and monotonic clock have come apart: a machine that was suspended, restored or cloned may run twice, and its material with it (P4).</summary>
internal sealed class ClockWatch(TimeSpan allowed)
{
    private TimeSpan? _apart;

    /// <summary>To be told of every step's moment; true when the clocks have jumped since the last.</summary>
    public bool HasJumped(Moment now)
    {
        var apart = now.Wall - DateTimeOffset.UnixEpoch - now.Elapsed;
        var jumped = _apart is { } before && (apart - before).Duration() > allowed;
        _apart = apart;
        return jumped;
    }
}
