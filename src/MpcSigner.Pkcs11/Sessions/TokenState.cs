namespace MpcSigner.Pkcs11.Sessions;

/// <summary>What can be done with a token now.</summary>
public enum TokenState
{
    /// <summary>Away, or it does not answer. Looked for again; nothing is lost.</summary>
    Lost,

    /// <summary>There, but nobody is logged in and no accepted PIN is at hand.</summary>
    LoginRequired,

    /// <summary>It refused the PIN. Nothing is tried until <see cref="Pkcs11Token.Login"/> is called.</summary>
    PinWrong,

    /// <summary>One more wrong PIN locks it: nothing is tried.</summary>
    PinFinalTry,

    /// <summary>Its PIN is locked.</summary>
    PinLocked,

    /// <summary>Keys can be used.</summary>
    Ready,

    /// <summary>No longer in use here.</summary>
    Closed,
}
