using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Cryptography.Secrets.Identities;

/// <summary>Signs as this node or client, wherever the key is: in locked memory or in a token.</summary>
public interface IIdentitySigner
{
    Ed25519PublicKey PublicKey { get; }

    /// <summary>Ed25519 (RFC 8032, no pre-hash). Safe for concurrent use.</summary>
    /// <param name="message">What is signed.</param>
    /// <param name="signature">Exactly 64 bytes.</param>
    void Sign(ReadOnlySpan<byte> message, Span<byte> signature);
}

public static class IdentitySignerExtensions
{
    /// <summary>Signs a 32-byte digest, as all statements of the protocols are.</summary>
    public static byte[] Sign(this IIdentitySigner signer, Digest32 digest)
    {
        Span<byte> message = stackalloc byte[Digest32.Size];
        digest.CopyTo(message);
        var signature = new byte[Ed25519Signature.Size];
        signer.Sign(message, signature);
        return signature;
    }
}
