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
        commitment = encoded.Length == Size(group) ? DecodeAll(group, [signer], encoded)[0] : null;
        return commitment is not null;
    }

    /// <summary>The commitments of several signers, one behind the other: null where one is not valid. Cheaper than one by one.</summary>
    /// <param name="encoded">D ‖ E of each signer.</param>
    internal static FrostCommitment?[] DecodeAll(IGroup group, ReadOnlySpan<PartyId> signers, ReadOnlySpan<byte> encoded)
    {
        var points = new GroupPoint?[2 * signers.Length];
        group.DecodePoints(encoded, points);
        var commitments = new FrostCommitment?[signers.Length];
        for (var i = 0; i < commitments.Length; i++)
            commitments[i] = points[2 * i] is { } hiding && points[2 * i + 1] is { } binding ? new(signers[i], hiding, binding) : null;
        return commitments;
    }
}
