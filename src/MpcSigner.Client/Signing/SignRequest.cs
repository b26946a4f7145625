namespace MpcSigner.Client;

/// <summary>A signature to make.</summary>
public sealed record SignRequest
{
    /// <value>64 hexadecimal digits.</value>
    public required string KeyId { get; init; }

    public required SigningPayload Payload { get; init; }

    /// <value>The derivation path of the key that signs, "0/1" or "m/0/1" (<see cref="SigningKey.Derive"/>). Default "m": the key itself.</value>
    public string Path { get; init; } = "m";

    /// <value>For Taproot keys, which key signs. Null: the output key by the key path, without scripts.</value>
    public TaprootSpend? Taproot { get; init; }

    /// <value>As for <see cref="CreateKeysRequest.IdempotencyKey"/>: one key never yields signatures over two payloads.</value>
    public string? IdempotencyKey { get; init; }

    /// <value>As for <see cref="CreateKeysRequest.IssuedAt"/>.</value>
    public DateTimeOffset? IssuedAt { get; init; }

    /// <value>For people; decides nothing. At most 256 characters.</value>
    public string Note { get; init; } = "";
}

/// <summary>A signature that this client has verified under the key's certified public key.</summary>
public sealed record SignResult
{
    internal SignResult() { }

    /// <value>As the suite encodes it; Ed25519: R ‖ s, 64 bytes (RFC 8032); ECDSA: r ‖ s ‖ recovery id, 65 bytes, s always low; Taproot: x(R) ‖ s, 64 bytes (BIP-340); Schnorr on secp256k1: R ‖ z, 65 bytes (RFC 9591).</value>
    public required ReadOnlyMemory<byte> Signature { get; init; }

    /// <value>The payload with its signature in place, ready to be sent, where no other signature is missing; else empty. Put together from the payload and the verified signature.</value>
    public required ReadOnlyMemory<byte> SignedTransaction { get; init; }

    /// <value>What its network calls the signed transaction: its hash (Ethereum: 0x and 64 digits) or first signature (Solana: Base58); null where there is none.</value>
    public required string? TransactionId { get; init; }

    /// <value>For an Ethereum message r ‖ s ‖ v, 65 bytes with v 27 or 28, as wallets answer <c>personal_sign</c>; else empty.</value>
    public required ReadOnlyMemory<byte> MessageSignature { get; init; }

    /// <value>Names of the nodes that took part; empty for a request that was answered before.</value>
    public required IReadOnlyList<string> Signers { get; init; }

    public required SigningKey Key { get; init; }

    /// <value>The derivation path of the key that signed, "m" for the key itself.</value>
    public required string Path { get; init; }

    /// <value>What the signature was verified under: the public key at the path; of a Taproot key x of the key that signed (<see cref="SignRequest.Taproot"/>), 32 bytes.</value>
    public required ReadOnlyMemory<byte> PublicKey { get; init; }

    /// <value>The idempotency key that the request went under.</value>
    public required string IdempotencyKey { get; init; }
}
