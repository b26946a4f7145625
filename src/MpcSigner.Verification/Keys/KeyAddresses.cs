using MpcSigner.Chains.Bitcoin;
using MpcSigner.Chains.Evm;
using MpcSigner.Chains.Solana;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Verification.Keys;

/// <summary>Addresses derived from the key itself: a node is never asked for one. Each is null for a key of a suite whose signatures its chain does not take.</summary>
public static class KeyAddresses
{
    /// <summary>The account on Solana: Base58 of the public key.</summary>
    public static string? Solana(VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Suite == Suite.FrostEd25519 ? new SolanaAddress(key.PublicKey.Encoded).ToString() : null;
    }

    /// <summary>The account on Ethereum and its like, with the checksum of EIP-55.</summary>
    public static string? Ethereum(VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Suite == Suite.EcdsaSecp256k1 && EvmAddress.TryFromPublicKey(key.PublicKey.Encoded, out var address) ? address.ToString() : null;
    }

    /// <summary>The P2WPKH address on Bitcoin.</summary>
    public static string? BitcoinKeyHash(VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Suite == Suite.EcdsaSecp256k1 ? BitcoinAddress.OfKeyHash(key.PublicKey.Encoded) : null;
    }

    /// <summary>The P2TR address on Bitcoin of the output that <paramref name="key"/> is.</summary>
    public static string? BitcoinTaproot(VerificationKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return key.Suite == Suite.FrostSecp256k1Taproot ? BitcoinAddress.OfOutputKey(key.XOnly) : null;
    }

    /// <summary>BIP-32's extended public key of a certified record; null for curves without such a form.</summary>
    public static string? Xpub(KeyRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return record.Suite.Curve() == Curve.Secp256k1 ? ExtendedPublicKey.Encode(record.PublicKey.Span, record.ChainCode.ToArray()) : null;
    }
}
