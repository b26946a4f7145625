using System.Buffers.Binary;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Groups.P256;
using MpcSigner.Cryptography.Scalars;
using MpcSigner.Cryptography.Secrets.Interop.LibCrypto;
using MpcSigner.Cryptography.Secrets.Memory;

namespace MpcSigner.Cryptography.Secrets.Scalars;

/// <summary>Scalars of P-256; the base point is multiplied by libcrypto's constant-time assembly.</summary>
internal sealed class P256SecretField : Sec1SecretField<P256Order>
{
    internal static readonly P256SecretField Instance = new();

    internal override GroupPoint MultiplyBase(ReadOnlySpan<byte> scalar) =>
        IsZero(scalar) ? P256Group.Instance.Identity : Multiply(scalar, static (tall, _) => SecretLibCrypto.MultiplyBase(tall), null);

    internal override GroupPoint Multiply(ReadOnlySpan<byte> scalar, GroupPoint point) =>
        IsZero(scalar) ? P256Group.Instance.Identity : Multiply(scalar, static (tall, point) => SecretLibCrypto.Multiply(tall, point!), (P256Point)point);

    private delegate byte[] Product(ReadOnlySpan<byte> tall, P256Point? point);

    /// <remarks>
    /// libcrypto's numbers take a time that depends on their leading zero bytes, so it is given whichever of s and q − s has its top bits
    /// set, chosen without a branch; the product's sign is put right in the same way.
    /// </remarks>
    private GroupPoint Multiply(ReadOnlySpan<byte> scalar, Product product, P256Point? point)
    {
        using var tall = SecureMemory.Allocate(Size);
        Negate(tall.DangerousSpan, scalar);
        var isShort = Limbs.Mask(1 ^ (ulong)(scalar[0] >> 7));
        for (var at = 0; at < Size; at += sizeof(ulong))
        {
            var word = tall.DangerousSpan[at..];
            var negated = BinaryPrimitives.ReadUInt64BigEndian(word);
            var plain = BinaryPrimitives.ReadUInt64BigEndian(scalar[at..]);
            BinaryPrimitives.WriteUInt64BigEndian(word, (negated & isShort) | (plain & ~isShort));
        }
        var affine = product(tall.DangerousSpan, point);
        P256Point.NegateIf(isShort, affine);
        return P256Group.FromAffine(affine);
    }
}
