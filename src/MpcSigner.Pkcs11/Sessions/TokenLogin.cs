using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Modules;

namespace MpcSigner.Pkcs11.Sessions;

/// <summary>Logging in. A PIN is tried once for each time that somebody gave it, and after that only if the token had accepted it.</summary>
internal sealed class TokenLogin(CryptokiModule module, TokenOptions options) : IDisposable
{
    /// <summary>Set only while the PIN is one that the token took.</summary>
    private KeptPin? _accepted;

    /// <summary>The last time that the token was given a PIN.</summary>
    private volatile PinTry? _last;

    /// <summary>A login was left behind and has not ended: whether its PIN is right is not known, and no other is given.</summary>
    internal bool IsOut => _last is { IsOut: true };

    /// <summary>Throws unless a PIN may be given without anybody's doing.</summary>
    internal void RequireRepeatable() => _last?.RequireRepeatable();

    /// <param name="State">The state that follows.</param>
    /// <param name="Failure">Null if the login holds.</param>
    internal readonly record struct Outcome(TokenState State, Pkcs11Exception? Failure);

    /// <summary>Logs in again after a loss, if a PIN was accepted before and this is not its last try.</summary>
    internal Outcome Resume(TokenConnection connection, Deadline deadline)
    {
        var description = connection.Description;
        if (!description.RequiresLogin)
            return new(TokenState.Ready, null);
        if (_accepted is null)
            return new(TokenState.LoginRequired, new(Pkcs11Failure.LoginRequired, description.Label, "no accepted PIN is at hand."));
        // Said when nobody waited for it any more.
        if (_last?.PinRefusal is { } late)
            return new(After(late), late);
        return Try(connection, _accepted, known: true, allowFinalTry: false, deadline);
    }

    /// <summary>Logs in with a PIN that somebody gave for this.</summary>
    internal Outcome LogIn(TokenConnection connection, ReadOnlySpan<byte> pin, Deadline deadline)
    {
        var description = connection.Description;
        if (!description.RequiresLogin)
            return new(TokenState.Ready, null);
        // No try is spent on what the token cannot have accepted. A token with a PIN pad takes none from us.
        if (!description.HasPinPad && ((ulong)pin.Length < description.MinPinLength || (ulong)pin.Length > Math.Min(description.MaxPinLength, KeptPin.MaxLength)))
        {
            return new(
                TokenState.LoginRequired,
                new(Pkcs11Failure.PinInvalid, description.Label, $"its PINs have {description.MinPinLength} to {description.MaxPinLength} bytes, which the one given has not; it was not tried."));
        }
        Forget();
        var given = new KeptPin(pin);
        try
        {
            var outcome = Try(connection, given, known: false, options.AllowFinalTry, deadline);
            if (outcome.Failure is null)
                (_accepted, given) = (given, null);
            return outcome;
        }
        finally
        {
            given?.Dispose();
        }
    }

    public void Dispose() => Forget();

    private void Forget()
    {
        _accepted?.Dispose();
        _accepted = null;
    }

    private Outcome Try(TokenConnection connection, KeptPin pin, bool known, bool allowFinalTry, Deadline deadline)
    {
        using var memory = CallMemory.Rent();
        var bytes = pin.CopyTo(memory);
        var attempt = new PinTry(connection.Description.Label, known);
        try
        {
            module.Threads.Run(
                "logging in",
                connection.Description.Label,
                deadline,
                () => attempt.Run(() => Inside(connection, bytes, attempt, known, allowFinalTry)),
                whenLate: memory.ReleaseLate,
                left: memory.Abandon);
            return new(TokenState.Ready, null);
        }
        catch (Pkcs11Exception e)
        {
            return new(After(e), e);
        }
        finally
        {
            if (attempt.WasGiven)
                _last = attempt;
        }
    }

    private TokenState After(Pkcs11Exception failure)
    {
        switch (failure.Failure)
        {
            case Pkcs11Failure.PinWrong or Pkcs11Failure.PinInvalid:
                Forget();
                return TokenState.PinWrong;
            case Pkcs11Failure.PinLocked:
                Forget();
                return TokenState.PinLocked;
            case Pkcs11Failure.PinFinalTry:
                return TokenState.PinFinalTry;
            case Pkcs11Failure.PinNotUsable:
                Forget();
                return TokenState.LoginRequired;
            case Pkcs11Failure.TokenLost:
                return TokenState.Lost;
        }
        // Anything else says nothing of the PIN: one that was accepted is tried again when the token is looked for again, another is not.
        return _accepted is null ? TokenState.LoginRequired : TokenState.Lost;
    }

    private static unsafe void Inside(TokenConnection connection, NativeBytes pin, PinTry attempt, bool known, bool allowFinalTry)
    {
        var (functions, label, slot) = (connection.Functions, connection.Description.Label, connection.Description.Slot);
        CK_TOKEN_INFO info;
        Cryptoki.Check(functions.C_GetTokenInfo(slot, &info), "C_GetTokenInfo", label);
        var now = TokenDescription.From(slot, info);
        if (now.PinLocked)
            throw new Pkcs11Exception(Pkcs11Failure.PinLocked, label, "its PIN is locked; none was tried.");
        if (now.PinFinalTry && !allowFinalTry)
            throw new Pkcs11Exception(Pkcs11Failure.PinFinalTry, label, "one more wrong PIN would lock it; none was tried.");

        var given = now.HasPinPad && pin.Length == 0 ? null : (byte*)pin.Address;
        attempt.Give();
        var code = functions.C_Login(connection.Anchor, CK.CKU_USER, given, (ulong)pin.Length);
        if (code == (ulong)CKR.USER_ALREADY_LOGGED_IN)
        {
            // Left over from before, in this process. It says nothing of a PIN that is new, and a wrong one must not be kept as right.
            if (known)
                return;
            Cryptoki.Check(functions.C_Logout(connection.Anchor), "C_Logout", label);
            code = functions.C_Login(connection.Anchor, CK.CKU_USER, given, (ulong)pin.Length);
        }
        Cryptoki.Check(code, "C_Login", label);
    }
}
