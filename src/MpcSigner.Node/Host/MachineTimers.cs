using MpcSigner.Coordination.Boundary;

namespace MpcSigner.Node.Host;

/// <summary>The machine's timers over the injected clock. Started and stopped on the machine's loop; they fire on any thread.</summary>
internal sealed class MachineTimers(TimeProvider time, EventQueue events) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Token, ITimer> _running = [];

    public void Start(Token token, TimeSpan after)
    {
        var timer = time.CreateTimer(Fire, token, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        lock (_gate)
            _running.Add(token, timer);
        timer.Change(after > TimeSpan.Zero ? after : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    public void Stop(Token token)
    {
        if (Remove(token) is { } timer)
            timer.Dispose();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var timer in _running.Values)
                timer.Dispose();
            _running.Clear();
        }
    }

    private void Fire(object? state)
    {
        var token = (Token)state!;
        if (Remove(token) is not { } timer)
            return;
        timer.Dispose();
        events.PostAnswer(new NodeEvent.TimerFired(token));
    }

    private ITimer? Remove(Token token)
    {
        lock (_gate)
            return _running.Remove(token, out var timer) ? timer : null;
    }
}
