using System.Globalization;
using MpcSigner.Pkcs11.Interop;

namespace MpcSigner.Pkcs11.Faults;

/// <summary>What a token's code means for the connection to it, beside the failure that the caller sees.</summary>
internal enum Consequence
{
    /// <summary>The call failed; sessions, login and token are as they were.</summary>
    None,

    /// <summary>This session is spoilt; another may do.</summary>
    DropSession,

    /// <summary>All sessions are gone: connect anew.</summary>
    Reconnect,

    /// <summary>The login is gone.</summary>
    LogInAgain,

    /// <summary>Handles of objects are no longer true.</summary>
    ForgetHandles,

    /// <summary>Perhaps only this call, perhaps the token: ask it something simple.</summary>
    AskToken,

    /// <summary>The token is away.</summary>
    Lost,
}

/// <summary>Every <c>CKR_*</c>: its name, the failure it is, its consequence.</summary>
internal static class ReturnCodes
{
    // Headers that follow 2.40's errata number five codes from 0x1C0 on, OASIS's from 0x1B5 on.
    private const ulong ErrataFirst = 0x1C0;
    private const ulong ErrataLast = 0x1C4;

    /// <summary>The member that a module means; null for a vendor's or unknown number.</summary>
    internal static CKR? Known(ulong code)
    {
        var number = code is >= ErrataFirst and <= ErrataLast ? code - ErrataFirst + (ulong)CKR.EXCEEDED_MAX_ITERATIONS : code;
        return Enum.IsDefined((CKR)number) && number != (ulong)CKR.VENDOR_DEFINED ? (CKR)number : null;
    }

    internal static string NameOf(ulong code) => Known(code) is { } known
        ? $"CKR_{known}"
        : string.Create(CultureInfo.InvariantCulture, $"{(code >= (ulong)CKR.VENDOR_DEFINED ? "vendor" : "unknown")} code 0x{code:X8}");

    internal static string Describe(ulong code) => Known(code) is { } known
        ? string.Create(CultureInfo.InvariantCulture, $"CKR_{known} (0x{code:X})")
        : NameOf(code);

    internal static Pkcs11Failure FailureOf(ulong code) => Known(code) is { } known ? FailureOf(known) : Pkcs11Failure.VendorCode;

    /// <summary>A vendor's code may mean anything: the token is asked.</summary>
    internal static Consequence ConsequenceOf(ulong code) => Known(code) is { } known ? ConsequenceOf(known) : Consequence.AskToken;

    private static Pkcs11Failure FailureOf(CKR code) => code switch
    {
        CKR.HOST_MEMORY => Pkcs11Failure.HostMemory,
        CKR.SLOT_ID_INVALID or CKR.DEVICE_REMOVED or CKR.TOKEN_NOT_PRESENT or CKR.TOKEN_NOT_RECOGNIZED
            or CKR.CRYPTOKI_NOT_INITIALIZED or CKR.SESSION_CLOSED or CKR.SESSION_HANDLE_INVALID => Pkcs11Failure.TokenLost,
        CKR.GENERAL_ERROR or CKR.FUNCTION_FAILED or CKR.DEVICE_ERROR or CKR.CANCEL or CKR.FUNCTION_CANCELED
            or CKR.FUNCTION_REJECTED or CKR.OPERATION_CANCEL_FAILED or CKR.OPERATION_ACTIVE or CKR.MUTEX_BAD or CKR.MUTEX_NOT_LOCKED
            or CKR.FIPS_SELF_TEST_FAILED or CKR.LIBRARY_LOAD_FAILED or CKR.EXCEEDED_MAX_ITERATIONS => Pkcs11Failure.DeviceFailed,
        CKR.SESSION_COUNT => Pkcs11Failure.TokenBusy,
        CKR.USER_NOT_LOGGED_IN or CKR.USER_ANOTHER_ALREADY_LOGGED_IN => Pkcs11Failure.LoginRequired,
        CKR.PIN_INCORRECT => Pkcs11Failure.PinWrong,
        CKR.PIN_LOCKED => Pkcs11Failure.PinLocked,
        CKR.PIN_INVALID or CKR.PIN_LEN_RANGE or CKR.PIN_TOO_WEAK => Pkcs11Failure.PinInvalid,
        CKR.PIN_EXPIRED or CKR.USER_PIN_NOT_INITIALIZED or CKR.NEW_PIN_MODE or CKR.NEXT_OTP => Pkcs11Failure.PinNotUsable,
        CKR.MECHANISM_INVALID or CKR.MECHANISM_PARAM_INVALID or CKR.FUNCTION_NOT_SUPPORTED or CKR.CURVE_NOT_SUPPORTED
            or CKR.DOMAIN_PARAMS_INVALID or CKR.RANDOM_NO_RNG or CKR.RANDOM_SEED_NOT_SUPPORTED
            or CKR.SESSION_PARALLEL_NOT_SUPPORTED or CKR.KEY_SIZE_RANGE => Pkcs11Failure.MechanismMissing,
        CKR.KEY_HANDLE_INVALID or CKR.OBJECT_HANDLE_INVALID or CKR.WRAPPING_KEY_HANDLE_INVALID
            or CKR.UNWRAPPING_KEY_HANDLE_INVALID => Pkcs11Failure.KeyNotFound,
        CKR.KEY_FUNCTION_NOT_PERMITTED or CKR.KEY_TYPE_INCONSISTENT or CKR.KEY_NOT_WRAPPABLE or CKR.KEY_UNEXTRACTABLE
            or CKR.KEY_NOT_NEEDED or CKR.KEY_CHANGED or CKR.KEY_NEEDED or CKR.KEY_INDIGESTIBLE or CKR.KEY_EXHAUSTED
            or CKR.WRAPPING_KEY_SIZE_RANGE or CKR.WRAPPING_KEY_TYPE_INCONSISTENT or CKR.UNWRAPPING_KEY_SIZE_RANGE
            or CKR.UNWRAPPING_KEY_TYPE_INCONSISTENT or CKR.ATTRIBUTE_SENSITIVE or CKR.INFORMATION_SENSITIVE
            or CKR.PUBLIC_KEY_INVALID => Pkcs11Failure.KeyRefused,
        CKR.ENCRYPTED_DATA_INVALID or CKR.ENCRYPTED_DATA_LEN_RANGE or CKR.AEAD_DECRYPT_FAILED or CKR.SIGNATURE_INVALID
            or CKR.SIGNATURE_LEN_RANGE or CKR.WRAPPED_KEY_INVALID or CKR.WRAPPED_KEY_LEN_RANGE => Pkcs11Failure.NotAuthentic,
        CKR.DEVICE_MEMORY or CKR.TOKEN_RESOURCE_EXCEEDED => Pkcs11Failure.TokenFull,
        CKR.TOKEN_WRITE_PROTECTED or CKR.ACTION_PROHIBITED or CKR.ATTRIBUTE_READ_ONLY or CKR.SESSION_READ_ONLY => Pkcs11Failure.Forbidden,
        CKR.CANT_LOCK or CKR.NEED_TO_CREATE_THREADS => Pkcs11Failure.ModuleUnusable,
        CKR.OK or CKR.NO_EVENT or CKR.BUFFER_TOO_SMALL or CKR.SAVED_STATE_INVALID or CKR.STATE_UNSAVEABLE => Pkcs11Failure.BadAnswer,
        CKR.ARGUMENTS_BAD or CKR.ATTRIBUTE_TYPE_INVALID or CKR.ATTRIBUTE_VALUE_INVALID or CKR.DATA_INVALID or CKR.DATA_LEN_RANGE
            or CKR.FUNCTION_NOT_PARALLEL or CKR.OPERATION_NOT_INITIALIZED or CKR.SESSION_EXISTS or CKR.SESSION_READ_ONLY_EXISTS
            or CKR.SESSION_READ_WRITE_SO_EXISTS or CKR.TEMPLATE_INCOMPLETE or CKR.TEMPLATE_INCONSISTENT or CKR.USER_ALREADY_LOGGED_IN
            or CKR.USER_TYPE_INVALID or CKR.USER_TOO_MANY_TYPES or CKR.CRYPTOKI_ALREADY_INITIALIZED => Pkcs11Failure.Misuse,
        CKR.VENDOR_DEFINED => Pkcs11Failure.VendorCode,
    };

    private static Consequence ConsequenceOf(CKR code)
    {
        if (code is CKR.SESSION_CLOSED or CKR.SESSION_HANDLE_INVALID)
            return Consequence.Reconnect;
        if (code is CKR.OPERATION_ACTIVE or CKR.OPERATION_NOT_INITIALIZED or CKR.OPERATION_CANCEL_FAILED)
            return Consequence.DropSession;
        return code is CKR.USER_NOT_LOGGED_IN ? Consequence.LogInAgain : ConsequenceOf(FailureOf(code));
    }

    private static Consequence ConsequenceOf(Pkcs11Failure failure) => failure switch
    {
        Pkcs11Failure.TokenLost => Consequence.Lost,
        Pkcs11Failure.DeviceFailed or Pkcs11Failure.VendorCode => Consequence.AskToken,
        Pkcs11Failure.KeyNotFound => Consequence.ForgetHandles,
        Pkcs11Failure.ModuleUnusable or Pkcs11Failure.TokenNotFound or Pkcs11Failure.TokenAmbiguous or Pkcs11Failure.TokenBusy or Pkcs11Failure.Timeout
            or Pkcs11Failure.LoginRequired or Pkcs11Failure.PinWrong or Pkcs11Failure.PinFinalTry or Pkcs11Failure.PinLocked or Pkcs11Failure.PinUnanswered
            or Pkcs11Failure.PinInvalid or Pkcs11Failure.PinNotUsable or Pkcs11Failure.MechanismMissing or Pkcs11Failure.KeyAmbiguous
            or Pkcs11Failure.KeyExists or Pkcs11Failure.KeyTooWeak or Pkcs11Failure.KeyRefused or Pkcs11Failure.NotAuthentic
            or Pkcs11Failure.TokenFull or Pkcs11Failure.Forbidden or Pkcs11Failure.HostMemory or Pkcs11Failure.BadAnswer
            or Pkcs11Failure.Misuse => Consequence.None,
    };
}
