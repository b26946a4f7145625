using MpcSigner.Core.Intents;

namespace MpcSigner.Chains;

/// <summary>What a payload would do, and the very bytes that a signature of it covers. Both come from one reading.</summary>
/// <param name="Message">What goes into the signature scheme: for Ed25519 the message itself, for ECDSA and Taproot a 32-byte digest.</param>
public sealed record DecodedPayload(SigningIntent Intent, ReadOnlyMemory<byte> Message);
