namespace MpcSigner.Simulation.Host;

/// <summary>Events in the order of their virtual times; equal times in the order they were set.</summary>
public sealed class VirtualTime
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Order)> _queue = new();
    private long _order;

    public TimeSpan Now { get; private set; }

    public int Steps { get; private set; }

    public void After(TimeSpan delay, Action action) => _queue.Enqueue(action, (Now + delay, _order++));

    /// <summary>Does what is due until <paramref name="done"/> holds or the time is over; true when it holds.</summary>
    public bool RunUntil(Func<bool> done, TimeSpan limit)
    {
        var end = Now + limit;
        while (!done())
        {
            if (!_queue.TryPeek(out _, out var next) || next.At > end)
            {
                Now = end;
                return done();
            }
            var action = _queue.Dequeue();
            Now = next.At;
            Steps++;
            action();
        }
        return true;
    }

    public void Run(TimeSpan time) => RunUntil(static () => false, time);
}
