using MpcSigner.Cryptography.Interop.LibCrypto;

namespace MpcSigner.Cryptography.Groups.P256;

/// <summary>Σ s_i·P_i on P-256 with the doublings shared by all points.</summary>
internal static class P256Sums
{
    /// <summary>Points of one native call; bounds the library's tables to some 400 kB.</summary>
    internal const int MaxRun = 256;

    /// <summary>The sum of at most <see cref="MaxRun"/> products; all arguments are of P-256.</summary>
    internal static unsafe GroupPoint Run(ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<GroupPoint> points)
    {
        Span<nint> loaded = stackalloc nint[MaxRun], numbers = stackalloc nint[MaxRun];
        var count = 0;
        using var work = P256Workspace.Rent();
        try
        {
            for (var i = 0; i < points.Length; i++)
            {
                if (scalars[i].IsZero | points[i].IsIdentity)
                    continue;
                (loaded[count], numbers[count]) = (0, 0);
                count++;
                loaded[count - 1] = LibCrypto.MustExist(LibCrypto.EC_POINT_new(P256Workspace.Curve));
                numbers[count - 1] = LibCrypto.MustExist(LibCrypto.BN_new());
                work.Load(loaded[count - 1], (P256Point)points[i]);
                P256Workspace.Load(numbers[count - 1], scalars[i]);
            }
            if (count == 0)
                return P256Group.Instance.Identity;
            fixed (nint* p = loaded)
            fixed (nint* m = numbers)
                LibCrypto.MustSucceed(LibCrypto.EC_POINTs_mul(P256Workspace.Curve, work.Result, 0, (nuint)count, p, m, work.Context));
            return new P256Point(work.ReadResult());
        }
        finally
        {
            // Freeing null is allowed: what failed half way is freed too.
            for (var i = 0; i < count; i++)
            {
                LibCrypto.EC_POINT_clear_free(loaded[i]);
                LibCrypto.BN_clear_free(numbers[i]);
            }
        }
    }
}
