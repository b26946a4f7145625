using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;

namespace MpcSigner.Cryptography.Secrets.Scalars;

/// <summary>Constant-time arithmetic of one group's scalars, on 32-byte canonical encodings in locked memory. Results may overlap arguments.</summary>
internal abstract class SecretField
{
    internal const int Size = IGroup.ScalarSize;

    internal static SecretField For(IGroup group) => group.Curve switch
    {
        Curve.Edwards25519 => Ed25519SecretField.Instance,
        Curve.Secp256k1 => Secp256k1SecretField.Instance,
        Curve.P256 => P256SecretField.Instance,
    };

    /// <summary>Below q, decided in constant time. Zero is canonical.</summary>
    internal abstract bool IsCanonical(ReadOnlySpan<byte> scalar);

    /// <summary>In constant time.</summary>
    internal abstract bool IsZero(ReadOnlySpan<byte> scalar);

    /// <summary>Clears the bits that no scalar below q can have, so that rejection is quick (spec §1: draw 32 bytes, reject what is not below q).</summary>
    internal abstract void TrimCandidate(Span<byte> candidate);

    internal abstract void Add(Span<byte> sum, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b);

    internal abstract void Subtract(Span<byte> difference, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b);

    /// <summary>q − a, or 0.</summary>
    internal void Negate(Span<byte> negated, ReadOnlySpan<byte> a)
    {
        Span<byte> zero = stackalloc byte[Size];
        zero.Clear();
        Subtract(negated, zero, a);
    }

    internal abstract void Multiply(Span<byte> product, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b);

    /// <exception cref="DivideByZeroException">Zero.</exception>
    internal abstract void Invert(Span<byte> inverse, ReadOnlySpan<byte> a);

    /// <summary>64 bytes read little endian, mod q.</summary>
    internal abstract void ReduceWideLittleEndian(Span<byte> reduced, ReadOnlySpan<byte> wide);

    /// <summary>64 bytes read big endian, mod q. The input is overwritten.</summary>
    internal void ReduceWideBigEndian(Span<byte> reduced, Span<byte> wide)
    {
        wide.Reverse();
        ReduceWideLittleEndian(reduced, wide);
    }

    /// <summary>s·G in constant time. That the product is O (s = 0) is not kept secret.</summary>
    internal abstract GroupPoint MultiplyBase(ReadOnlySpan<byte> scalar);

    /// <summary>s·P in constant time, P public and not O. The product lies on the managed heap like any point, and tells nothing of s; that it is O (s = 0) is not kept secret.</summary>
    internal abstract GroupPoint Multiply(ReadOnlySpan<byte> scalar, GroupPoint point);
}
