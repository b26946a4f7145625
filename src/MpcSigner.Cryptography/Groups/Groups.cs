using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups.Ed25519;

namespace MpcSigner.Cryptography.Groups;

/// <summary>The one place that maps a curve to its group.</summary>
public static class Groups
{
    /// <summary>Whether the curve has a group in this build: asked where the curve comes from outside.</summary>
    public static bool Has(Curve curve) => curve switch
    {
        Curve.Edwards25519 => true,
        Curve.Secp256k1 or Curve.P256 => false,
    };

    /// <exception cref="NotSupportedException">The curve has no group in this build.</exception>
    public static IGroup For(Curve curve) => curve switch
    {
        Curve.Edwards25519 => Ed25519Group.Instance,
        Curve.Secp256k1 => throw NotYet(curve),
        Curve.P256 => throw NotYet(curve),
    };

    private static NotSupportedException NotYet(Curve curve) =>
        new($"this build has no group for {curve.HashName()}: only edwards25519 keys can be made and used");
}
