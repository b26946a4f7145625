using System.Collections.Concurrent;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Modules;

namespace MpcSigner.Pkcs11.Sessions;

/// <summary>A bounded number of sessions, handed from call to call.</summary>
internal sealed class SessionPool(string token, int most, TimeProvider clock)
{
    /// <summary>After so long without one, another session is asked for again of a token that had none left.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _permits = new(most);
    private readonly ConcurrentStack<PooledSession> _idle = new();
    private readonly Lock _gate = new();
    private int _open, _withheld;
    private long _withheldAt;
    private bool _retired;

    /// <summary>Sessions that may be used at once at present.</summary>
    internal int Bound
    {
        get { lock (_gate) return most - _withheld; }
    }

    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.TokenBusy"/>: none came free in time.</exception>
    internal PooledSession Take(Deadline deadline)
    {
        lock (_gate)
        {
            if (_withheld > 0 && clock.GetElapsedTime(_withheldAt) > AskAgain)
            {
                _withheld--;
                _withheldAt = clock.GetTimestamp();
                _permits.Release();
            }
        }
        if (!_permits.Wait(deadline.Remaining))
            throw new Pkcs11Exception(Pkcs11Failure.TokenBusy, token, $"no session came free in time; {Bound} may be used at once.");
        return _idle.TryPop(out var idle) ? idle : new(writes: false);
    }

    /// <summary>Takes a session back. On a thread of the module if the pool has retired, for it is closed then.</summary>
    internal void Return(PooledSession session)
    {
        if (session.Handle != 0)
            _idle.Push(session);
        _permits.Release();
    }

    /// <summary>The token has no more sessions: this one's right is withheld, unless nobody else here has one to wait for.</summary>
    internal bool TryWithhold()
    {
        lock (_gate)
        {
            if (_open == 0 || _withheld == most - 1)
                return false;
            _withheld++;
            _withheldAt = clock.GetTimestamp();
            return true;
        }
    }

    internal void Opened()
    {
        lock (_gate) _open++;
    }

    internal void Gone()
    {
        lock (_gate)
        {
            _open--;
            if (_withheld == 0)
                return;
            _withheld--;
            _permits.Release();
        }
    }

    internal bool IsRetired
    {
        get { lock (_gate) return _retired; }
    }

    /// <summary>No session goes back into use; those that are idle are closed. On a thread of the module.</summary>
    internal void Retire(Cryptoki functions, Pkcs11Exception? because)
    {
        lock (_gate)
            _retired = true;
        while (_idle.TryPop(out var session))
            session.Close(functions, because);
    }
}
