using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;

namespace MpcSigner.Coordination.Signing;

/// <summary>A request waits a moment for something that passes by itself, and then tries again: a bounded number of times.</summary>
internal sealed class SigningPause(MachineContext context, TimeSpan length)
{
    /// <summary>What has not passed by then does not pass by itself.</summary>
    private const int Most = 30;

    private Token? _timer;
    private int _taken;

    public bool IsRunning => _timer is not null;

    public bool IsUsedUp => _taken >= Most;

    public void Begin(Action then)
    {
        _taken++;
        _timer = context.StartTimer(length, () =>
        {
            _timer = null;
            then();
        });
    }

    public void Stop() => context.StopTimer(ref _timer);
}
