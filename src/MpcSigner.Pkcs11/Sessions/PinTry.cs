using MpcSigner.Pkcs11.Faults;

namespace MpcSigner.Pkcs11.Sessions;

/// <summary>One login, and what the token said to it: known also when it says so late, to nobody.</summary>
/// <param name="token">The token's label.</param>
/// <param name="known">The PIN is one that the token had accepted before.</param>
internal sealed class PinTry(string token, bool known)
{
    private int _given;
    private Pkcs11Exception? _refusal;
    private volatile bool _isOver;

    /// <summary>The module was called with the PIN.</summary>
    internal bool WasGiven => Volatile.Read(ref _given) != 0;

    /// <summary>It was, and has not said anything yet.</summary>
    internal bool IsOut => WasGiven && !_isOver;

    /// <summary>The token refused the PIN itself; null: it did not, or has not yet.</summary>
    internal Pkcs11Exception? PinRefusal => _isOver && _refusal is { Failure: Pkcs11Failure.PinWrong or Pkcs11Failure.PinLocked or Pkcs11Failure.PinInvalid or Pkcs11Failure.PinNotUsable }
        ? _refusal
        : null;

    /// <summary>Just before the module is called. A full fence: whoever leaves and sees false knows that the call's own look at who waits comes later, and ends it.</summary>
    internal void Give() => Interlocked.Exchange(ref _given, 1);

    /// <summary>Runs the login. On a thread of the module.</summary>
    internal void Run(Action login)
    {
        try
        {
            login();
        }
        catch (Exception e)
        {
            _refusal = e as Pkcs11Exception ?? new(Pkcs11Failure.Timeout, token, "the login was broken off.", inner: e);
            throw;
        }
        finally
        {
            _isOver = true;
        }
    }

    /// <summary>Throws unless the same PIN may be given again by itself.</summary>
    internal void RequireRepeatable()
    {
        if (!WasGiven)
            return;
        if (!_isOver)
            throw StillOut(token);
        if (PinRefusal is { } refusal)
            throw new Pkcs11Exception(refusal.Failure, token, $"the PIN was refused, and is not tried again ({refusal.Message})", inner: refusal);
        if (_refusal is not null && !known)
            throw new Pkcs11Exception(Pkcs11Failure.PinUnanswered, token, $"it was given a PIN and did not say whether it is right; it is not given again by itself ({_refusal.Message})", inner: _refusal);
    }

    internal static Pkcs11Exception StillOut(string token) =>
        new(Pkcs11Failure.TokenLost, token, "it has not answered the last login yet, and no PIN is given meanwhile.");
}
