using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups.Sec1;
using MpcSigner.Cryptography.Interop.LibCrypto;

namespace MpcSigner.Cryptography.Groups.P256;

/// <summary>P-256 (FIPS 186-4 D.1.2.3) by OpenSSL's libcrypto.</summary>
internal sealed class P256Group : Sec1Group<P256Order>
{
    internal static readonly P256Group Instance = new();

    private GroupPoint? _generator, _identity;

    private P256Group()
        : base(Curve.P256) { }

    public override bool SharesDoublings => true;

    public override GroupPoint Identity => _identity ??= new P256Point(null);

    public override GroupPoint Generator => _generator ??= MultiplyBasePublic(One);

    /// <remarks>The library refuses x ≥ p and an x without a point; other forms of points are refused before it sees them.</remarks>
    public override bool TryDecodePoint(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out GroupPoint? point)
    {
        point = null;
        if (encoded.Length != EncodedSize || encoded[0] is not (2 or 3))
            return false;
        using var work = P256Workspace.Rent();
        if (LibCrypto.EC_POINT_oct2point(P256Workspace.Curve, work.Result, encoded, EncodedSize, work.Context) != 1)
        {
            LibCrypto.ERR_clear_error(); // expected: nobody else's next call must find it
            return false;
        }
        point = new P256Point(work.ReadResult());
        return !point.IsIdentity;
    }

    public override GroupPoint Add(GroupPoint a, GroupPoint b) => Sum([a, b]);

    public override GroupPoint Negate(GroupPoint a)
    {
        if (Own(a).IsIdentity)
            return a;
        var affine = Own(a).Affine.ToArray();
        P256Point.NegateIf(ulong.MaxValue, affine);
        return new P256Point(affine);
    }

    public override GroupPoint MultiplyPublic(PublicScalar scalar, GroupPoint point)
    {
        if (Own(scalar).IsZero | Own(point).IsIdentity)
            return Identity;
        using var work = P256Workspace.Rent();
        work.Load(scalar);
        work.Load(work.Operand, Own(point));
        LibCrypto.MustSucceed(LibCrypto.EC_POINT_mul(P256Workspace.Curve, work.Result, 0, work.Operand, work.Scalar, work.Context));
        return new P256Point(work.ReadResult());
    }

    public override GroupPoint MultiplyBasePublic(PublicScalar scalar)
    {
        if (Own(scalar).IsZero)
            return Identity;
        using var work = P256Workspace.Rent();
        work.Load(scalar);
        LibCrypto.MustSucceed(LibCrypto.EC_POINT_mul(P256Workspace.Curve, work.Result, work.Scalar, 0, 0, work.Context));
        return new P256Point(work.ReadResult());
    }

    /// <summary>a·G + b·P in one call, which knows the multiples of G beforehand.</summary>
    internal GroupPoint MultiplyBaseAddPublic(PublicScalar a, PublicScalar b, GroupPoint point)
    {
        if (Own(b).IsZero | Own(point).IsIdentity)
            return MultiplyBasePublic(a);
        using var work = P256Workspace.Rent();
        using var second = P256Workspace.Rent();
        P256Workspace.Load(second.Scalar, Own(a));
        work.Load(b);
        work.Load(work.Operand, Own(point));
        LibCrypto.MustSucceed(LibCrypto.EC_POINT_mul(P256Workspace.Curve, work.Result, second.Scalar, work.Operand, work.Scalar, work.Context));
        return new P256Point(work.ReadResult());
    }

    public override GroupPoint LinearCombinationPublic(ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<GroupPoint> points)
    {
        CheckLengths(scalars, points);
        for (var i = 0; i < points.Length; i++)
        {
            Own(scalars[i]);
            Own(points[i]);
        }
        var sum = Identity;
        for (var at = 0; at < points.Length; at += P256Sums.MaxRun)
        {
            var count = Math.Min(P256Sums.MaxRun, points.Length - at);
            sum = Add(sum, P256Sums.Run(scalars.Slice(at, count), points.Slice(at, count)));
        }
        return sum;
    }

    public override GroupPoint Sum(ReadOnlySpan<GroupPoint> points)
    {
        using var work = P256Workspace.Rent();
        LibCrypto.MustSucceed(LibCrypto.EC_POINT_set_to_infinity(P256Workspace.Curve, work.Result));
        foreach (var point in points)
        {
            work.Load(work.Operand, Own(point));
            LibCrypto.MustSucceed(LibCrypto.EC_POINT_add(P256Workspace.Curve, work.Result, work.Result, work.Operand, work.Context));
        }
        return new P256Point(work.ReadResult());
    }

    /// <remarks>Horner with plain double and add: a party's coordinate is short.</remarks>
    public override GroupPoint EvaluatePublic(ReadOnlySpan<GroupPoint> commitments, ushort x)
    {
        using var work = P256Workspace.Rent();
        using var second = P256Workspace.Rent();
        var (curve, value, previous) = (P256Workspace.Curve, work.Result, second.Result);
        LibCrypto.MustSucceed(LibCrypto.EC_POINT_set_to_infinity(curve, value));
        for (var k = commitments.Length - 1; k >= 0; k--)
        {
            LibCrypto.MustSucceed(LibCrypto.EC_POINT_copy(previous, value));
            LibCrypto.MustSucceed(LibCrypto.EC_POINT_set_to_infinity(curve, value));
            for (var bit = 31 - BitOperations.LeadingZeroCount((uint)x); bit >= 0; bit--)
            {
                LibCrypto.MustSucceed(LibCrypto.EC_POINT_dbl(curve, value, value, work.Context));
                if (((x >> bit) & 1) == 1)
                    LibCrypto.MustSucceed(LibCrypto.EC_POINT_add(curve, value, value, previous, work.Context));
            }
            work.Load(work.Operand, Own(commitments[k]));
            LibCrypto.MustSucceed(LibCrypto.EC_POINT_add(curve, value, value, work.Operand, work.Context));
        }
        return new P256Point(work.ReadResult());
    }

    /// <summary>A point that our own code has computed: x ‖ y.</summary>
    internal static GroupPoint FromAffine(byte[] affine) => new P256Point(affine);

    private P256Point Own(GroupPoint point) =>
        point as P256Point ?? throw new ArgumentException($"a point of {point.Group.Name}, not of {Name}");
}
