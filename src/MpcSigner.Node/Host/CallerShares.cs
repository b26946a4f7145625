using MpcSigner.Core.Identities;

namespace MpcSigner.Node.Host;

/// <summary>How many calls each caller has here: one that floods the node uses up its own share and nobody else's.</summary>
/// <param name="most">Calls of one caller at a time.</param>
internal sealed class CallerShares(int most)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Bytes32, int> _held = [];

    /// <summary>Null when the caller has all that it may have. The share is held by whoever takes it, once.</summary>
    public Share? TryTake(Bytes32 caller)
    {
        lock (_lock)
        {
            var held = _held.GetValueOrDefault(caller);
            if (held >= most)
                return null;
            _held[caller] = held + 1;
            return new(this, caller);
        }
    }

    private void GiveBack(Bytes32 caller)
    {
        lock (_lock)
        {
            if (_held[caller] == 1)
                _held.Remove(caller);
            else
                _held[caller]--;
        }
    }

    /// <summary>Of one call. Given back when the last of its holders lets go: a call that its caller has cancelled still waits in the queue, with what it carries.</summary>
    internal sealed class Share(CallerShares shares, Bytes32 caller) : IDisposable
    {
        private int _holders = 1;

        /// <summary>One holder more, who disposes it too.</summary>
        public void Hold() => Interlocked.Increment(ref _holders);

        public void Dispose()
        {
            if (Interlocked.Decrement(ref _holders) == 0)
                shares.GiveBack(caller);
        }
    }
}
