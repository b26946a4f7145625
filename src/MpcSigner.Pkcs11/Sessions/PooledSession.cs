using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Sessions;

/// <summary>The right to a session, and the session once it is open. Used by one call at a time.</summary>
internal sealed class PooledSession(bool writes)
{
    /// <summary>May make and destroy objects of the token.</summary>
    internal bool Writes => writes;

    /// <summary>0 while it is not open.</summary>
    internal ulong Handle { get; private set; }

    internal unsafe void Open(Cryptoki functions, ulong slot, string token)
    {
        ulong handle = 0;
        Cryptoki.Check(functions.C_OpenSession(slot, CKF.SERIAL_SESSION | (writes ? CKF.RW_SESSION : 0), &handle), "C_OpenSession", token);
        Handle = handle != CK.INVALID_HANDLE
            ? handle
            : throw new Pkcs11Exception(Pkcs11Failure.BadAnswer, token, "C_OpenSession: no handle.");
    }

    /// <summary>Closes it, unless a failure says that it is gone: its number may be another session's by now.</summary>
    internal void Close(Cryptoki functions, Pkcs11Exception? because = null)
    {
        var handle = Handle;
        Handle = 0;
        if (handle != 0 && because is not { Failure: Pkcs11Failure.TokenLost })
            // A session that does not close is given up: there is nothing else to do with it, and the token's own count shows it.
            _ = functions.C_CloseSession(handle);
    }
}
