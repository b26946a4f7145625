using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;

namespace MpcSigner.Coordination.Pools;

/// <summary>Counts what happens to material and tells observers of it: the one place from which levels, misses, refills, expiries and failovers are seen.</summary>
internal sealed class PoolCounters(MachineContext context)
{
    private int _stocked, _held;
    private long _taken, _missed, _made, _refills, _failedRefills, _expired, _dropped, _failedOver;

    public PoolStatus Status => new(_stocked, _held, _taken, _missed, _made, _refills, _failedRefills, _expired, _dropped, _failedOver);

    /// <summary>Pieces ready for this node's own requests.</summary>
    public int Stocked => _stocked;

    public void Taken(KeyId key, bool ready)
    {
        if (ready)
            _taken++;
        else
            _missed++;
        context.Observe(new Observation.MaterialTaken(key, ready));
    }

    public void Made(KeyId key, IReadOnlyList<NodeId> peers, int count)
    {
        _refills++;
        _made += count;
        context.Observe(new Observation.MaterialMade(key, peers, count));
    }

    public void NotMade(KeyId key, IReadOnlyList<NodeReason> failed)
    {
        _failedRefills++;
        context.Observe(new Observation.MaterialNotMade(key, failed));
    }

    public void FailedOver(KeyId key, IReadOnlyList<NodeReason> failed)
    {
        _failedOver++;
        context.Observe(new Observation.SigningFailedOver(key, failed));
    }

    public void Dropped(KeyId key, bool held, int count, MaterialEnd why)
    {
        if (count == 0)
            return;
        if (why == MaterialEnd.Expired)
            _expired += count;
        else
            _dropped += count;
        context.Observe(new Observation.MaterialDropped(key, held, count, why));
    }

    public void Stock(int change) => _stocked += change;

    public void Hold(int change) => _held += change;
}
