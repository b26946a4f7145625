using MpcSigner.Coordination.Boundary;

namespace MpcSigner.Node.Host;

/// <summary>The wall clock and a monotonic one, which starts with the instance.</summary>
internal sealed class MachineClock(TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();

    public Moment Now => new(time.GetUtcNow(), time.GetElapsedTime(_start));
}
