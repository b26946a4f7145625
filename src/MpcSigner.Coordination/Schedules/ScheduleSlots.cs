namespace MpcSigner.Coordination.Schedules;

/// <summary>How many batches schedules may refresh at the same time, at this node.</summary>
internal sealed class ScheduleSlots(int count)
{
    private int _taken;

    public bool IsFree => _taken < count;

    public void Take() => _taken++;

    public void Release() => _taken--;
}
