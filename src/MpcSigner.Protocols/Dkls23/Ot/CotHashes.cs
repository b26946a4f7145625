using System.Runtime.Intrinsics;
using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Dkls23.Ot;

/// <summary>What one extension is bound to: setup, context, who receives from whom.</summary>
/// <param name="SetupId">setup_id of the direction sender → receiver of the setup.</param>
/// <param name="Context">ctx of the session that the extension serves.</param>
internal readonly record struct CotTerms(Digest32 SetupId, Digest32 Context, PartyId Receiver, PartyId Sender);

/// <summary>What identifies an extension once COT1 is fixed.</summary>
/// <param name="Session">sid1: fresh by the receiver's ν.</param>
/// <param name="Rows">d_U.</param>
internal readonly record struct CotTranscript(Digest32 Session, Digest32 Rows);

/// <summary>The hashes of spec §6, exact fields of §3.4.</summary>
internal static class CotHashes
{
    private const int Challenges = 4;

    /// <summary>sid1 = H("cote-sid"; setup_id, ctx, u16 pid_recv ‖ u16 pid_send, ν).</summary>
    internal static Digest32 Session(CotTerms terms, Bytes32 nonce)
    {
        Span<byte> pids = [(byte)(terms.Receiver.Value >> 8), (byte)(terms.Receiver.Value & 0xff), (byte)(terms.Sender.Value >> 8), (byte)(terms.Sender.Value & 0xff)];
        return new TranscriptHash(Tags.CotSession).Digest(terms.SetupId).Digest(terms.Context).Bytes(pids).Bytes32(nonce).ToDigest();
    }

    /// <summary>π under K_N = the first 16 bytes of H("cote-prg"; sid1).</summary>
    internal static SessionPermutation PrgPermutation(Digest32 session) => Permutation(new TranscriptHash(Tags.CotPrgKey).Digest(session).ToDigest());

    /// <summary>π under K_C = the first 16 bytes of H("crh-key"; sid2).</summary>
    internal static SessionPermutation CrhPermutation(Digest32 session2) => Permutation(new TranscriptHash(Tags.CrhKey).Digest(session2).ToDigest());

    /// <summary>d_U = H("cote-u"; sid1, U_0, …, U_31).</summary>
    internal static CotTranscript Transcript(Digest32 session, ReadOnlySpan<byte> message)
    {
        var hash = new TranscriptHash(Tags.CotRows).Digest(session);
        for (var tree = 0; tree < OtSizes.Trees; tree++)
            hash.Bytes(message[CotMessage.Row(tree)]);
        return new(session, hash.ToDigest());
    }

    /// <summary>χ_m = the first 16 bytes of H("cote-chi"; sid1, d_U, u32 m), m = 0..3.</summary>
    internal static Vector128<ulong>[] ChallengesOf(CotTranscript transcript)
    {
        var challenges = new Vector128<ulong>[Challenges];
        Span<byte> digest = stackalloc byte[Digest32.Size];
        for (var m = 0; m < Challenges; m++)
        {
            new TranscriptHash(Tags.CotChallenge).Digest(transcript.Session).Digest(transcript.Rows).U32((uint)m).ToDigest().CopyTo(digest);
            challenges[m] = BinaryField.Read(digest);
        }
        return challenges;
    }

    private static SessionPermutation Permutation(Digest32 digest)
    {
        Span<byte> bytes = stackalloc byte[Digest32.Size];
        digest.CopyTo(bytes);
        return new(bytes[..SessionPermutation.KeySize]);
    }
}
