using System.Buffers.Binary;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>K = H("bot-kdf"; setup_sid, i‖b, R_{i,0}, R_{i,1}, B_{i,b}, shared point) of spec §5.1.</summary>
/// <remarks>Branch and instance are hashed: related points of a cheating peer (R_{i,0} = R_{i,1}, say) give unrelated keys.</remarks>
internal sealed class BaseOtKey : IDisposable
{
    /// <summary>Bytes of u16 i ‖ u8 b.</summary>
    internal const int BranchSize = 3;

    private const int Branch = 1, Receivers = 2, Senders = 4, Shared = 5;

    private readonly SecretTranscriptTemplate _hash = new(
        Tags.BaseOtKey, Digest32.Size, BranchSize, SetupLayout.Point, SetupLayout.Point, SetupLayout.Point, SetupLayout.Point);

    internal BaseOtKey(Digest32 setupSid) => setupSid.CopyTo(_hash[0]);

    /// <summary>enc B_{i,b}, to be written before <see cref="Derive"/>. At A it tells the choice.</summary>
    internal Span<byte> SenderPoint => _hash[Senders];

    /// <param name="key">32 bytes of locked memory.</param>
    /// <param name="receiverPoints">All points of M1.</param>
    /// <param name="point">What is multiplied: M_{i,b} at B, B_{i,c} at A.</param>
    /// <param name="scalar">By what, in constant time: e_{i,b} at B, a_i at A.</param>
    internal void Derive(Span<byte> key, int i, int b, ReadOnlySpan<byte> receiverPoints, ReadOnlySpan<byte> point, ReadOnlySpan<byte> scalar)
    {
        WriteBranch(_hash[Branch], i, b);
        SetupLayout.PointOf(receiverPoints, i, 0).CopyTo(_hash[Receivers]);
        SetupLayout.PointOf(receiverPoints, i, 1).CopyTo(_hash[Receivers + 1]);
        Secp256k1Points.Multiply(_hash[Shared], point, scalar);
        _hash.Hash(key);
    }

    /// <summary>u16 i ‖ u8 b.</summary>
    internal static void WriteBranch(Span<byte> field, int i, int b)
    {
        BinaryPrimitives.WriteUInt16BigEndian(field, (ushort)i);
        field[2] = unchecked((byte)b); // an overflow check would be a branch on what may be a choice
    }

    public void Dispose() => _hash.Dispose();
}
