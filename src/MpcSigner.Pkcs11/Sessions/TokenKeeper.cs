using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Modules;

namespace MpcSigner.Pkcs11.Sessions;

/// <summary>Keeps a token usable: its state, the connection of the moment, losing it, finding it again.</summary>
internal sealed class TokenKeeper(CryptokiModule module, TokenOptions options, TokenDescription first) : IDisposable
{
    private readonly Lock _gate = new();

    /// <summary>One at a time connects or logs in; the others wait for what comes of it.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    private readonly TokenLogin _login = new(module, options);
    private TokenConnection? _connection;
    private TokenState _state = TokenState.Lost;
    private Pkcs11Exception? _failure;
    private long? _lastTry;

    internal event Action<TokenState>? StateChanged;

    internal TokenState State
    {
        get { lock (_gate) return _state; }
    }

    internal Pkcs11Exception? LastFailure
    {
        get { lock (_gate) return _failure; }
    }

    /// <summary>Its description when it was last found.</summary>
    internal TokenDescription Description
    {
        get { lock (_gate) return _connection?.Description ?? first; }
    }

    internal TokenConnection? Connection
    {
        get { lock (_gate) return _connection; }
    }

    /// <summary>A connection on which keys can be used; one that is lost is looked for if it is time.</summary>
    /// <exception cref="Pkcs11Exception">Why there is none.</exception>
    internal TokenConnection Ready(Deadline deadline)
    {
        lock (_gate)
        {
            if (_state is TokenState.Ready)
                return _connection!;
            if (_state is not TokenState.Lost)
                throw Refusal();
        }
        Heal(deadline, atOnce: false);
        lock (_gate)
            return _state is TokenState.Ready ? _connection! : throw Refusal();
    }

    /// <summary>Looks for the token again, unless that was done a moment ago.</summary>
    internal void Heal(Deadline deadline, bool atOnce)
    {
        Enter(deadline);
        try
        {
            lock (_gate)
            {
                if (_state is not TokenState.Lost)
                    return;
                if (_login.IsOut)
                    throw PinTry.StillOut(first.Label);
                if (!atOnce && _lastTry is { } last && module.Clock.GetElapsedTime(last) < options.HealInterval)
                    throw Refusal();
                _lastTry = module.Clock.GetTimestamp();
            }
            Connect(deadline);
            Settle(_login.Resume(Connection!, deadline));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Logs in with a PIN of the caller.</summary>
    internal void LogIn(ReadOnlySpan<byte> pin, Deadline deadline)
    {
        Enter(deadline);
        try
        {
            if (State is TokenState.Closed)
                throw Refusal();
            if (State is TokenState.Ready)
                return;
            if (_login.IsOut)
                throw PinTry.StillOut(first.Label);
            if (State is TokenState.Lost)
                Connect(deadline);
            var outcome = _login.LogIn(Connection!, pin, deadline);
            Settle(outcome);
            if (outcome.Failure is { } failure)
                throw failure;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Throws unless a PIN may be given without anybody's doing.</summary>
    internal void RequireRepeatable() => _login.RequireRepeatable();

    /// <summary>After a failure: does what its code calls for. Gives true if the same call may well succeed now.</summary>
    internal bool Recover(TokenConnection connection, Pkcs11Exception failure, Deadline deadline)
    {
        var consequence = failure.Code is { } code
            ? ReturnCodes.ConsequenceOf(code)
            : failure.Failure is Pkcs11Failure.TokenLost ? Consequence.Lost : Consequence.None;
        switch (consequence)
        {
            case Consequence.None:
                return false;
            case Consequence.DropSession:
                return true;
            case Consequence.ForgetHandles:
                connection.Handles.Clear();
                return true;
            case Consequence.LogInAgain:
                return ResumeLogin(connection, deadline);
            case Consequence.Reconnect:
                Lose(connection, failure);
                Heal(deadline, atOnce: true);
                return State is TokenState.Ready;
            case Consequence.AskToken:
                AskToken(connection, deadline);
                return false;
            case Consequence.Lost:
                Lose(connection, failure);
                return false;
        }
        throw new InvalidOperationException($"consequence {consequence}");
    }

    /// <summary>Asks the token something simple; loses it if it does not answer, or is another one by now.</summary>
    internal void AskToken(TokenConnection connection, Deadline deadline)
    {
        if (deadline.Remaining == TimeSpan.Zero)
            return;
        var loggedIn = false;
        try
        {
            module.Threads.Run("asking the token", first.Label, deadline, () => loggedIn = TokenCheck.IsThere(connection, first.Serial));
        }
        catch (Pkcs11Exception e) when (e.Failure is not Pkcs11Failure.Timeout)
        {
            Lose(connection, e);
            return;
        }
        catch (Pkcs11Exception)
        {
            // Slow is not lost: the calls that are out are counted, and lose the token when they are too many.
            return;
        }
        if (!loggedIn && State is TokenState.Ready)
            ResumeLogin(connection, deadline);
    }

    internal void Lose(TokenConnection connection, Pkcs11Exception failure)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(connection, _connection) || _state is TokenState.Lost or TokenState.Closed)
                return;
        }
        connection.Lose(failure);
        Change(TokenState.Lost, failure);
    }

    public void Dispose()
    {
        var connection = Connection;
        Change(TokenState.Closed, null);
        _login.Dispose();
        if (connection is null || module.StalledCalls > 0)
            return;
        try
        {
            module.Threads.Run("closing the token", first.Label, Deadline.After(TimeSpan.FromSeconds(5), module.Clock), () => connection.Retire(null));
        }
        catch (Pkcs11Exception e)
        {
            // It is closed here whatever the token makes of it.
            lock (_gate) _failure = e;
        }
    }

    /// <summary>Logs in again where the login was lost; throws why keys cannot be used if that fails, which says more than the code that led here.</summary>
    private bool ResumeLogin(TokenConnection connection, Deadline deadline)
    {
        Enter(deadline);
        try
        {
            if (ReferenceEquals(connection, Connection) && State is TokenState.Ready)
                Settle(_login.Resume(connection, deadline));
            lock (_gate)
                return _state is TokenState.Ready ? true : throw Refusal();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the old connection and makes a new one, not logged in. Only with the turn.</summary>
    private void Connect(Deadline deadline)
    {
        TokenConnection? old, fresh = null;
        Pkcs11Exception? because;
        lock (_gate)
            (old, because) = (_connection, _failure);
        try
        {
            module.Threads.Run(
                "connecting",
                first.Label,
                deadline,
                () =>
                {
                    TokenCheck.EnsureInitialized(module);
                    old?.Retire(because);
                    fresh = TokenConnection.Open(module, options, SlotList.Find(module.Functions, options.Label, first.Serial));
                },
                whenLate: () => fresh?.Retire(null));
        }
        catch (Pkcs11Exception e)
        {
            var lost = e.Failure is Pkcs11Failure.TokenNotFound ? new Pkcs11Exception(Pkcs11Failure.TokenLost, first.Label, $"it is away ({e.Message})", inner: e) : e;
            lock (_gate)
            {
                if (_state is not TokenState.Closed)
                    _failure = lost;
            }
            throw ReferenceEquals(lost, e) ? e : lost;
        }
        // The state stays Lost until the login is settled: a call that looked in between would be told to fetch an operator.
        lock (_gate)
            _connection = fresh;
    }

    private void Settle(TokenLogin.Outcome outcome) => Change(outcome.State, outcome.Failure);

    private void Enter(Deadline deadline)
    {
        if (!_turn.Wait(deadline.Remaining))
            throw new Pkcs11Exception(Pkcs11Failure.TokenLost, first.Label, "it is being connected, which takes longer than this call waits.");
    }

    private void Change(TokenState state, Pkcs11Exception? failure)
    {
        lock (_gate)
        {
            if (_state is TokenState.Closed)
                return;
            _failure = failure;
            if (_state == state)
                return;
            _state = state;
        }
        StateChanged?.Invoke(state);
    }

    /// <summary>Why keys cannot be used now. Within the gate or without.</summary>
    private Pkcs11Exception Refusal()
    {
        var (state, failure) = (_state, _failure);
        var because = failure is null ? "." : $" ({failure.Message})";
        return state switch
        {
            TokenState.Lost => new(Pkcs11Failure.TokenLost, first.Label, $"it is away{because}", inner: failure),
            TokenState.LoginRequired or TokenState.Ready => new(Pkcs11Failure.LoginRequired, first.Label, $"nobody is logged in{because}", inner: failure),
            TokenState.PinWrong => new(Pkcs11Failure.PinWrong, first.Label, $"the PIN was refused, and is not tried again{because}", inner: failure),
            TokenState.PinFinalTry => new(Pkcs11Failure.PinFinalTry, first.Label, $"one more wrong PIN would lock it{because}", inner: failure),
            TokenState.PinLocked => new(Pkcs11Failure.PinLocked, first.Label, $"its PIN is locked{because}", inner: failure),
            TokenState.Closed => new(Pkcs11Failure.Misuse, first.Label, "it was closed here."),
        };
    }
}
