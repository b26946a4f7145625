using System.Collections.Concurrent;
using System.Runtime.ConstrainedExecution;
using MpcSigner.Cryptography.Interop.LibCrypto;

namespace MpcSigner.Cryptography.Groups.P256;

/// <summary>Native objects for one computation at a time: a context, points and a scalar. Kept and used again, since making them costs more than the work.</summary>
/// <remarks>The curve itself is shared: the library only reads it. As many workspaces exist as threads ever computed at once.</remarks>
internal sealed class P256Workspace : CriticalFinalizerObject, IDisposable
{
    private const int UncompressedSize = 1 + P256Point.AffineSize;

    internal static readonly nint Curve = LibCrypto.MustExist(LibCrypto.EC_GROUP_new_by_curve_name(LibCrypto.NID_X9_62_prime256v1));

    private static readonly ConcurrentBag<P256Workspace> Idle = [];

    internal readonly nint Context, Result, Operand, Scalar;

    private P256Workspace()
    {
        Context = LibCrypto.MustExist(LibCrypto.BN_CTX_new());
        Result = LibCrypto.MustExist(LibCrypto.EC_POINT_new(Curve));
        Operand = LibCrypto.MustExist(LibCrypto.EC_POINT_new(Curve));
        Scalar = LibCrypto.MustExist(LibCrypto.BN_new());
    }

    /// <summary>A workspace for the caller alone; disposing of it gives it back.</summary>
    internal static P256Workspace Rent() => Idle.TryTake(out var workspace) ? workspace : new();

    /// <summary>point ← the bytes of a point that has been judged before.</summary>
    internal void Load(nint point, P256Point value)
    {
        if (value.IsIdentity)
        {
            LibCrypto.MustSucceed(LibCrypto.EC_POINT_set_to_infinity(Curve, point));
            return;
        }
        Span<byte> bytes = stackalloc byte[UncompressedSize];
        bytes[0] = LibCrypto.POINT_CONVERSION_UNCOMPRESSED;
        value.Affine.CopyTo(bytes[1..]);
        LibCrypto.MustSucceed(LibCrypto.EC_POINT_oct2point(Curve, point, bytes, UncompressedSize, Context));
    }

    /// <summary>Scalar ← a public scalar.</summary>
    internal void Load(PublicScalar value) => Load(Scalar, value);

    internal static void Load(nint number, PublicScalar value)
    {
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        value.CopyTo(bytes);
        LibCrypto.MustExist(LibCrypto.BN_bin2bn(bytes, IGroup.ScalarSize, number));
    }

    /// <summary>x ‖ y of Result, or null if it is O.</summary>
    internal byte[]? ReadResult()
    {
        if (LibCrypto.EC_POINT_is_at_infinity(Curve, Result) == 1)
            return null;
        Span<byte> bytes = stackalloc byte[UncompressedSize];
        var written = LibCrypto.EC_POINT_point2oct(Curve, Result, LibCrypto.POINT_CONVERSION_UNCOMPRESSED, bytes, UncompressedSize, Context);
        LibCrypto.MustSucceed(written == UncompressedSize ? 1 : 0);
        return bytes[1..].ToArray();
    }

    /// <summary>Gives the workspace back.</summary>
    public void Dispose() => Idle.Add(this);

    ~P256Workspace()
    {
        LibCrypto.BN_clear_free(Scalar);
        LibCrypto.EC_POINT_clear_free(Operand);
        LibCrypto.EC_POINT_clear_free(Result);
        LibCrypto.BN_CTX_free(Context);
    }
}
