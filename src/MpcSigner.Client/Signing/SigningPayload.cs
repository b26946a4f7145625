namespace MpcSigner.Client;

/// <summary>Bytes to sign, and how the nodes are to read them. Policy judges what they decode from these very bytes.</summary>
public sealed class SigningPayload
{
    private SigningPayload(Core.Requests.PayloadKind kind, ReadOnlyMemory<byte> bytes) => (Kind, Bytes) = (kind, bytes);

    /// <value>As given.</value>
    public ReadOnlyMemory<byte> Bytes { get; }

    internal Core.Requests.PayloadKind Kind { get; }

    /// <summary>A Solana message, legacy or v0: the bytes that its signers sign, at most 1,232.</summary>
    public static SigningPayload SolanaTransaction(ReadOnlyMemory<byte> message) => new(Core.Requests.PayloadKind.SolanaTransaction, message);

    /// <summary>An unsigned Ethereum transaction as libraries serialise it (legacy with or without EIP-155, EIP-2930, EIP-1559), for an ECDSA key on secp256k1. The nodes hash it themselves.</summary>
    public static SigningPayload EvmTransaction(ReadOnlyMemory<byte> unsigned) => new(Core.Requests.PayloadKind.EvmTransaction, unsigned);

    /// <summary>A message under EIP-191 ("personal_sign"), for an ECDSA key on secp256k1: its own bytes, without prefix and not hashed.</summary>
    public static SigningPayload EvmMessage(ReadOnlyMemory<byte> message) => new(Core.Requests.PayloadKind.EvmMessage, message);

    /// <summary>Arbitrary bytes, at most 128 KiB, signed as they are (Ed25519, Schnorr) or as a 32-byte digest (ECDSA, Taproot). Only for keys created for it, and only if policy allows raw.</summary>
    public static SigningPayload Raw(ReadOnlyMemory<byte> bytes) => new(Core.Requests.PayloadKind.Raw, bytes);
}
