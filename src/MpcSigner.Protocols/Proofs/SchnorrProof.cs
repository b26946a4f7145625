using System.Diagnostics.CodeAnalysis;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Protocols.Vss;

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

    /// <summary>Strict: A decodes (≠ O), z below q.</summary>
    public static bool TryDecode(IGroup group, ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out SchnorrProof? proof)
    {
        proof = null;
        if (encoded.Length != Size(group) || !group.TryDecodePoint(encoded[..group.PointSize], out var nonce)
            || !group.TryDecodeScalar(encoded[group.PointSize..], out var response))
            return false;
        proof = new(nonce, response);
        return true;
    }

    /// <summary>z·G = A + e·X.</summary>
    public bool Verify(IGroup group, SchnorrContext context, int index, GroupPoint statement)
    {
        var challenge = context.Challenge(group, index, statement, Nonce);
        return group.MultiplyBasePublic(Response) == group.Add(Nonce, group.MultiplyPublic(challenge, statement));
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
        if (count > 1 && HoldTogether(group, context, statements, proofs, random))
            return [];
        return [.. Enumerable.Range(0, count).Where(k => !proofs[k].Verify(group, context, k, statements[k]))];
    }

    private static bool HoldTogether(
        IGroup group, SchnorrContext context, IReadOnlyList<GroupPoint> statements, IReadOnlyList<SchnorrProof> proofs, IRandomSource random)
    {
        var count = statements.Count;
        var coefficients = BatchCoefficients.Draw(group, count, random);
        var scalars = new PublicScalar[2 * count + 1];
        var points = new GroupPoint[2 * count + 1];
        var responses = group.Zero;
        for (var k = 0; k < count; k++)
        {
            var challenge = context.Challenge(group, k, statements[k], proofs[k].Nonce);
            responses = group.AddPublic(responses, group.MultiplyPublic(coefficients[k], proofs[k].Response));
            (scalars[2 * k], points[2 * k]) = (coefficients[k], proofs[k].Nonce);
            (scalars[2 * k + 1], points[2 * k + 1]) = (group.MultiplyPublic(coefficients[k], challenge), statements[k]);
        }
        (scalars[^1], points[^1]) = (group.NegatePublic(responses), group.Generator);
        return group.LinearCombinationPublic(scalars, points).IsIdentity;
    }
}
