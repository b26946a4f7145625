using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Protocols.Proofs;

namespace MpcSigner.Protocols.Dkg;

/// <summary>The broadcast part of round 2 of one dealer, decoded: what round 1 committed to, and the proofs (spec §9.1).</summary>
/// <param name="Points">[k][m] = C_{j,k,m}: N keys of exactly t points.</param>
/// <param name="ChainCodes">cc_{j,k}.</param>
internal sealed record DkgOpening(
    PartyId Dealer, GroupPoint[][] Points, Bytes32[] ChainCodes, Bytes32 Salt, SchnorrProof[] Proofs)
{
    /// <summary>T1 of an opening's payload, whose length was checked.</summary>
    public static Digest32 ReadT1(ReadOnlySpan<byte> payload) => new(payload[..Digest32.Size]);

    /// <summary>The payload: T1 ‖ points key-major ‖ N cc ‖ salt ‖ N PoK.</summary>
    public byte[] Encode(DkgLayout layout, Digest32 t1)
    {
        var writer = new ByteWriter(layout.OpeningPayload).Bytes32(t1.Value);
        foreach (var points in Points)
        {
            foreach (var point in points)
                writer.Bytes(point.Encoded);
        }
        foreach (var chainCode in ChainCodes)
            writer.Bytes32(chainCode);
        writer.Bytes32(Salt);
        foreach (var proof in Proofs)
            writer.Bytes(proof.Encode());
        return writer.ToArray();
    }

    /// <summary>Decodes a payload of the exact length; false when a point or scalar is not canonical, not in the group, or O.</summary>
    public static bool TryDecode(DkgLayout layout, PartyId dealer, ReadOnlySpan<byte> payload, [NotNullWhen(true)] out DkgOpening? opening)
    {
        opening = null;
        var reader = new ByteReader(payload);
        if (payload.Length != layout.OpeningPayload || !reader.Bytes32(out _))
            return false;
        if (!reader.Bytes(layout.Count * layout.Threshold * layout.Group.PointSize, out var encoded))
            return false;
        var chainCodes = new Bytes32[layout.Count];
        for (var k = 0; k < layout.Count; k++)
        {
            if (!reader.Bytes32(out chainCodes[k]))
                return false;
        }
        if (!reader.Bytes32(out var salt))
            return false;
        if (!reader.Bytes(layout.Count * layout.ProofSize, out var encodedProofs) || !reader.AtEnd
            || !TryDecodePoints(layout, encoded, encodedProofs, out var points, out var proofs))
            return false;
        opening = new(dealer, points, chainCodes, salt, proofs);
        return true;
    }

    /// <summary>The points of the polynomials and those of the proofs in one go.</summary>
    private static bool TryDecodePoints(
        DkgLayout layout, ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> encodedProofs,
        [NotNullWhen(true)] out GroupPoint[][]? points, [NotNullWhen(true)] out SchnorrProof[]? proofs)
    {
        (points, proofs) = (null, null);
        var size = layout.Group.PointSize;
        var all = new byte[encoded.Length + layout.Count * size];
        encoded.CopyTo(all);
        SchnorrProof.CopyNonces(layout.Group, encodedProofs, all.AsSpan(encoded.Length));
        var decoded = new GroupPoint?[all.Length / size];
        if (!layout.Group.DecodePoints(all, decoded)
            || !SchnorrProof.TryJoin(layout.Group, decoded.AsSpan(encoded.Length / size), encodedProofs, out proofs))
            return false;
        points = new GroupPoint[layout.Count][];
        for (var k = 0; k < layout.Count; k++)
            points[k] = decoded.AsSpan(k * layout.Threshold, layout.Threshold).ToArray()!;
        return true;
    }

    /// <summary>C_{j,k,0} of all keys: the statements of its proofs.</summary>
    public GroupPoint[] Constants() => [.. Points.Select(points => points[0])];
}
