using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Encodings;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Protocols.Sessions;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>What the initiator asks every signer in the same words (spec §13): osid ‖ T2 ‖ KH ‖ h ‖ u8 count ‖ u32 each ‖ entropy ‖ application payload.</summary>
/// <param name="Osid">32 random bytes that name the request.</param>
/// <param name="Presignature">T2.</param>
/// <param name="RecordHash">KH.</param>
/// <param name="Digest">h, 32 bytes.</param>
/// <param name="Path">Non-hardened indices.</param>
/// <param name="Entropy">32 random bytes, drawn after h and path are fixed.</param>
/// <param name="Application">What the signer's policy judges, and from which it derives h itself where it can.</param>
public sealed record OnlineRequest(
    Bytes32 Osid, Digest32 Presignature, Digest32 RecordHash, Bytes32 Digest, IReadOnlyList<uint> Path, Bytes32 Entropy, ReadOnlyMemory<byte> Application)
{
    /// <summary>What an envelope holds beside the rest: far above the longest signed request with its bookings.</summary>
    public const int MaxApplication = SessionChannel.MaxPayload - FixedSize - 4 * MaxPathLength;

    public const int MaxPathLength = SoftDerivation.MaxPathLength;

    private const int FixedSize = 5 * Bytes32.Size + 1;

    public const int MaxSize = FixedSize + 4 * MaxPathLength + MaxApplication;

    /// <summary>The payload of message type 8.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(FixedSize + 4 * Path.Count + Application.Length)
            .Bytes32(Osid).Bytes32(Presignature.Value).Bytes32(RecordHash.Value).Bytes32(Digest).U8(checked((byte)Path.Count));
        foreach (var index in Path)
            writer.U32(index);
        return writer.Bytes32(Entropy).Bytes(Application.Span).ToArray();
    }

    /// <summary>Reads a request: every bound, no hardened index. The rest is the application's.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out OnlineRequest? request)
    {
        request = null;
        var reader = new ByteReader(payload);
        if (payload.Length > MaxSize || !reader.Bytes32(out var osid) || !reader.Bytes32(out var presignature) || !reader.Bytes32(out var recordHash)
            || !reader.Bytes32(out var digest) || !reader.U8(out var count) || count > MaxPathLength)
            return false;
        var path = new uint[count];
        for (var i = 0; i < count; i++)
        {
            if (!reader.U32(out path[i]))
                return false;
        }
        if (SoftDerivation.Check(path) != DerivationFault.None || !reader.Bytes32(out var entropy)
            || reader.Remaining > MaxApplication || !reader.Bytes(reader.Remaining, out var application))
            return false;
        request = new(osid, new(presignature), new(recordHash), digest, path, entropy, application.ToArray());
        return true;
    }
}
