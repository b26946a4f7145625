using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Protocols.Frost;

/// <summary>A signer's D ‖ E of round 1 (spec §19.2), with the party it stands for.</summary>
public sealed record FrostCommitment(PartyId Signer, GroupPoint Hiding, GroupPoint Binding)
{
    /// <summary>Bytes of D ‖ E: the payload of message type 10.</summary>
    public static int Size(IGroup group) => 2 * group.PointSize;

    /// <summary>D ‖ E.</summary>
    public byte[] Encode() => [.. Hiding.Encoded, .. Binding.Encoded];

    /// <summary>Strict: exact length, both points in the group and not O.</summary>
    public static bool TryDecode(IGroup group, PartyId signer, ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out FrostCommitment? commitment)
    {
        commitment = null;
        if (encoded.Length != Size(group) || !group.TryDecodePoint(encoded[..group.PointSize], out var hiding)
            || !group.TryDecodePoint(encoded[group.PointSize..], out var binding))
            return false;
        commitment = new(signer, hiding, binding);
        return true;
    }
}
