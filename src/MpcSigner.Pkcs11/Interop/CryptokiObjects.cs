namespace MpcSigner.Pkcs11.Interop;

/// <summary>Functions on objects and with keys.</summary>
internal sealed unsafe partial class Cryptoki
{
    internal ulong C_CreateObject(ulong session, CK_ATTRIBUTE* template, ulong count, ulong* handle) =>
        ((delegate* unmanaged[Cdecl]<ulong, void*, ulong, ulong*, ulong>)At(CreateObject))(session, template, count, handle);

    internal ulong C_DestroyObject(ulong session, ulong handle) => ((delegate* unmanaged[Cdecl]<ulong, ulong, ulong>)AtEvenLate(DestroyObject))(session, handle);

    internal ulong C_GetAttributeValue(ulong session, ulong handle, CK_ATTRIBUTE* template, ulong count) =>
        ((delegate* unmanaged[Cdecl]<ulong, ulong, void*, ulong, ulong>)At(GetAttributeValue))(session, handle, template, count);

    internal ulong C_FindObjectsInit(ulong session, CK_ATTRIBUTE* template, ulong count) =>
        ((delegate* unmanaged[Cdecl]<ulong, void*, ulong, ulong>)At(FindObjectsInit))(session, template, count);

    internal ulong C_FindObjects(ulong session, ulong* handles, ulong max, ulong* count) =>
        ((delegate* unmanaged[Cdecl]<ulong, ulong*, ulong, ulong*, ulong>)At(FindObjects))(session, handles, max, count);

    internal ulong C_FindObjectsFinal(ulong session) => ((delegate* unmanaged[Cdecl]<ulong, ulong>)At(FindObjectsFinal))(session);

    internal ulong C_EncryptInit(ulong session, CK_MECHANISM* mechanism, ulong key) => KeyedInit(EncryptInit, session, mechanism, key);

    internal ulong C_DecryptInit(ulong session, CK_MECHANISM* mechanism, ulong key) => KeyedInit(DecryptInit, session, mechanism, key);

    internal ulong C_SignInit(ulong session, CK_MECHANISM* mechanism, ulong key) => KeyedInit(SignInit, session, mechanism, key);

    internal ulong C_Encrypt(ulong session, byte* input, ulong inputLength, byte* output, ulong* outputLength) =>
        Transform(Encrypt, session, input, inputLength, output, outputLength);

    internal ulong C_Decrypt(ulong session, byte* input, ulong inputLength, byte* output, ulong* outputLength) =>
        Transform(Decrypt, session, input, inputLength, output, outputLength);

    internal ulong C_Sign(ulong session, byte* input, ulong inputLength, byte* output, ulong* outputLength) =>
        Transform(Sign, session, input, inputLength, output, outputLength);

    internal ulong C_GenerateKey(ulong session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* template, ulong count, ulong* handle) =>
        ((delegate* unmanaged[Cdecl]<ulong, void*, void*, ulong, ulong*, ulong>)At(GenerateKey))(session, mechanism, template, count, handle);

    internal ulong C_GenerateKeyPair(
        ulong session, CK_MECHANISM* mechanism, CK_ATTRIBUTE* publicTemplate, ulong publicCount, CK_ATTRIBUTE* privateTemplate, ulong privateCount,
        ulong* publicHandle, ulong* privateHandle) =>
        ((delegate* unmanaged[Cdecl]<ulong, void*, void*, ulong, void*, ulong, ulong*, ulong*, ulong>)At(GenerateKeyPair))(
            session, mechanism, publicTemplate, publicCount, privateTemplate, privateCount, publicHandle, privateHandle);

    internal ulong C_WrapKey(ulong session, CK_MECHANISM* mechanism, ulong wrappingKey, ulong key, byte* output, ulong* outputLength) =>
        ((delegate* unmanaged[Cdecl]<ulong, void*, ulong, ulong, byte*, ulong*, ulong>)At(WrapKey))(session, mechanism, wrappingKey, key, output, outputLength);

    internal ulong C_UnwrapKey(
        ulong session, CK_MECHANISM* mechanism, ulong unwrappingKey, byte* wrapped, ulong wrappedLength, CK_ATTRIBUTE* template, ulong count, ulong* handle) =>
        ((delegate* unmanaged[Cdecl]<ulong, void*, ulong, byte*, ulong, void*, ulong, ulong*, ulong>)At(UnwrapKey))(
            session, mechanism, unwrappingKey, wrapped, wrappedLength, template, count, handle);

    internal ulong C_SeedRandom(ulong session, byte* seed, ulong length) =>
        ((delegate* unmanaged[Cdecl]<ulong, byte*, ulong, ulong>)At(SeedRandom))(session, seed, length);

    internal ulong C_GenerateRandom(ulong session, byte* output, ulong length) =>
        ((delegate* unmanaged[Cdecl]<ulong, byte*, ulong, ulong>)At(GenerateRandom))(session, output, length);

    private ulong KeyedInit(int position, ulong session, CK_MECHANISM* mechanism, ulong key) =>
        ((delegate* unmanaged[Cdecl]<ulong, void*, ulong, ulong>)At(position))(session, mechanism, key);

    private ulong Transform(int position, ulong session, byte* input, ulong inputLength, byte* output, ulong* outputLength) =>
        ((delegate* unmanaged[Cdecl]<ulong, byte*, ulong, byte*, ulong*, ulong>)At(position))(session, input, inputLength, output, outputLength);
}
