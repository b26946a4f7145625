using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkls23.Signing;

/// <summary>The hashes of spec §12, exact fields.</summary>
internal static class PresignHashes
{
    /// <summary>com_i = H("ps-com"; ctx, u16 pid_i, R_i, salt_i).</summary>
    internal static Digest32 Commitment(Digest32 context, PartyId pid, GroupPoint nonce, ReadOnlySpan<byte> salt) =>
        new TranscriptHash(Tags.PresignCommitment).Digest(context).Pid(pid).Point(nonce).Bytes(salt).ToDigest();

    /// <summary>T1 = H("ps-t1"; ctx, list (pid_j ‖ com_j)).</summary>
    internal static Digest32 T1(Digest32 context, IReadOnlyList<(PartyId Pid, Digest32 Commitment)> commitments)
    {
        var hash = new TranscriptHash(Tags.PresignT1).Digest(context).Count(commitments.Count);
        foreach (var (pid, commitment) in commitments)
            hash.Joined(pid, commitment.Value);
        return hash.ToDigest();
    }

    /// <summary>T2 = H("ps-t2"; T1, list (pid_j ‖ R_j ‖ pk_j)).</summary>
    internal static Digest32 T2(Digest32 t1, IReadOnlyList<(PartyId Pid, GroupPoint Nonce, GroupPoint Key)> points)
    {
        var hash = new TranscriptHash(Tags.PresignT2).Digest(t1).Count(points.Count);
        foreach (var (pid, nonce, key) in points)
            hash.Joined(pid.Value, [.. nonce.Encoded, .. key.Encoded]);
        return hash.ToDigest();
    }
}
