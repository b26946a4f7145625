namespace MpcSigner.Pkcs11.Faults;

/// <summary>What went wrong, as far as a caller must tell it apart.</summary>
public enum Pkcs11Failure
{
    /// <summary>The library is missing, of another kind or machine, or not a Cryptoki module.</summary>
    ModuleUnusable,

    /// <summary>No token of that label (and serial).</summary>
    TokenNotFound,

    /// <summary>More than one token of that label: name the serial.</summary>
    TokenAmbiguous,

    /// <summary>The token is away, or does not answer. It is looked for again.</summary>
    TokenLost,

    /// <summary>The token is there, but this call failed inside it.</summary>
    DeviceFailed,

    /// <summary>No session came free in time, or the token has none left.</summary>
    TokenBusy,

    /// <summary>The time limit passed inside a call, whose outcome is unknown.</summary>
    Timeout,

    /// <summary>Nobody is logged in, and no accepted PIN is at hand.</summary>
    LoginRequired,

    /// <summary>The token refused the PIN. It is not tried again.</summary>
    PinWrong,

    /// <summary>One more wrong PIN locks the token: nothing was tried.</summary>
    PinFinalTry,

    /// <summary>The PIN is locked: the security officer must reset it.</summary>
    PinLocked,

    /// <summary>The token was given a PIN and did not say whether it is right: it may have counted it as wrong. It is not given again by itself.</summary>
    PinUnanswered,

    /// <summary>The PIN has a length or characters that the token cannot have accepted. Nothing was tried, or no try was used up.</summary>
    PinInvalid,

    /// <summary>The PIN must be changed, or was never set, before anyone can log in.</summary>
    PinNotUsable,

    /// <summary>The token lacks a mechanism, a function or a curve.</summary>
    MechanismMissing,

    /// <summary>No key of that label and id.</summary>
    KeyNotFound,

    /// <summary>Several keys of that label and id.</summary>
    KeyAmbiguous,

    /// <summary>There is already a key of that label and id.</summary>
    KeyExists,

    /// <summary>A key's attributes protect it less than required.</summary>
    KeyTooWeak,

    /// <summary>The token does not let this key be used so.</summary>
    KeyRefused,

    /// <summary>What is to be opened was not sealed with this key in this context, or was changed.</summary>
    NotAuthentic,

    /// <summary>No room in the token.</summary>
    TokenFull,

    /// <summary>The token's policy or write protection forbids it.</summary>
    Forbidden,

    /// <summary>This host lacks memory, or may not lock it.</summary>
    HostMemory,

    /// <summary>The module's answer is one that the standard forbids.</summary>
    BadAnswer,

    /// <summary>The call was wrong: ours to mend.</summary>
    Misuse,

    /// <summary>A code that the standard does not know.</summary>
    VendorCode,
}

/// <summary>Who can do something about a failure.</summary>
public enum Remedy
{
    /// <summary>The same call may succeed later; nothing is lost.</summary>
    Retry,

    /// <summary>Someone must act; <see cref="Pkcs11Exception.NextStep"/> says how.</summary>
    Operator,

    /// <summary>A mistake in this program or in the module.</summary>
    Bug,
}
