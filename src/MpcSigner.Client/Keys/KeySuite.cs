namespace MpcSigner.Client;

/// <summary>What a key signs with. A key is bound to one suite for ever; which of them a cluster offers, its release says.</summary>
public enum KeySuite
{
    /// <summary>ECDSA on secp256k1 (Bitcoin, Ethereum, …).</summary>
    EcdsaSecp256k1 = 1,

    /// <summary>ECDSA on P-256.</summary>
    EcdsaP256 = 2,

    /// <summary>Ed25519 (RFC 8032), made by FROST (RFC 9591): Solana and others.</summary>
    Ed25519 = 3,

    /// <summary>Schnorr signatures on secp256k1 by FROST (RFC 9591).</summary>
    SchnorrSecp256k1 = 4,

    /// <summary>BIP-340 with the tweak of BIP-341: Bitcoin Taproot key path.</summary>
    Taproot = 5,
}

/// <summary>What a key may sign; stated once, at its creation.</summary>
public enum KeyUse
{
    /// <summary>Only payloads that the nodes decode and judge.</summary>
    Transactions = 1,

    /// <summary>Raw bytes too. Whoever may use such a key can have anything signed that policy lets through as raw.</summary>
    TransactionsAndRaw = 2,
}

/// <summary>Where a key stands.</summary>
public enum KeyStanding
{
    /// <summary>Not certified by all of its nodes yet: must not be used, its address must not be published.</summary>
    Pending = 1,

    /// <summary>Certified, verified, ready to sign.</summary>
    Active = 2,
}
