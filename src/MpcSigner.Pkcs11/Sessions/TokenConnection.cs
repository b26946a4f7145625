using System.Collections.Concurrent;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Modules;

namespace MpcSigner.Pkcs11.Sessions;

/// <summary>A token from when it was found until it is lost: slot, sessions, handles. The next connection shares nothing with it.</summary>
internal sealed class TokenConnection
{
    private readonly CryptokiModule _module;
    private readonly PooledSession _anchor;
    private readonly SessionPool _pool;
    private Pkcs11Exception? _lostBy;

    private TokenConnection(CryptokiModule module, TokenDescription description, PooledSession anchor, SessionPool pool, IReadOnlySet<ulong> mechanisms)
    {
        (_module, Description, _anchor, _pool, Mechanisms) = (module, description, anchor, pool, mechanisms);
    }

    internal TokenDescription Description { get; }

    internal IReadOnlySet<ulong> Mechanisms { get; }

    internal Cryptoki Functions => _module.Functions;

    /// <summary>The session that keeps the login alive.</summary>
    internal ulong Anchor => _anchor.Handle;

    internal int SessionBound => _pool.Bound;

    /// <summary>Handles of keys, true for this connection only.</summary>
    internal ConcurrentDictionary<(CKO Class, KeyName Name), ulong> Handles { get; } = new();

    /// <summary>Opens the anchor. On a thread of the module.</summary>
    internal static TokenConnection Open(CryptokiModule module, TokenOptions options, TokenDescription description)
    {
        var anchor = new PooledSession(writes: false);
        anchor.Open(module.Functions, description.Slot, description.Label);
        try
        {
            // The anchor takes one of the token's sessions, and one is left for what writes.
            const ulong Beside = 2;
            var most = description.MaxSessions is { } bound
                ? (int)Math.Clamp(bound > Beside ? bound - Beside : 1, 1, (ulong)options.MaxSessions)
                : options.MaxSessions;
            var mechanisms = SlotList.Mechanisms(module.Functions, description.Slot, description.Label);
            return new(module, description, anchor, new(description.Label, most, module.Clock), mechanisms);
        }
        catch (Pkcs11Exception e)
        {
            anchor.Close(module.Functions, e);
            throw;
        }
    }

    /// <summary>Runs a body in a session. When the deadline passes, session and memory stay with the body until it returns.</summary>
    /// <param name="what">What is done, for messages.</param>
    /// <param name="deadline">When the caller leaves.</param>
    /// <param name="memory">All that the body reads and writes.</param>
    /// <param name="writes">The body makes or destroys objects of the token.</param>
    /// <param name="body">On a thread of the module.</param>
    /// <param name="tidyLate">Undoes what a body that was left behind has done.</param>
    internal void Run(string what, Deadline deadline, CallMemory memory, bool writes, Action<SessionCall> body, Action<SessionCall>? tidyLate)
    {
        while (true)
        {
            var session = writes ? new PooledSession(writes: true) : _pool.Take(deadline);
            bool left = false, withheld = false;
            try
            {
                _module.Threads.Run(
                    what,
                    Description.Label,
                    deadline,
                    () => Inside(session, memory, body, tidyLate),
                    whenLate: () => AfterLate(session, memory),
                    left: () =>
                    {
                        left = true;
                        memory.Abandon();
                    });
                return;
            }
            catch (Pkcs11Exception e) when (!writes && e.Is(CKR.SESSION_COUNT) && _pool.TryWithhold())
            {
                // Another call here has a session: wait for that one.
                withheld = true;
            }
            finally
            {
                if (!left && !writes && !withheld)
                    _pool.Return(session);
            }
        }
    }

    /// <summary>It is lost: its sessions are gone, whatever their calls say when they come back.</summary>
    internal void Lose(Pkcs11Exception because) => Interlocked.CompareExchange(ref _lostBy, because, null);

    /// <summary>Ends it: idle sessions and the anchor are closed, the others when their calls return. On a thread of the module.</summary>
    /// <param name="because">Why; sessions of a token that is gone are not closed, for their numbers may be reused.</param>
    internal void Retire(Pkcs11Exception? because)
    {
        // What lost it counts for more than why it could not be replaced since.
        var why = Volatile.Read(ref _lostBy) ?? because;
        _pool.Retire(Functions, why);
        _anchor.Close(Functions, why);
    }

    private void Inside(PooledSession session, CallMemory memory, Action<SessionCall> body, Action<SessionCall>? tidyLate)
    {
        if (session.Handle == 0)
        {
            session.Open(Functions, Description.Slot, Description.Label);
            if (!session.Writes)
                _pool.Opened();
        }
        var call = new SessionCall(this, session, memory);
        Pkcs11Exception? failed = null;
        try
        {
            body(call);
        }
        catch (Pkcs11Exception e) when (e.Code is not null || e.Failure is Pkcs11Failure.BadAnswer)
        {
            // Whatever was begun in it may still be going on.
            failed = e;
            throw;
        }
        finally
        {
            try
            {
                if (NativeCall.Current is { IsAbandoned: true })
                    tidyLate?.Invoke(call);
            }
            finally
            {
                if (failed is not null || session.Writes || _pool.IsRetired)
                    Drop(session, failed);
            }
        }
    }

    private void AfterLate(PooledSession session, CallMemory memory)
    {
        memory.ReleaseLate();
        Drop(session, null);
        if (!session.Writes)
            _pool.Return(session);
    }

    private void Drop(PooledSession session, Pkcs11Exception? because)
    {
        if (session.Handle == 0)
            return;
        session.Close(Functions, Volatile.Read(ref _lostBy) ?? because);
        if (!session.Writes)
            _pool.Gone();
    }
}
