using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Pkcs11.Faults;
using MpcSigner.Pkcs11.Keys;

namespace MpcSigner.Node.Vault.Tokens;

/// <summary>An identity key in a token (CKM_EDDSA). Each signature is verified before it is used: a faulty token must not make the node show a bad one, which may tell the key.</summary>
/// <param name="limit">For one signature.</param>
internal sealed class TokenIdentity(SigningKey key, Ed25519PublicKey publicKey, TimeSpan limit) : IIdentitySigner
{
    public Ed25519PublicKey PublicKey => publicKey;

    /// <exception cref="IdentityUnavailableException">The token does not sign now, or not rightly.</exception>
    public void Sign(ReadOnlySpan<byte> message, Span<byte> signature)
    {
        byte[] made;
        try
        {
            made = key.Sign(message, limit);
        }
        catch (Pkcs11Exception e)
        {
            throw TokenTrouble.NoSignature(e);
        }
        if (!publicKey.Verify(message, made))
            throw new IdentityUnavailableException($"the token's signature by {key.Name} does not verify: the token is faulty and must not be used");
        made.CopyTo(signature);
    }

    public override string ToString() => $"TokenIdentity({publicKey})";
}
