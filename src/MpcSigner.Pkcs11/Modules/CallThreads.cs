using MpcSigner.Pkcs11.Faults;

namespace MpcSigner.Pkcs11.Modules;

/// <summary>Threads that a module's calls run on, so that one that does not return costs a thread and not its caller.</summary>
/// <param name="maxStalled">So many calls may be out without return; then every call is refused at once.</param>
internal sealed class CallThreads(int maxStalled) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Stack<Worker> _idle = new();
    private int _stalled;
    private bool _closed;

    /// <summary>Calls whose callers have left, and which have not returned.</summary>
    internal int Stalled => Volatile.Read(ref _stalled);

    /// <summary>Runs a body that calls the module, for as long as the deadline allows.</summary>
    /// <param name="what">What is done, for the message.</param>
    /// <param name="token">The token's label, or null.</param>
    /// <param name="deadline">When the caller leaves.</param>
    /// <param name="body">May only touch what outlives the caller.</param>
    /// <param name="whenLate">Runs on the module's thread once a call that was left behind has returned: releases what it held.</param>
    /// <param name="left">Runs on the caller's thread as it leaves, before anyone else can know.</param>
    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.Timeout"/>, <see cref="Pkcs11Failure.TokenLost"/> when too many calls are out, or the body's own.</exception>
    internal void Run(string what, string? token, Deadline deadline, Action body, Action? whenLate = null, Action? left = null)
    {
        if (Stalled >= maxStalled)
            throw new Pkcs11Exception(Pkcs11Failure.TokenLost, token, $"{what}: {Stalled} calls to the module have not returned.");
        if (deadline.Remaining <= TimeSpan.Zero)
            throw new Pkcs11Exception(Pkcs11Failure.Timeout, token, $"{what}: the time limit had passed before the call.");
        var call = new NativeCall(body, () =>
        {
            Interlocked.Decrement(ref _stalled);
            whenLate?.Invoke();
        });
        Take().Begin(call);
        if (call.Wait(deadline.Remaining))
            return;
        // It may have come back since, and been counted down before it is counted up: the sum is right either way.
        Interlocked.Increment(ref _stalled);
        left?.Invoke();
        throw new Pkcs11Exception(Pkcs11Failure.Timeout, token, $"{what}: the module did not answer in time.");
    }

    /// <summary>Idle threads end; those in a call end when it returns.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            while (_idle.TryPop(out var worker))
                worker.End();
        }
    }

    private Worker Take()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            if (_idle.TryPop(out var idle))
                return idle;
        }
        return new(this);
    }

    private bool PutBack(Worker worker)
    {
        lock (_gate)
        {
            if (_closed)
                return false;
            _idle.Push(worker);
            return true;
        }
    }

    private sealed class Worker
    {
        private readonly CallThreads _owner;
        private readonly SemaphoreSlim _wake = new(0);
        private NativeCall? _call;

        internal Worker(CallThreads owner)
        {
            _owner = owner;
            new Thread(Loop) { IsBackground = true, Name = "pkcs11" }.Start();
        }

        internal void Begin(NativeCall call)
        {
            _call = call;
            _wake.Release();
        }

        internal void End() => _wake.Release();

        private void Loop()
        {
            while (true)
            {
                _wake.Wait();
                if (_call is not { } call)
                    return;
                _call = null;
                call.Execute();
                if (!_owner.PutBack(this))
                    return;
            }
        }
    }
}
