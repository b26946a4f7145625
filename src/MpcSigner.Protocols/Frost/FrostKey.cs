using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Protocols.Frost;

/// <summary>The effective key of a request: every Shamir share x counts as ±x + tweak, and every public share alike (spec §19.3 step 3, §19.5).</summary>
/// <remarks>That is the key's own secret changed in the same way, since Σ λ_i = 1: Σ λ_i·(±x_i + t) = ±x + t.</remarks>
/// <param name="PublicKey">What the signature verifies under: P_τ, or Q of Taproot with even y.</param>
/// <param name="Negated">Whether the stored share counts with the opposite sign.</param>
/// <param name="Tweak">What is added to it afterwards.</param>
internal sealed record FrostKey(GroupPoint PublicKey, bool Negated, PublicScalar Tweak)
{
    /// <summary>±x + tweak. The sign is public.</summary>
    public SecretScalar Effective(SecretScalar share)
    {
        using var signed = Negated ? share.Negate() : share.Copy();
        return signed.AddPublic(Tweak);
    }

    /// <summary>±X + tweak·G.</summary>
    public GroupPoint Effective(GroupPoint publicShare)
    {
        var group = publicShare.Group;
        return group.Add(Negated ? group.Negate(publicShare) : publicShare, group.MultiplyBasePublic(Tweak));
    }
}
