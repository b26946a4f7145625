namespace MpcSigner.Pkcs11.Interop;

#pragma warning disable CA1707 // names verbatim from pkcs11t.h

/// <summary><c>CKA_*</c>: attributes that are asked for or set here.</summary>
internal enum CKA : ulong
{
    CLASS = 0x0,
    TOKEN = 0x1,
    PRIVATE = 0x2,
    LABEL = 0x3,
    VALUE = 0x11,
    KEY_TYPE = 0x100,
    ID = 0x102,
    SENSITIVE = 0x103,
    ENCRYPT = 0x104,
    DECRYPT = 0x105,
    WRAP = 0x106,
    UNWRAP = 0x107,
    SIGN = 0x108,
    VERIFY = 0x10A,
    DERIVE = 0x10C,
    VALUE_LEN = 0x161,
    EXTRACTABLE = 0x162,
    LOCAL = 0x163,
    NEVER_EXTRACTABLE = 0x164,
    ALWAYS_SENSITIVE = 0x165,
    MODIFIABLE = 0x170,
    EC_PARAMS = 0x180,
    EC_POINT = 0x181,
}

/// <summary><c>CKO_*</c>.</summary>
internal enum CKO : ulong
{
    PUBLIC_KEY = 2,
    PRIVATE_KEY = 3,
    SECRET_KEY = 4,
}

/// <summary><c>CKK_*</c>.</summary>
internal enum CKK : ulong
{
    EC = 0x3,
    AES = 0x1F,
    EC_EDWARDS = 0x40,
}

/// <summary><c>CKM_*</c>. Those above 0x2108 agree in OASIS's 2.40 and 3.0 headers and in the vendors'.</summary>
internal enum CKM : ulong
{
    EC_KEY_PAIR_GEN = 0x1040,
    ECDSA = 0x1041,
    EC_EDWARDS_KEY_PAIR_GEN = 0x1055,
    EDDSA = 0x1057,
    AES_KEY_GEN = 0x1080,
    AES_GCM = 0x1087,
    AES_KEY_WRAP_PAD = 0x210A,
    AES_KEY_WRAP_KWP = 0x210B,
}

/// <summary><c>CKF_*</c>, whose meaning depends on the structure they stand in.</summary>
internal static class CKF
{
    internal const ulong RNG = 1 << 0;
    internal const ulong WRITE_PROTECTED = 1 << 1;
    internal const ulong LOGIN_REQUIRED = 1 << 2;
    internal const ulong USER_PIN_INITIALIZED = 1 << 3;
    internal const ulong PROTECTED_AUTHENTICATION_PATH = 1 << 8;
    internal const ulong TOKEN_INITIALIZED = 1 << 10;
    internal const ulong USER_PIN_COUNT_LOW = 1 << 16;
    internal const ulong USER_PIN_FINAL_TRY = 1 << 17;
    internal const ulong USER_PIN_LOCKED = 1 << 18;

    // Sessions.
    internal const ulong RW_SESSION = 1 << 1;
    internal const ulong SERIAL_SESSION = 1 << 2;

    // C_Initialize.
    internal const ulong OS_LOCKING_OK = 1 << 1;

    // Mechanisms.
    internal const ulong ENCRYPT = 1 << 8;
    internal const ulong DECRYPT = 1 << 9;
    internal const ulong SIGN = 1 << 11;
    internal const ulong GENERATE = 1 << 15;
    internal const ulong GENERATE_KEY_PAIR = 1 << 16;
    internal const ulong WRAP = 1 << 17;
    internal const ulong UNWRAP = 1 << 18;
}

/// <summary>Other numbers.</summary>
internal static class CK
{
    internal const ulong CKU_SO = 0;
    internal const ulong CKU_USER = 1;
    internal const ulong CKS_RO_USER_FUNCTIONS = 1;
    internal const ulong CKS_RW_USER_FUNCTIONS = 3;
    internal const ulong UNAVAILABLE_INFORMATION = ulong.MaxValue;
    internal const ulong EFFECTIVELY_INFINITE = 0;
    internal const ulong INVALID_HANDLE = 0;
    internal const byte TRUE = 1;
    internal const byte FALSE = 0;
}
