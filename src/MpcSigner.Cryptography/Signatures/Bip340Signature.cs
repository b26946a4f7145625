using MpcSigner.Cryptography.Interop.Secp256k1;

namespace MpcSigner.Cryptography.Signatures;

/// <summary>Verification of BIP-340 signatures by libsecp256k1.</summary>
public static class Bip340Signature
{
    /// <summary>x(R) ‖ s.</summary>
    public const int Size = 64;

    public const int PublicKeySize = 32;

    /// <param name="publicKey">x(P), 32 bytes.</param>
    /// <param name="message">Of any length; Taproot signs 32 bytes.</param>
    /// <param name="signature">64 bytes.</param>
    /// <returns>False for a wrong length, a key that is no point and a signature that does not hold alike.</returns>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (publicKey.Length != PublicKeySize || signature.Length != Size)
            return false;
        Span<byte> key = stackalloc byte[Libsecp256k1.XonlyPubkeySize];
        return Libsecp256k1.secp256k1_xonly_pubkey_parse(Libsecp256k1.Context, key, publicKey) == 1
            && Libsecp256k1.secp256k1_schnorrsig_verify(Libsecp256k1.Context, signature, message, (nuint)message.Length, key) == 1;
    }
}
