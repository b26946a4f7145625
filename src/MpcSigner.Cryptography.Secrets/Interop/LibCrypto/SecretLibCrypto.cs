using System.Runtime.InteropServices;
using MpcSigner.Cryptography.Groups.P256;
using MpcSigner.Cryptography.Secrets.Scalars;
using Public = MpcSigner.Cryptography.Interop.LibCrypto.LibCrypto;

namespace MpcSigner.Cryptography.Secrets.Interop.LibCrypto;

/// <summary><c>openssl/bn.h</c>, <c>openssl/ec.h</c> on secret values. Spans passed here lie in locked memory.</summary>
internal static partial class SecretLibCrypto
{
    private const string Name = Public.Name;
    private const int BN_FLG_CONSTTIME = 0x04;

    [LibraryImport(Name)]
    private static partial nint BN_secure_new();

    [LibraryImport(Name)]
    private static partial void BN_set_flags(nint b, int n);

    [LibraryImport(Name)]
    private static partial nint BN_bin2bn(ReadOnlySpan<byte> s, int len, nint ret);

    [LibraryImport(Name)]
    private static partial void BN_clear_free(nint a);

    [LibraryImport(Name)]
    private static partial int EC_POINT_mul(nint group, nint r, nint n, nint q, nint m, nint ctx);

    /// <summary>s·G as x ‖ y, in constant time for a scalar whose top byte is not zero.</summary>
    internal static byte[] MultiplyBase(ReadOnlySpan<byte> scalar)
    {
        using var work = P256Workspace.Rent();
        return Multiply(scalar, work, (number, work) => EC_POINT_mul(P256Workspace.Curve, work.Result, number, 0, 0, work.Context));
    }

    /// <summary>s·P as x ‖ y, in constant time for a scalar whose top byte is not zero.</summary>
    internal static byte[] Multiply(ReadOnlySpan<byte> scalar, P256Point point)
    {
        using var work = P256Workspace.Rent();
        work.Load(work.Operand, point);
        return Multiply(scalar, work, (number, work) => EC_POINT_mul(P256Workspace.Curve, work.Result, 0, work.Operand, number, work.Context));
    }

    private static byte[] Multiply(ReadOnlySpan<byte> scalar, P256Workspace work, Func<nint, P256Workspace, int> multiply)
    {
        var number = Public.MustExist(BN_secure_new());
        try
        {
            BN_set_flags(number, BN_FLG_CONSTTIME);
            Public.MustExist(BN_bin2bn(scalar, SecretField.Size, number));
            Public.MustSucceed(multiply(number, work));
            return work.ReadResult() ?? throw new InvalidOperationException("a scalar below the order and not zero gave the identity");
        }
        finally
        {
            BN_clear_free(number);
        }
    }
}
