using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Protocols.Vss;

namespace MpcSigner.Protocols.Proofs;

/// <summary>One prover's proofs of a batch and what they are proofs of.</summary>
/// <param name="Statements">X_k.</param>
/// <param name="Proofs">One for each statement, in the same order.</param>
internal readonly record struct ProofClaims(SchnorrContext Context, IReadOnlyList<GroupPoint> Statements, IReadOnlyList<SchnorrProof> Proofs)
{
    /// <summary>Σ ρ·(z·G − A − e·X) = O over all proofs of all provers, with a fresh coefficient for each (spec §9.1).</summary>
    /// <returns>True only if every proof holds, but for a chance of 2^−128; if false, it takes <see cref="SchnorrProof.FindInvalid"/> to name one.</returns>
    public static bool AllHold(IGroup group, IReadOnlyList<ProofClaims> claims, IRandomSource random)
    {
        var count = claims.Sum(claim => claim.Proofs.Count);
        var coefficients = BatchCoefficients.Draw(group, count, random);
        var scalars = new PublicScalar[2 * count + 1];
        var points = new GroupPoint[2 * count + 1];
        var responses = group.Zero;
        var at = 0;
        foreach (var (context, statements, proofs) in claims)
        {
            for (var k = 0; k < proofs.Count; k++, at++)
            {
                var challenge = context.Challenge(group, k, statements[k], proofs[k].Nonce);
                responses = group.AddPublic(responses, group.MultiplyPublic(coefficients[at], proofs[k].Response));
                (scalars[2 * at], points[2 * at]) = (coefficients[at], proofs[k].Nonce);
                (scalars[2 * at + 1], points[2 * at + 1]) = (group.MultiplyPublic(coefficients[at], challenge), statements[k]);
            }
        }
        (scalars[^1], points[^1]) = (group.NegatePublic(responses), group.Generator);
        return group.LinearCombinationPublic(scalars, points).IsIdentity;
    }
}
