using System.Runtime.InteropServices;

namespace MpcSigner.Pkcs11.Interop;

// Structures of pkcs11t.h as Linux lays them out: CK_ULONG is 8 bytes, natural alignment, no packing (that is Windows').

[StructLayout(LayoutKind.Sequential)]
internal struct CK_VERSION
{
    internal byte major;
    internal byte minor;

    public override readonly string ToString() => $"{major}.{minor:00}";
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CK_INFO
{
    internal CK_VERSION cryptokiVersion;
    internal fixed byte manufacturerID[32];
    internal ulong flags;
    internal fixed byte libraryDescription[32];
    internal CK_VERSION libraryVersion;
}

[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CK_TOKEN_INFO
{
    internal fixed byte label[32];
    internal fixed byte manufacturerID[32];
    internal fixed byte model[16];
    internal fixed byte serialNumber[16];
    internal ulong flags;
    internal ulong ulMaxSessionCount;
    internal ulong ulSessionCount;
    internal ulong ulMaxRwSessionCount;
    internal ulong ulRwSessionCount;
    internal ulong ulMaxPinLen;
    internal ulong ulMinPinLen;
    internal ulong ulTotalPublicMemory;
    internal ulong ulFreePublicMemory;
    internal ulong ulTotalPrivateMemory;
    internal ulong ulFreePrivateMemory;
    internal CK_VERSION hardwareVersion;
    internal CK_VERSION firmwareVersion;
    internal fixed byte utcTime[16];
}

[StructLayout(LayoutKind.Sequential)]
internal struct CK_SESSION_INFO
{
    internal ulong slotID;
    internal ulong state;
    internal ulong flags;
    internal ulong ulDeviceError;
}

[StructLayout(LayoutKind.Sequential)]
internal struct CK_MECHANISM_INFO
{
    internal ulong ulMinKeySize;
    internal ulong ulMaxKeySize;
    internal ulong flags;
}

[StructLayout(LayoutKind.Sequential)]
internal struct CK_ATTRIBUTE
{
    internal ulong type;
    internal nint pValue;
    internal ulong ulValueLen;
}

[StructLayout(LayoutKind.Sequential)]
internal struct CK_MECHANISM
{
    internal ulong mechanism;
    internal nint pParameter;
    internal ulong ulParameterLen;
}

/// <summary>Of 2.40's header and 3.x.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CK_GCM_PARAMS
{
    internal nint pIv;
    internal ulong ulIvLen;
    internal ulong ulIvBits;
    internal nint pAAD;
    internal ulong ulAADLen;
    internal ulong ulTagBits;
}

/// <summary>Of 2.40's text, without <c>ulIvBits</c>; modules built from drafts and older vendor headers take it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CK_GCM_PARAMS_WITHOUT_IV_BITS
{
    internal nint pIv;
    internal ulong ulIvLen;
    internal nint pAAD;
    internal ulong ulAADLen;
    internal ulong ulTagBits;
}

[StructLayout(LayoutKind.Sequential)]
internal struct CK_C_INITIALIZE_ARGS
{
    internal nint CreateMutex;
    internal nint DestroyMutex;
    internal nint LockMutex;
    internal nint UnlockMutex;
    internal ulong flags;
    internal nint pReserved;
}

/// <summary>3.0: what <c>C_GetInterface</c> answers with.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CK_INTERFACE
{
    internal nint pInterfaceName;
    internal nint pFunctionList;
    internal ulong flags;
}
