using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.Signatures;

/// <summary>Schnorr signatures of FROST(secp256k1, SHA-256), RFC 9591 §6.5: enc(R) ‖ z. No chain takes this form; the equation is checked here.</summary>
public static class SchnorrSecp256k1Signature
{
    /// <summary>33 + 32 bytes.</summary>
    public const int Size = 65;

    /// <summary>The suite's contextString, the beginning of each of its domains.</summary>
    public const string ContextString = "FROST-secp256k1-SHA256-v1";

    private static readonly byte[] s_challengeDomain = System.Text.Encoding.ASCII.GetBytes(ContextString + "chal");

    private static IGroup Group => Groups.Groups.For(Curve.Secp256k1);

    /// <summary>c = H2(enc(R) ‖ enc(P) ‖ m).</summary>
    public static PublicScalar Challenge(GroupPoint commitment, GroupPoint publicKey, ReadOnlySpan<byte> message)
    {
        ArgumentNullException.ThrowIfNull(commitment);
        ArgumentNullException.ThrowIfNull(publicKey);
        return HashToField.ToScalar(Group, s_challengeDomain, [.. commitment.Encoded, .. publicKey.Encoded, .. message]);
    }

    /// <summary>z·G = R + c·P, both parts of the signature in their only encoding.</summary>
    /// <returns>False for a wrong length, a part that does not decode, the key O and a signature that does not hold alike.</returns>
    public static bool Verify(GroupPoint publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        if (signature.Length != Size || publicKey.IsIdentity
            || !Group.TryDecodePoint(signature[..Group.PointSize], out var commitment)
            || !Group.TryDecodeScalar(signature[Group.PointSize..], out var response))
            return false;
        return Group.MultiplyBasePublic(response) == Group.Add(commitment, Group.MultiplyPublic(Challenge(commitment, publicKey, message), publicKey));
    }
}
