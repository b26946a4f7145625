using MpcSigner.Cryptography.Interop.LibCrypto;
using MpcSigner.Cryptography.Scalars;

namespace MpcSigner.Cryptography.Groups.Sec1;

/// <summary>a^−1 mod q of a public scalar by libcrypto, in variable time: a fifth of what the constant-time power costs.</summary>
internal static class PublicInversion<TModulus>
    where TModulus : struct, IScalarModulus
{
    /// <summary>q: only read, and so shared by all threads.</summary>
    private static readonly nint Order = CreateOrder();

    /// <param name="scalar">32 bytes, canonical and not zero; replaced by its inverse.</param>
    internal static void InvertInPlace(Span<byte> scalar)
    {
        nint context = 0, number = 0;
        try
        {
            context = LibCrypto.MustExist(LibCrypto.BN_CTX_new());
            number = LibCrypto.MustExist(LibCrypto.BN_new());
            LibCrypto.MustExist(LibCrypto.BN_bin2bn(scalar, scalar.Length, number));
            LibCrypto.MustExist(LibCrypto.BN_mod_inverse(number, number, Order, context));
            LibCrypto.MustSucceed(LibCrypto.BN_bn2binpad(number, scalar, scalar.Length) == scalar.Length ? 1 : 0);
        }
        finally
        {
            LibCrypto.BN_clear_free(number);
            LibCrypto.BN_CTX_free(context);
        }
    }

    private static nint CreateOrder()
    {
        Span<byte> bytes = stackalloc byte[Scalar256.Size];
        ScalarArithmetic<TModulus>.Order.WriteBigEndian(bytes);
        var order = LibCrypto.MustExist(LibCrypto.BN_new());
        LibCrypto.MustExist(LibCrypto.BN_bin2bn(bytes, bytes.Length, order));
        return order;
    }
}
