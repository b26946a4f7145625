using MpcSigner.Cryptography.Secrets.Sealing;

namespace MpcSigner.Node.Vault;

/// <summary>A token that does not answer, where the vault is being opened or its key replaced: said as the vault's refusal.</summary>
internal static class Unavailable
{
    /// <exception cref="VaultException">The token does not answer.</exception>
    public static T AsRefusal<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (SealUnavailableException e)
        {
            throw new VaultException(e.IsTokenLost ? VaultRefusal.TokenUnavailable : VaultRefusal.TokenUnfit, e.Message, e);
        }
    }
}
