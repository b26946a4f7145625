using System.Runtime.ExceptionServices;
using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Modules;

/// <summary>One call, or a sequence of calls, on a thread of its own. Either it ends while its caller waits, or the caller leaves: never both.</summary>
internal sealed class NativeCall(Action body, Action? whenLate)
{
    private const int Running = 0;
    private const int Ended = 1;
    private const int Abandoned = 2;

    [ThreadStatic]
    private static NativeCall? _current;

    private readonly ManualResetEventSlim _done = new(initialState: false, spinCount: 0);
    private ExceptionDispatchInfo? _error;
    private int _state;

    /// <summary>The call that this thread is in; null on other threads.</summary>
    internal static NativeCall? Current => _current;

    /// <summary>Runs on the module's thread. Gives false if the caller had left before it ended.</summary>
    internal bool Execute()
    {
        _current = this;
        try
        {
            body();
        }
        catch (Exception e)
        {
            _error = ExceptionDispatchInfo.Capture(e);
        }
        finally
        {
            _current = null;
            VectorRegisters.Clear();
        }
        if (Interlocked.CompareExchange(ref _state, Ended, Running) == Running)
        {
            _done.Set();
            return true;
        }
        whenLate?.Invoke();
        return false;
    }

    /// <summary>Waits for the end and gives its outcome; false if the limit passed first, and the call is now nobody's.</summary>
    internal bool Wait(TimeSpan limit)
    {
        if (!_done.Wait(limit) && Interlocked.CompareExchange(ref _state, Abandoned, Running) == Running)
            return false;
        // Never disposed: the thread that sets it may still be about it, and without a wait handle it holds nothing.
        _done.Wait();
        _error?.Throw();
        return true;
    }

    /// <summary>The caller has left.</summary>
    internal bool IsAbandoned => Volatile.Read(ref _state) == Abandoned;

    /// <exception cref="OperationCanceledException">The caller has left: nothing further may be begun for it.</exception>
    internal void ThrowIfAbandoned()
    {
        if (IsAbandoned)
            throw new OperationCanceledException("the caller of this call has left");
    }
}
