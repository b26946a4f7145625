using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Keys;

/// <summary>How a sealing key seals. The number stands in what is sealed and never changes.</summary>
public enum SealMethod : byte
{
    /// <summary>AES-GCM in the token.</summary>
    AesGcm = 1,

    /// <summary>AES-GCM here, under a fresh key that the token wraps by <c>CKM_AES_KEY_WRAP_KWP</c>.</summary>
    KeyWrapKwp = 2,

    /// <summary>The same by <c>CKM_AES_KEY_WRAP_PAD</c>.</summary>
    KeyWrapPad = 3,
}

/// <summary>Numbers of a method.</summary>
internal static class SealMethods
{
    internal static CKM MechanismOf(SealMethod method) => method switch
    {
        SealMethod.AesGcm => CKM.AES_GCM,
        SealMethod.KeyWrapKwp => CKM.AES_KEY_WRAP_KWP,
        SealMethod.KeyWrapPad => CKM.AES_KEY_WRAP_PAD,
    };

    internal static bool Wraps(SealMethod method) => method switch
    {
        SealMethod.AesGcm => false,
        SealMethod.KeyWrapKwp or SealMethod.KeyWrapPad => true,
    };
}
