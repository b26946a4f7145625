using MpcSigner.Cryptography.Secrets.Sealing;
using MpcSigner.Pkcs11.Faults;
using TokenKey = MpcSigner.Pkcs11.Keys.SealingKey;

namespace MpcSigner.Node.Vault.Tokens;

/// <summary>A sealing key in a token, by the binding.</summary>
/// <param name="limit">For one call.</param>
internal sealed class TokenCipher(TokenKey key, TimeSpan limit) : ITokenCipher
{
    public byte[] Seal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> context)
    {
        try
        {
            return key.Seal(secret, context, limit);
        }
        catch (Pkcs11Exception e)
        {
            throw TokenTrouble.Unavailable(e);
        }
    }

    public int SecretLength(ReadOnlySpan<byte> sealedBytes) => TokenKey.OpenedLength(sealedBytes) ?? -1;

    public bool TryOpen(ReadOnlySpan<byte> sealedBytes, ReadOnlySpan<byte> context, Span<byte> secret)
    {
        try
        {
            key.Open(sealedBytes, context, secret, limit);
            return true;
        }
        catch (Pkcs11Exception e) when (e.Failure == Pkcs11Failure.NotAuthentic)
        {
            return false;
        }
        catch (Pkcs11Exception e)
        {
            throw TokenTrouble.Unavailable(e);
        }
    }

    public override string ToString() => key.ToString();
}
