using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Groups.Secp256k1;
using MpcSigner.Cryptography.Interop.Secp256k1;
using MpcSigner.Cryptography.Secrets.Interop.Secp256k1;

namespace MpcSigner.Cryptography.Secrets.Scalars;

/// <summary>Scalars of secp256k1; the base point is multiplied by libsecp256k1's constant-time <c>ec_pubkey_create</c> under a blinded context.</summary>
internal sealed class Secp256k1SecretField : Sec1SecretField<Secp256k1Order>
{
    internal static readonly Secp256k1SecretField Instance = new();

    internal override GroupPoint MultiplyBase(ReadOnlySpan<byte> scalar)
    {
        if (IsZero(scalar))
            return Secp256k1Group.Instance.Identity;
        var native = new byte[Libsecp256k1.PubkeySize];
        Libsecp256k1.MustSucceed(SecretLibsecp256k1.secp256k1_ec_pubkey_create(SecretLibsecp256k1.Context, native, scalar));
        return Secp256k1Group.FromNative(native);
    }

    internal override GroupPoint Multiply(ReadOnlySpan<byte> scalar, GroupPoint point)
    {
        if (IsZero(scalar))
            return Secp256k1Group.Instance.Identity;
        Span<byte> product = stackalloc byte[Secp256k1Uncompressed.Size];
        Libsecp256k1.MustSucceed(SecretLibsecp256k1.secp256k1_ecdh_uncompressed(
            SecretLibsecp256k1.Context, product, Secp256k1Group.NativeOf(point), scalar));
        return Secp256k1Group.FromUncompressed(product);
    }
}
