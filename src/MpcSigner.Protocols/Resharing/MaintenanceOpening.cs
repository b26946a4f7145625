using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Protocols.Resharing;

/// <summary>The broadcast part of round 2 of one dealer, decoded: what round 1 committed to (spec §10).</summary>
/// <param name="Points">[k][m]: refresh D_{i,k,1..t−1}; reshare C_{i,k,0..t′−1}; recovery D_{i,k,·} in the order of S.</param>
internal sealed record MaintenanceOpening(PartyId Dealer, GroupPoint[][] Points, Bytes32 Salt)
{
    /// <summary>T1 of an opening's payload, whose length was checked.</summary>
    public static Digest32 ReadT1(ReadOnlySpan<byte> payload) => new(payload[..Digest32.Size]);

    /// <summary>The payload: T1 ‖ points key-major ‖ salt.</summary>
    public byte[] Encode(MaintenanceLayout layout, Digest32 t1)
    {
        var writer = new ByteWriter(layout.OpeningPayload).Bytes32(t1.Value);
        foreach (var points in Points)
        {
            foreach (var point in points)
                writer.Bytes(point.Encoded);
        }
        return writer.Bytes32(Salt).ToArray();
    }

    /// <summary>Decodes a payload of the exact length, all points together; false when one is not canonical, not in the group, or O.</summary>
    public static bool TryDecode(MaintenanceLayout layout, PartyId dealer, ReadOnlySpan<byte> payload, [NotNullWhen(true)] out MaintenanceOpening? opening)
    {
        opening = null;
        var reader = new ByteReader(payload);
        if (!reader.Bytes32(out _) || !reader.Bytes(layout.Count * layout.PointsPerKey * layout.Group.PointSize, out var encoded)
            || !reader.Bytes32(out var salt) || !reader.AtEnd)
            return false;
        var decoded = new GroupPoint?[layout.Count * layout.PointsPerKey];
        if (!layout.Group.DecodePoints(encoded, decoded))
            return false;
        var points = new GroupPoint[layout.Count][];
        for (var k = 0; k < points.Length; k++)
            points[k] = decoded.AsSpan(k * layout.PointsPerKey, layout.PointsPerKey).ToArray()!;
        opening = new(dealer, points, salt);
        return true;
    }
}
