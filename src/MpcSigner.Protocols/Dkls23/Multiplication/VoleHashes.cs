using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Dkls23.Ot;

namespace MpcSigner.Protocols.Dkls23.Multiplication;

/// <summary>The hashes of spec §7, exact fields of §3.4.</summary>
internal static class VoleHashes
{
    /// <summary>sid2 = H("rvole-sid"; sid1, d_U, T1): T1 holds fresh randomness of the sender, so that no peer can make it repeat (spec §8.3).</summary>
    internal static Digest32 Session(CotTranscript transcript, Digest32 t1) =>
        new TranscriptHash(Tags.VoleSession).Digest(transcript.Session).Digest(transcript.Rows).Digest(t1).ToDigest();

    /// <summary>θ_k = Hs("rvole-theta"; sid2, D, u8 k), k = 0, 1, with D = H("rvole-at"; sid2, ã).</summary>
    internal static (PublicScalar Theta0, PublicScalar Theta1) Thetas(IGroup group, Digest32 session, ReadOnlySpan<byte> corrections)
    {
        var digest = new TranscriptHash(Tags.VoleCorrections).Digest(session).Bytes(corrections).ToDigest();
        return (Theta(group, session, digest, 0), Theta(group, session, digest, 1));
    }

    private static PublicScalar Theta(IGroup group, Digest32 session, Digest32 digest, byte k) =>
        new TranscriptHash(Tags.VoleTheta, group).Digest(session).Digest(digest).U8(k).ToScalar();
}
