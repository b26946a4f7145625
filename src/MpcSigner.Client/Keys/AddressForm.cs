namespace MpcSigner.Client;

/// <summary>The forms of address that a key may have. Which of them it has follows from its suite.</summary>
public enum AddressForm
{
    /// <summary>An account on Solana, Base58: Ed25519 keys.</summary>
    Solana = 1,

    /// <summary>An account on Ethereum and chains like it, with the checksum of EIP-55: ECDSA keys on secp256k1.</summary>
    Ethereum = 2,

    /// <summary>Bitcoin P2WPKH, Bech32: ECDSA keys on secp256k1.</summary>
    BitcoinKeyHash = 3,

    /// <summary>Bitcoin P2TR, Bech32m: Taproot keys, by the key path and without scripts.</summary>
    BitcoinTaproot = 4,
}
