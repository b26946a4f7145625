using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Verification.Keys;

namespace MpcSigner.Client;

/// <summary>A key at a derivation path, computed here from the certified key; no node is asked.</summary>
/// <remarks>BIP-32 on secp256k1, SLIP-0010 on P-256, the soft derivation of BIP32-Ed25519 on Ed25519; hardened indices need the whole private key, which no machine has.</remarks>
public sealed class DerivedKey
{
    private readonly VerificationKey _key;

    internal DerivedKey(uint[] path, VerificationKey key) => (Path, _key) = (DerivationPath.Write(path), key);

    /// <value>"m/0/1"; "m" for the key itself.</value>
    public string Path { get; }

    /// <value>The public key as its suite encodes it: 32 bytes (RFC 8032) or 33 (SEC 1, compressed). Of a Taproot key the internal key, with its own sign.</value>
    public ReadOnlyMemory<byte> PublicKey => _key.Derived.PublicKey.Encode();

    /// <value>The chain code at the path, 32 bytes.</value>
    public ReadOnlyMemory<byte> ChainCode => _key.Derived.ChainCode.ToArray();

    /// <value>Of a Taproot key x of the output key by the key path and without scripts, 32 bytes; else empty.</value>
    public ReadOnlyMemory<byte> OutputKey => _key.Suite == Core.Keys.Suite.FrostSecp256k1Taproot ? _key.XOnly.ToArray() : default;

    /// <summary>The address in a form; null if keys of this suite have none.</summary>
    public string? AddressOn(AddressForm form) => form switch
    {
        AddressForm.Solana => KeyAddresses.Solana(_key),
        AddressForm.Ethereum => KeyAddresses.Ethereum(_key),
        AddressForm.BitcoinKeyHash => KeyAddresses.BitcoinKeyHash(_key),
        AddressForm.BitcoinTaproot => KeyAddresses.BitcoinTaproot(_key),
    };
}
