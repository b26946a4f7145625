using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Modules;

/// <summary>A token as it describes itself (<c>C_GetTokenInfo</c>).</summary>
/// <param name="Slot">The slot it is in now: not a name, it may change.</param>
/// <param name="Label">Without padding.</param>
/// <param name="Serial">Distinguishes tokens of one label.</param>
/// <param name="Manufacturer">Its maker.</param>
/// <param name="Model">Its model.</param>
/// <param name="Firmware">Version of its firmware.</param>
/// <param name="Flags">Bits of <c>CK_TOKEN_INFO.flags</c>.</param>
/// <param name="MinPinLength">Bytes.</param>
/// <param name="MaxPinLength">Bytes.</param>
/// <param name="MaxSessions">Sessions it allows; null if it sets no bound or does not say.</param>
public sealed record TokenDescription(
    ulong Slot, string Label, string Serial, string Manufacturer, string Model, string Firmware, ulong Flags, ulong MinPinLength, ulong MaxPinLength, ulong? MaxSessions)
{
    /// <summary>Keys need a login.</summary>
    public bool RequiresLogin => (Flags & CKF.LOGIN_REQUIRED) != 0;

    /// <summary>Initialised: others have no label.</summary>
    public bool IsInitialised => (Flags & CKF.TOKEN_INITIALIZED) != 0;

    /// <summary>It has a random number generator.</summary>
    public bool HasRandom => (Flags & CKF.RNG) != 0;

    /// <summary>Nothing can be written to it.</summary>
    public bool IsWriteProtected => (Flags & CKF.WRITE_PROTECTED) != 0;

    /// <summary>A wrong PIN was given since the last right one.</summary>
    public bool PinCountLow => (Flags & CKF.USER_PIN_COUNT_LOW) != 0;

    /// <summary>One more wrong PIN locks it.</summary>
    public bool PinFinalTry => (Flags & CKF.USER_PIN_FINAL_TRY) != 0;

    /// <summary>The PIN is locked.</summary>
    public bool PinLocked => (Flags & CKF.USER_PIN_LOCKED) != 0;

    /// <summary>The PIN is entered at the token itself.</summary>
    public bool HasPinPad => (Flags & CKF.PROTECTED_AUTHENTICATION_PATH) != 0;

    internal static unsafe TokenDescription From(ulong slot, CK_TOKEN_INFO info) => new(
        slot,
        PaddedText.Read(info.label, 32),
        PaddedText.Read(info.serialNumber, 16),
        PaddedText.Read(info.manufacturerID, 32),
        PaddedText.Read(info.model, 16),
        info.firmwareVersion.ToString(),
        info.flags,
        info.ulMinPinLen,
        info.ulMaxPinLen,
        info.ulMaxSessionCount is CK.UNAVAILABLE_INFORMATION or CK.EFFECTIVELY_INFINITE ? null : info.ulMaxSessionCount);
}
