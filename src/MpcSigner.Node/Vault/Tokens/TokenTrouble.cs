using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Pkcs11.Faults;

namespace MpcSigner.Node.Vault.Tokens;

/// <summary>What the binding's failures mean to a vault.</summary>
internal static class TokenTrouble
{
    /// <exception cref="VaultException">The token fails.</exception>
    public static T Refusing<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (Pkcs11Exception e)
        {
            throw Refuse(e);
        }
    }

    public static VaultException Refuse(Pkcs11Exception e) => new(e.Failure switch
    {
        // A token that is not plugged in is one that is not found: it may come.
        Pkcs11Failure.TokenNotFound or Pkcs11Failure.TokenLost or Pkcs11Failure.DeviceFailed or Pkcs11Failure.TokenBusy or Pkcs11Failure.Timeout => VaultRefusal.TokenUnavailable,
        Pkcs11Failure.PinWrong or Pkcs11Failure.PinFinalTry or Pkcs11Failure.PinInvalid => VaultRefusal.WrongPin,
        Pkcs11Failure.PinLocked => VaultRefusal.PinLocked,
        Pkcs11Failure.KeyTooWeak => VaultRefusal.WeakKey,
        Pkcs11Failure.KeyNotFound => VaultRefusal.KeyGone,
        Pkcs11Failure.ModuleUnusable or Pkcs11Failure.TokenAmbiguous or Pkcs11Failure.LoginRequired or Pkcs11Failure.PinUnanswered or Pkcs11Failure.PinNotUsable or Pkcs11Failure.MechanismMissing
            or Pkcs11Failure.KeyAmbiguous or Pkcs11Failure.KeyExists or Pkcs11Failure.KeyRefused or Pkcs11Failure.NotAuthentic or Pkcs11Failure.TokenFull
            or Pkcs11Failure.Forbidden or Pkcs11Failure.HostMemory or Pkcs11Failure.BadAnswer or Pkcs11Failure.Misuse or Pkcs11Failure.VendorCode => VaultRefusal.TokenUnfit,
    }, Say(e), e);

    public static SealUnavailableException Unavailable(Pkcs11Exception e) => new(Say(e), e.Remedy == Remedy.Retry, e);

    public static IdentityUnavailableException NoSignature(Pkcs11Exception e) => new(Say(e), e);

    private static string Say(Pkcs11Exception e) => $"{e.Message.TrimEnd('.')}. {e.NextStep}";
}
