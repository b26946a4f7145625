namespace MpcSigner.Core.Requests;

/// <summary>How a payload's bytes are to be read; the number is the wire's.</summary>
public enum PayloadKind
{
    /// <summary>Arbitrary bytes, signed as they are (Ed25519, Schnorr) or a 32-byte digest (ECDSA, Taproot). Only for keys created for it.</summary>
    Raw = 1,

    /// <summary>A Solana message (legacy or v0): the bytes that are signed.</summary>
    SolanaTransaction = 2,

    /// <summary>An unsigned Ethereum transaction (RLP or typed).</summary>
    EvmTransaction = 3,

    /// <summary>A message under EIP-191.</summary>
    EvmMessage = 4,
}

/// <summary>What a key may sign, stated once at its creation.</summary>
public enum KeyUsage
{
    /// <summary>Only payloads that nodes decode.</summary>
    Transactions = 1,

    /// <summary>Raw bytes too: whoever may use the key can have anything signed that policy lets through as raw.</summary>
    TransactionsAndRaw = 2,
}
