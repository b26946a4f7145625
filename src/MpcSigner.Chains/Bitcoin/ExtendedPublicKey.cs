using MpcSigner.Chains.Encoding;

namespace MpcSigner.Chains.Bitcoin;

/// <summary>A key on secp256k1 with its chain code in BIP-32's serialization: wallets derive every address of the key from it.</summary>
public static class ExtendedPublicKey
{
    private const int PublicKeySize = 33, ChainCodeSize = 32;

    /// <summary>"xpub": public, main network.</summary>
    private static ReadOnlySpan<byte> Version => [0x04, 0x88, 0xb2, 0x1e];

    /// <summary>Depth 0: a shared key has no parent, whose fingerprint and child number are therefore zero.</summary>
    private static ReadOnlySpan<byte> NoParent => [0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>version ‖ depth ‖ fingerprint ‖ child number ‖ chain code ‖ public key, in Base58Check.</summary>
    /// <param name="publicKey">33 bytes, compressed.</param>
    /// <param name="chainCode">32 bytes.</param>
    /// <exception cref="ArgumentException">Another length.</exception>
    public static string Encode(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> chainCode)
    {
        if (publicKey.Length != PublicKeySize || chainCode.Length != ChainCodeSize)
            throw new ArgumentException($"an extended key has {PublicKeySize} bytes of public key and {ChainCodeSize} of chain code", nameof(publicKey));
        return Base58Check.Encode([.. Version, .. NoParent, .. chainCode, .. publicKey]);
    }
}
