using MpcSigner.Core.Identities;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.Derivation;

/// <summary>Why a path cannot be derived.</summary>
public enum DerivationFault : byte
{
    None = 0,

    /// <summary>An index of 2^31 or more: it needs the private key, which nobody has.</summary>
    HardenedIndex,

    /// <summary>More indices than <see cref="SoftDerivation.MaxPathLength"/>.</summary>
    PathTooLong,

    /// <summary>A child is the identity, or a step has no valid result at this index: take another index.</summary>
    InvalidChild,
}

/// <summary>The child that a path leads to.</summary>
/// <param name="Tweak">τ, the sum of the steps' tweaks mod q.</param>
/// <param name="PublicKey">P_τ = P + τ·G.</param>
/// <param name="ChainCode">The child's own.</param>
public sealed record DerivedKey(PublicScalar Tweak, GroupPoint PublicKey, Digest32 ChainCode);

/// <summary>What all soft derivations share (spec §11).</summary>
public static class SoftDerivation
{
    /// <summary>As many as a client's request may have: nobody needs more levels.</summary>
    public const int MaxPathLength = RequestAction.Sign.MaxPathLength;

    /// <summary>The first hardened index.</summary>
    public const uint Hardened = 0x8000_0000;

    /// <summary>Bounds that hold for every curve; the path is judged before anything is computed.</summary>
    public static DerivationFault Check(ReadOnlySpan<uint> path)
    {
        if (path.Length > MaxPathLength)
            return DerivationFault.PathTooLong;
        foreach (var index in path)
        {
            if (index >= Hardened)
                return DerivationFault.HardenedIndex;
        }
        return DerivationFault.None;
    }

    /// <summary>The child P + τ·G of one step. False where it is O, which has no encoding and is nobody's key.</summary>
    internal static bool TryChild(GroupPoint parent, PublicScalar tweak, out GroupPoint child)
    {
        child = parent.Group.Add(parent, parent.Group.MultiplyBasePublic(tweak));
        return !child.IsIdentity;
    }
}
