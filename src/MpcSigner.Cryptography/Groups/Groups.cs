using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups.Ed25519;
using MpcSigner.Cryptography.Groups.P256;
using MpcSigner.Cryptography.Groups.Secp256k1;

namespace MpcSigner.Cryptography.Groups;

/// <summary>The one place that maps a curve to its group.</summary>
public static class Groups
{
    public static IGroup For(Curve curve) => curve switch
    {
        Curve.Edwards25519 => Ed25519Group.Instance,
        Curve.Secp256k1 => Secp256k1Group.Instance,
        Curve.P256 => P256Group.Instance,
    };
}
