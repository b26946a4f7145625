namespace MpcSigner.Pkcs11.Faults;

/// <summary>Who can help, and how, for every failure.</summary>
internal static class Remedies
{
    internal static Remedy Of(Pkcs11Failure failure) => failure switch
    {
        Pkcs11Failure.TokenLost or Pkcs11Failure.DeviceFailed or Pkcs11Failure.TokenBusy or Pkcs11Failure.Timeout => Remedy.Retry,
        Pkcs11Failure.ModuleUnusable or Pkcs11Failure.TokenNotFound or Pkcs11Failure.TokenAmbiguous or Pkcs11Failure.LoginRequired
            or Pkcs11Failure.PinWrong or Pkcs11Failure.PinFinalTry or Pkcs11Failure.PinLocked or Pkcs11Failure.PinUnanswered or Pkcs11Failure.PinInvalid or Pkcs11Failure.PinNotUsable
            or Pkcs11Failure.MechanismMissing or Pkcs11Failure.KeyNotFound or Pkcs11Failure.KeyAmbiguous or Pkcs11Failure.KeyExists
            or Pkcs11Failure.KeyTooWeak or Pkcs11Failure.KeyRefused or Pkcs11Failure.NotAuthentic or Pkcs11Failure.TokenFull
            or Pkcs11Failure.Forbidden or Pkcs11Failure.HostMemory or Pkcs11Failure.VendorCode => Remedy.Operator,
        Pkcs11Failure.BadAnswer or Pkcs11Failure.Misuse => Remedy.Bug,
    };

    internal static string NextStep(Pkcs11Failure failure) => failure switch
    {
        Pkcs11Failure.ModuleUnusable => "Give the absolute path of the vendor's PKCS#11 library for this machine (64-bit Linux).",
        Pkcs11Failure.TokenNotFound => "Check the label with 'pkcs11-tool --module PATH --list-token-slots', and that the token is connected and initialised.",
        Pkcs11Failure.TokenAmbiguous => "Give the serial of the one that is meant, or label the tokens differently.",
        Pkcs11Failure.TokenLost => "Retry; the token is looked for again. If it stays away, check its connection, power and the module's own log.",
        Pkcs11Failure.DeviceFailed => "Retry; if it persists, see the module's own log for this call.",
        Pkcs11Failure.TokenBusy => "Retry; if it persists, allow more sessions here or at the token, or end other users of it.",
        Pkcs11Failure.Timeout => "Retry; if it persists, the token or the network to it is too slow for the time limit.",
        Pkcs11Failure.LoginRequired => "Log in: give the PIN.",
        Pkcs11Failure.PinWrong => "Correct the PIN's source and log in once; nothing is tried meanwhile. Wrong PINs lock a token.",
        Pkcs11Failure.PinFinalTry => "Make sure of the PIN by the vendor's tool: a right one there resets the counter. Or allow the final try for one login.",
        Pkcs11Failure.PinLocked => "The token's security officer must set a new PIN. Find out who used up the tries: treat it as an incident.",
        Pkcs11Failure.PinUnanswered => "Make sure of the PIN by the vendor's tool, and that the token answers within the time limit; then log in once, or start again.",
        Pkcs11Failure.PinInvalid => "Check the PIN's source: length and characters are not ones that this token takes.",
        Pkcs11Failure.PinNotUsable => "Set or change the user PIN with the vendor's tool, then log in.",
        Pkcs11Failure.MechanismMissing => "Enable the mechanism at the token, or use one that has it (pkcs11-tool --list-mechanisms).",
        Pkcs11Failure.KeyNotFound => "Check label and id with 'pkcs11-tool --login --list-objects', and that this is the right token.",
        Pkcs11Failure.KeyAmbiguous => "Find out which of the keys is the right one before removing or renaming the other.",
        Pkcs11Failure.KeyExists => "Use the key that is there, or choose another name.",
        Pkcs11Failure.KeyTooWeak => "Do not use this key: generate a new one by this program and move what it protects.",
        Pkcs11Failure.KeyRefused => "Check the key's permitted uses and the token's policy.",
        Pkcs11Failure.NotAuthentic => "Do not retry: the sealed bytes, or the key they are opened with, are not the ones that belong together.",
        Pkcs11Failure.TokenFull => "Remove retired keys from the token, or use a larger one.",
        Pkcs11Failure.Forbidden => "Check the token's write protection and policy.",
        Pkcs11Failure.HostMemory => "Give this process more memory, and more of it to lock (LimitMEMLOCK= of the service, or 'ulimit -l').",
        Pkcs11Failure.BadAnswer => "Report it to the module's vendor; do not trust the module until it is explained.",
        Pkcs11Failure.Misuse => "Report it as a fault of this program, with this message.",
        Pkcs11Failure.VendorCode => "Look the code up in the vendor's manual.",
    };
}
