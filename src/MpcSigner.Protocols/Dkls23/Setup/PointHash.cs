using System.Buffers.Binary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>HG of spec §5.1: a point of secp256k1 whose discrete logarithm nobody knows, by try and increment.</summary>
/// <remarks>
/// How many tries it takes follows from (i, b, P), which the peer knows once M1 is out: A therefore hashes both branches of each base OT, so that the time of the whole tells nothing of its choice.
/// The preimage stays in locked memory, since the branch that A hashes first is the chosen one.
/// </remarks>
internal sealed class PointHash : IDisposable
{
    private const int Branch = 1, Point = 2, Counter = 3;

    private readonly SecretTranscriptTemplate _x = Template(Tags.BaseOtPoint);
    private readonly SecretTranscriptTemplate _sign = Template(Tags.BaseOtPointSign);
    private readonly SecureMemory _digest = SecureMemory.Allocate(Digest32.Size);
    private readonly SecureMemory _candidate = SecureMemory.Allocate(SetupLayout.Point);

    internal PointHash(Digest32 setupSid)
    {
        setupSid.CopyTo(_x[0]);
        setupSid.CopyTo(_sign[0]);
    }

    /// <param name="point">HG(i, b, P) in the library's form.</param>
    /// <param name="other">enc P, the point of the other branch.</param>
    internal void Hash(Span<byte> point, int i, int b, ReadOnlySpan<byte> other)
    {
        BaseOtKey.WriteBranch(_x[Branch], i, b);
        BaseOtKey.WriteBranch(_sign[Branch], i, b);
        other.CopyTo(_x[Point]);
        other.CopyTo(_sign[Point]);
        Span<byte> digest = _digest.DangerousSpan, candidate = _candidate.DangerousSpan;
        for (uint counter = 0; ; counter++)
        {
            // x = OS2IP(H("bot-h"; …)); odd = low bit of byte 0 of H("bot-h/y"; …); x < p is part of decoding.
            BinaryPrimitives.WriteUInt32BigEndian(_x[Counter], counter);
            BinaryPrimitives.WriteUInt32BigEndian(_sign[Counter], counter);
            _x.Hash(candidate[1..]);
            _sign.Hash(digest);
            candidate[0] = unchecked((byte)(2 | digest[0] & 1));
            if (Secp256k1Points.TryDecodePublic(point, candidate))
                return;
        }
    }

    public void Dispose()
    {
        _x.Dispose();
        _sign.Dispose();
        _digest.Dispose();
        _candidate.Dispose();
    }

    /// <summary>setup_sid, u16 i ‖ u8 b, point of the other branch, u32 ctr.</summary>
    private static SecretTranscriptTemplate Template(Tag tag) => new(tag, Digest32.Size, BaseOtKey.BranchSize, SetupLayout.Point, sizeof(uint));
}
