using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Protocols.Frost;

/// <summary>FROST(secp256k1, SHA-256), RFC 9591 §6.5. A signature is enc(R) ‖ enc(z), 65 bytes.</summary>
internal sealed class FrostSecp256k1() : FrostSha256Suite(SchnorrSecp256k1Signature.ContextString)
{
    public static readonly FrostSecp256k1 Instance = new();

    public override PublicScalar Challenge(GroupPoint commitment, GroupPoint publicKey, ReadOnlySpan<byte> message) =>
        SchnorrSecp256k1Signature.Challenge(commitment, publicKey, message);

    public override bool Allows(FrostMode mode, int rootLength) => mode == FrostMode.None && rootLength == 0;

    public override byte[] EncodeSignature(GroupPoint commitment, PublicScalar response) => [.. commitment.Encoded, .. response.Encode()];

    public override bool Verify(GroupPoint publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        SchnorrSecp256k1Signature.Verify(publicKey, message, signature);
}
