using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Modules;

namespace MpcSigner.Pkcs11.Interop;

/// <summary>The functions of a module that are used here, taken from its <c>CK_FUNCTION_LIST</c>.</summary>
/// <remarks>
/// Each begins by asking whether its caller still waits: a sequence whose limit passed in its first call must not go on to log in or to make
/// a key when that call comes back at last.
/// </remarks>
internal sealed unsafe partial class Cryptoki
{
    // Positions in the list, which begins with the version, padded to a pointer.
    private const int Initialize = 0, Finalize = 1, GetInfo = 2, GetSlotList = 4, GetTokenInfo = 6, GetMechanismList = 7, GetMechanismInfo = 8,
        InitToken = 9, InitPin = 10, OpenSession = 12, CloseSession = 13, GetSessionInfo = 15, Login = 18, Logout = 19, CreateObject = 20, DestroyObject = 22,
        GetAttributeValue = 24, FindObjectsInit = 26, FindObjects = 27, FindObjectsFinal = 28, EncryptInit = 29, Encrypt = 30, DecryptInit = 33,
        Decrypt = 34, SignInit = 42, Sign = 43, GenerateKey = 58, GenerateKeyPair = 59, WrapKey = 60, UnwrapKey = 61, SeedRandom = 63,
        GenerateRandom = 64;

    private static readonly (int Position, string Name)[] Needed =
    [
        (Initialize, "C_Initialize"), (Finalize, "C_Finalize"), (GetInfo, "C_GetInfo"), (GetSlotList, "C_GetSlotList"), (GetTokenInfo, "C_GetTokenInfo"),
        (GetMechanismList, "C_GetMechanismList"), (GetMechanismInfo, "C_GetMechanismInfo"), (OpenSession, "C_OpenSession"), (CloseSession, "C_CloseSession"),
        (GetSessionInfo, "C_GetSessionInfo"), (Login, "C_Login"), (Logout, "C_Logout"), (CreateObject, "C_CreateObject"), (DestroyObject, "C_DestroyObject"),
        (GetAttributeValue, "C_GetAttributeValue"), (FindObjectsInit, "C_FindObjectsInit"), (FindObjects, "C_FindObjects"),
        (FindObjectsFinal, "C_FindObjectsFinal"), (EncryptInit, "C_EncryptInit"), (Encrypt, "C_Encrypt"), (DecryptInit, "C_DecryptInit"), (Decrypt, "C_Decrypt"),
        (SignInit, "C_SignInit"), (Sign, "C_Sign"), (GenerateKey, "C_GenerateKey"), (GenerateKeyPair, "C_GenerateKeyPair"), (WrapKey, "C_WrapKey"),
        (UnwrapKey, "C_UnwrapKey"), (SeedRandom, "C_SeedRandom"), (GenerateRandom, "C_GenerateRandom"),
    ];

    private readonly nint* _list;

    /// <param name="functionList">A <c>CK_FUNCTION_LIST</c> that lives as long as the process.</param>
    /// <exception cref="Pkcs11Exception"><see cref="Pkcs11Failure.ModuleUnusable"/>: another version, or a function is missing.</exception>
    internal Cryptoki(nint functionList, string path)
    {
        Version = *(CK_VERSION*)functionList;
        _list = (nint*)functionList + 1;
        if (Version.major is < 2 or > 3)
            throw new Pkcs11Exception(Pkcs11Failure.ModuleUnusable, null, $"{path} speaks Cryptoki {Version}; 2.40 or 3.x is needed.");
        var missing = Needed.Where(f => _list[f.Position] == 0).Select(f => f.Name).ToList();
        if (missing is not [])
            throw new Pkcs11Exception(Pkcs11Failure.ModuleUnusable, null, $"{path} lacks functions: {string.Join(", ", missing)}.");
    }

    internal CK_VERSION Version { get; }

    /// <summary>Throws what a code other than <c>CKR_OK</c> means.</summary>
    /// <param name="token">The token's label, for the message.</param>
    internal static void Check(ulong code, string function, string? token)
    {
        if (code != (ulong)CKR.OK)
            throw new Pkcs11Exception(ReturnCodes.FailureOf(code), token, function, code);
    }

    internal ulong C_Initialize(CK_C_INITIALIZE_ARGS* args) => ((delegate* unmanaged[Cdecl]<void*, ulong>)At(Initialize))(args);

    internal ulong C_Finalize() => ((delegate* unmanaged[Cdecl]<void*, ulong>)At(Finalize))(null);

    internal ulong C_GetInfo(CK_INFO* info) => ((delegate* unmanaged[Cdecl]<void*, ulong>)At(GetInfo))(info);

    internal ulong C_GetSlotList(byte tokenPresent, ulong* list, ulong* count) =>
        ((delegate* unmanaged[Cdecl]<byte, ulong*, ulong*, ulong>)At(GetSlotList))(tokenPresent, list, count);

    internal ulong C_GetTokenInfo(ulong slot, CK_TOKEN_INFO* info) => ((delegate* unmanaged[Cdecl]<ulong, void*, ulong>)At(GetTokenInfo))(slot, info);

    internal ulong C_GetMechanismList(ulong slot, ulong* list, ulong* count) =>
        ((delegate* unmanaged[Cdecl]<ulong, ulong*, ulong*, ulong>)At(GetMechanismList))(slot, list, count);

    internal ulong C_GetMechanismInfo(ulong slot, ulong mechanism, CK_MECHANISM_INFO* info) =>
        ((delegate* unmanaged[Cdecl]<ulong, ulong, void*, ulong>)At(GetMechanismInfo))(slot, mechanism, info);

    /// <summary>Not every module has it: a vendor may make tokens by tools of its own.</summary>
    internal bool CanMakeTokens => _list[InitToken] != 0 && _list[InitPin] != 0;

    internal ulong C_InitToken(ulong slot, byte* officerPin, ulong length, byte* label) =>
        ((delegate* unmanaged[Cdecl]<ulong, byte*, ulong, byte*, ulong>)At(InitToken))(slot, officerPin, length, label);

    internal ulong C_InitPIN(ulong session, byte* pin, ulong length) =>
        ((delegate* unmanaged[Cdecl]<ulong, byte*, ulong, ulong>)At(InitPin))(session, pin, length);

    internal ulong C_OpenSession(ulong slot, ulong flags, ulong* session) =>
        ((delegate* unmanaged[Cdecl]<ulong, ulong, void*, void*, ulong*, ulong>)At(OpenSession))(slot, flags, null, null, session);

    internal ulong C_CloseSession(ulong session) => ((delegate* unmanaged[Cdecl]<ulong, ulong>)AtEvenLate(CloseSession))(session);

    internal ulong C_GetSessionInfo(ulong session, CK_SESSION_INFO* info) =>
        ((delegate* unmanaged[Cdecl]<ulong, void*, ulong>)At(GetSessionInfo))(session, info);

    internal ulong C_Login(ulong session, ulong user, byte* pin, ulong length) =>
        ((delegate* unmanaged[Cdecl]<ulong, ulong, byte*, ulong, ulong>)At(Login))(session, user, pin, length);

    internal ulong C_Logout(ulong session) => ((delegate* unmanaged[Cdecl]<ulong, ulong>)At(Logout))(session);

    private nint At(int position)
    {
        NativeCall.Current?.ThrowIfAbandoned();
        return _list[position];
    }

    /// <summary>For what tidies up behind an abandoned call.</summary>
    private nint AtEvenLate(int position) => _list[position];
}
