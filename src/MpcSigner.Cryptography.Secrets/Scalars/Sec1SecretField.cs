using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Scalars;

namespace MpcSigner.Cryptography.Secrets.Scalars;

/// <summary>Scalars mod q of a SEC 1 curve, big endian, by <see cref="ScalarArithmetic{TModulus}"/>: constant time, nothing left on the heap.</summary>
/// <remarks>Working limbs live in registers and on the stack for one operation, as in the native libraries; what is kept lies in locked memory.</remarks>
internal abstract class Sec1SecretField<TModulus> : SecretField
    where TModulus : struct, IScalarModulus
{
    internal override bool IsCanonical(ReadOnlySpan<byte> scalar) => ScalarArithmetic<TModulus>.IsCanonical(Read(scalar)) == 1;

    internal override bool IsZero(ReadOnlySpan<byte> scalar) => ScalarArithmetic<TModulus>.IsZero(Read(scalar)) == 1;

    /// <remarks>q lies just below 2^256: there is nothing to clear.</remarks>
    internal override void TrimCandidate(Span<byte> candidate) { }

    internal override void Add(Span<byte> sum, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        Write(sum, ScalarArithmetic<TModulus>.Add(Read(a), Read(b)));

    internal override void Subtract(Span<byte> difference, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        Write(difference, ScalarArithmetic<TModulus>.Subtract(Read(a), Read(b)));

    internal override void Multiply(Span<byte> product, ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        Write(product, ScalarArithmetic<TModulus>.Multiply(Read(a), Read(b)));

    internal override void Invert(Span<byte> inverse, ReadOnlySpan<byte> a)
    {
        if (IsZero(a))
            throw new DivideByZeroException("zero has no inverse");
        Write(inverse, ScalarArithmetic<TModulus>.Invert(Read(a)));
    }

    internal override void ReduceWideLittleEndian(Span<byte> reduced, ReadOnlySpan<byte> wide)
    {
        Check(IGroup.WideSize, wide.Length);
        Write(reduced, ScalarArithmetic<TModulus>.Reduce(Wide512.ReadLittleEndian(wide)));
    }

    private static Scalar256 Read(ReadOnlySpan<byte> scalar)
    {
        Check(Size, scalar.Length);
        return Scalar256.ReadBigEndian(scalar);
    }

    private static void Write(Span<byte> scalar, in Scalar256 value)
    {
        Check(Size, scalar.Length);
        value.WriteBigEndian(scalar);
    }

    private static void Check(int expected, int actual)
    {
        if (expected != actual)
            throw new ArgumentException($"expected {expected} bytes, got {actual}");
    }
}
