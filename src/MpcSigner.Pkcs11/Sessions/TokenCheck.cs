using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Interop;
using MpcSigner.Pkcs11.Modules;

namespace MpcSigner.Pkcs11.Sessions;

/// <summary>Is module or token still what it was? On a thread of the module.</summary>
internal static unsafe class TokenCheck
{
    /// <summary>Initialises a module that someone ended.</summary>
    internal static void EnsureInitialized(CryptokiModule module)
    {
        CK_INFO info;
        var code = module.Functions.C_GetInfo(&info);
        if (code == (ulong)CKR.CRYPTOKI_NOT_INITIALIZED)
            module.Initialize();
        else
            Cryptoki.Check(code, "C_GetInfo", null);
    }

    /// <summary>Throws if the token is gone or another one; else says whether the login still holds.</summary>
    internal static bool IsThere(TokenConnection connection, string serial)
    {
        var (functions, known) = (connection.Functions, connection.Description);
        CK_TOKEN_INFO token;
        Cryptoki.Check(functions.C_GetTokenInfo(known.Slot, &token), "C_GetTokenInfo", known.Label);
        var found = TokenDescription.From(known.Slot, token);
        if (found.Label != known.Label || found.Serial != serial)
            throw new Pkcs11Exception(Pkcs11Failure.TokenLost, known.Label, $"another token ('{found.Label}', serial {found.Serial}) is in its slot.");
        return IsLoggedIn(connection, connection.Anchor);
    }

    /// <summary>Does a session see what only a user sees?</summary>
    internal static bool IsLoggedIn(TokenConnection connection, ulong session)
    {
        CK_SESSION_INFO info;
        Cryptoki.Check(connection.Functions.C_GetSessionInfo(session, &info), "C_GetSessionInfo", connection.Description.Label);
        return !connection.Description.RequiresLogin || info.state is CK.CKS_RO_USER_FUNCTIONS or CK.CKS_RW_USER_FUNCTIONS;
    }
}
