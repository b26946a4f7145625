using MpcSigner.Pkcs11.Faults;

namespace MpcSigner.Cli.Tokens;

/// <summary>Failures of tokens as this program's own.</summary>
internal static class TokenFailures
{
    /// <exception cref="CliException">The token fails.</exception>
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

    public static CliException Refuse(Pkcs11Exception e)
    {
        var code = e.Remedy switch
        {
            Remedy.Retry => ExitCode.Unavailable,
            Remedy.Operator => ExitCode.Usage,
            Remedy.Bug => ExitCode.Internal,
        };
        return new(code, ReasonOf(e.Failure), e.Message, e.NextStep, e);
    }

    private static string ReasonOf(Pkcs11Failure failure) => failure switch
    {
        Pkcs11Failure.PinWrong => "PIN_WRONG",
        Pkcs11Failure.PinFinalTry => "PIN_FINAL_TRY",
        Pkcs11Failure.PinLocked => "PIN_LOCKED",
        Pkcs11Failure.KeyNotFound or Pkcs11Failure.KeyAmbiguous or Pkcs11Failure.KeyExists or Pkcs11Failure.KeyTooWeak or Pkcs11Failure.KeyRefused => "TOKEN_KEY",
        Pkcs11Failure.TokenLost or Pkcs11Failure.DeviceFailed or Pkcs11Failure.TokenBusy or Pkcs11Failure.Timeout => "TOKEN_LOST",
        Pkcs11Failure.BadAnswer or Pkcs11Failure.Misuse => "TOKEN_MODULE",
        Pkcs11Failure.ModuleUnusable or Pkcs11Failure.TokenNotFound or Pkcs11Failure.TokenAmbiguous or Pkcs11Failure.LoginRequired or Pkcs11Failure.PinUnanswered or Pkcs11Failure.PinInvalid
            or Pkcs11Failure.PinNotUsable or Pkcs11Failure.MechanismMissing or Pkcs11Failure.NotAuthentic or Pkcs11Failure.TokenFull or Pkcs11Failure.Forbidden
            or Pkcs11Failure.HostMemory or Pkcs11Failure.VendorCode => "TOKEN",
    };
}
