using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Frost;

/// <summary>FROST(secp256k1, SHA-256), RFC 9591 §6.5. A signature is enc(R) ‖ enc(z), 65 bytes.</summary>
internal sealed class FrostSecp256k1() : FrostSha256Suite(ContextString)
{
    public static readonly FrostSecp256k1 Instance = new();

    private const string ContextString = "FROST-secp256k1-SHA256-v1";
    private static readonly byte[] Chal = Domain(ContextString, "chal");

    public override PublicScalar Challenge(GroupPoint commitment, GroupPoint publicKey, ReadOnlySpan<byte> message) =>
        HashToField.ToScalar(Group, Chal, [.. commitment.Encoded, .. publicKey.Encoded, .. message]);

    public override bool Allows(FrostMode mode, int rootLength) => mode == FrostMode.None && rootLength == 0;

    public override byte[] EncodeSignature(GroupPoint commitment, PublicScalar response) => [.. commitment.Encoded, .. response.Encode()];

    /// <remarks>z·G = R + c·P, both parts of the signature in their only encoding; nobody else verifies this form.</remarks>
    public override bool Verify(GroupPoint publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        if (signature.Length != Group.PointSize + IGroup.ScalarSize || publicKey.IsIdentity
            || !Group.TryDecodePoint(signature[..Group.PointSize], out var commitment)
            || !Group.TryDecodeScalar(signature[Group.PointSize..], out var response))
            return false;
        var challenge = Challenge(commitment, publicKey, message);
        return Group.MultiplyBasePublic(response) == Group.Add(commitment, Group.MultiplyPublic(challenge, publicKey));
    }
}
