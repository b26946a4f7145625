using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Proofs;

/// <summary>What a batch of Schnorr proofs is bound to (spec §3.4, §9): purpose, session and prover. The index k in the batch joins for each proof.</summary>
/// <remarks>A proof made for another purpose, session, party or key is a proof of nothing here.</remarks>
internal sealed class SchnorrContext
{
    private readonly Tag _tag;
    private readonly Digest32[] _transcripts;
    private readonly PartyId _prover;

    private SchnorrContext(Tag tag, Digest32[] transcripts, PartyId prover)
    {
        _tag = tag;
        _transcripts = transcripts;
        _prover = prover;
    }

    /// <summary>pok-dkg: the prover knows the constant terms it opened; context (T1, pid, k).</summary>
    public static SchnorrContext OfConstants(Digest32 t1, PartyId prover) => new(Tags.PokDkg, [t1], prover);

    /// <summary>pok-share: the prover holds the shares of its public shares; context (T2, KHR, pid, k).</summary>
    public static SchnorrContext OfShares(Digest32 t2, Digest32 recordsRoot, PartyId prover) => new(Tags.PokShare, [t2, recordsRoot], prover);

    /// <summary>e = Hs(tag; context…, u16 k, X, A).</summary>
    public PublicScalar Challenge(IGroup group, int k, GroupPoint statement, GroupPoint nonce)
    {
        var hash = new TranscriptHash(_tag, group);
        foreach (var transcript in _transcripts)
            hash.Digest(transcript);
        return hash.Pid(_prover).U16(checked((ushort)k)).Point(statement).Point(nonce).ToScalar();
    }

    /// <summary>Adds context…, u16 k to the hash that makes a nonce.</summary>
    public void AddTo(SecretTranscriptHash hash, int k)
    {
        foreach (var transcript in _transcripts)
            hash.Digest(transcript);
        hash.Pid(_prover).U16(checked((ushort)k));
    }
}
