using System.Diagnostics.CodeAnalysis;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Protocols.Proofs;

/// <summary>A proof of knowledge of x with X = x·G: A ‖ z with A = k·G, z = k + e·x (spec §9).</summary>
internal sealed record SchnorrProof(GroupPoint Nonce, PublicScalar Response)
{
    private const int FreshBytes = 32;

    public static int Size(IGroup group) => group.PointSize + IGroup.ScalarSize;

    /// <summary>k = Hs("pok-nonce"; 32 fresh bytes, enc x, context…, X), again if 0; A = k·G; z = k + e·x.</summary>
    /// <param name="index">The key's index in its batch.</param>
    public static SchnorrProof Prove(
        IGroup group, SchnorrContext context, int index, SecretScalar witness, GroupPoint statement, IRandomSource random)
    {
        Span<byte> fresh = stackalloc byte[FreshBytes];
        while (true)
        {
            random.Fill(fresh); // hashed together with the witness: alone it tells nothing of k
            using var hash = new SecretTranscriptHash(Tags.PokNonce, group);
            hash.Bytes(fresh).Secret(witness);
            context.AddTo(hash, index);
            using var nonce = hash.Point(statement).ToScalar();
            if (nonce.IsZero())
                continue; // drawn again
            var commitment = nonce.MultiplyBase();
            using var response = witness.MultiplyAdd(context.Challenge(group, index, statement, commitment), nonce);
            return new(commitment, response.ToPublic());
        }
    }

    /// <summary>A ‖ z.</summary>
    public void Write(Span<byte> destination)
    {
        Nonce.CopyTo(destination);
        Response.CopyTo(destination[Nonce.Group.PointSize..]);
    }

    public byte[] Encode()
    {
        var bytes = new byte[Size(Nonce.Group)];
        Write(bytes);
        return bytes;
    }

    /// <summary>Strict: every A decodes (≠ O), every z is below q.</summary>
    /// <param name="encoded">Proofs one behind the other; another length is refused.</param>
    public static bool TryDecodeAll(IGroup group, ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out SchnorrProof[]? proofs)
    {
        proofs = null;
        if (encoded.Length % Size(group) != 0)
            return false;
        var count = encoded.Length / Size(group);
        var nonces = new byte[count * group.PointSize];
        CopyNonces(group, encoded, nonces);
        var decoded = new GroupPoint?[count];
        return group.DecodePoints(nonces, decoded) && TryJoin(group, decoded!, encoded, out proofs);
    }

    /// <summary>The encodings of A of all proofs, to be decoded together with other points.</summary>
    public static void CopyNonces(IGroup group, ReadOnlySpan<byte> proofs, Span<byte> nonces)
    {
        for (; !proofs.IsEmpty; proofs = proofs[Size(group)..], nonces = nonces[group.PointSize..])
            proofs[..group.PointSize].CopyTo(nonces);
    }

    /// <summary>Proofs whose A are decoded already: reads every z, below q.</summary>
    public static bool TryJoin(IGroup group, ReadOnlySpan<GroupPoint> nonces, ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out SchnorrProof[]? proofs)
    {
        proofs = null;
        var joined = new SchnorrProof[nonces.Length];
        for (var k = 0; k < joined.Length; k++)
        {
            if (!group.TryDecodeScalar(encoded.Slice(k * Size(group) + group.PointSize, IGroup.ScalarSize), out var response))
                return false;
            joined[k] = new(nonces[k], response);
        }
        proofs = joined;
        return true;
    }

    /// <summary>z·G − e·X = A.</summary>
    public bool Verify(IGroup group, SchnorrContext context, int index, GroupPoint statement)
    {
        var challenge = group.NegatePublic(context.Challenge(group, index, statement, Nonce));
        return group.LinearCombinationPublic([Response, challenge], [group.Generator, statement]) == Nonce;
    }

    /// <summary>
    /// Verifies one prover's proofs of a batch: first Σ ρ_k·(z_k·G − A_k − e_k·X_k) = O with fresh coefficients (spec §9.1);
    /// only if that fails one by one.
    /// </summary>
    /// <returns>The indices whose proof is wrong, ascending; empty when all hold.</returns>
    public static IReadOnlyList<int> FindInvalid(
        IGroup group, SchnorrContext context, IReadOnlyList<GroupPoint> statements, IReadOnlyList<SchnorrProof> proofs, IRandomSource random)
    {
        var count = statements.Count;
        if (proofs.Count != count)
            throw new ArgumentException("one proof a statement", nameof(proofs));
        if (count > 1 && ProofClaims.AllHold(group, [new(context, statements, proofs)], random))
            return [];
        return [.. Enumerable.Range(0, count).Where(k => !proofs[k].Verify(group, context, k, statements[k]))];
    }
}
