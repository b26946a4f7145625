using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups.Sec1;
using MpcSigner.Cryptography.Interop.Secp256k1;

namespace MpcSigner.Cryptography.Groups.Secp256k1;

/// <summary>secp256k1 (SEC 2 §2.4.1) by libsecp256k1.</summary>
/// <remarks>The library has neither O nor the scalar 0: both are handled before each call, and a sum that it refuses is O.</remarks>
internal sealed class Secp256k1Group : Sec1Group<Secp256k1Order>
{
    internal static readonly Secp256k1Group Instance = new();

    /// <summary>An addition within one sum costs about a hundredth of a multiplication.</summary>
    private const int MostCopies = 32;

    private GroupPoint? _generator, _identity;

    private Secp256k1Group()
        : base(Curve.Secp256k1) { }

    /// <remarks>The library exports no multiplication of several points.</remarks>
    public override bool SharesDoublings => false;

    public override GroupPoint Identity => _identity ??= new Secp256k1Point(null);

    public override GroupPoint Generator => _generator ??= MultiplyBasePublic(One);

    public override bool TryDecodePoint(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out GroupPoint? point)
    {
        point = null;
        if (encoded.Length != EncodedSize || encoded[0] is not (2 or 3))
            return false;
        var native = new byte[Libsecp256k1.PubkeySize];
        if (Libsecp256k1.secp256k1_ec_pubkey_parse(Libsecp256k1.Context, native, encoded, EncodedSize) != 1)
            return false;
        point = new Secp256k1Point(native, encoded.ToArray());
        return true;
    }

    public override GroupPoint Add(GroupPoint a, GroupPoint b) => Sum([a, b]);

    public override GroupPoint Negate(GroupPoint a)
    {
        if (Own(a).IsIdentity)
            return a;
        var native = Own(a).Native.ToArray();
        Libsecp256k1.MustSucceed(Libsecp256k1.secp256k1_ec_pubkey_negate(Libsecp256k1.Context, native));
        return new Secp256k1Point(native);
    }

    public override GroupPoint MultiplyPublic(PublicScalar scalar, GroupPoint point)
    {
        if (Own(scalar).IsZero | Own(point).IsIdentity)
            return Identity;
        var native = Own(point).Native.ToArray();
        MultiplyInPlace(native, scalar);
        return new Secp256k1Point(native);
    }

    public override GroupPoint MultiplyBasePublic(PublicScalar scalar)
    {
        if (Own(scalar).IsZero)
            return Identity;
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        scalar.CopyTo(bytes);
        var native = new byte[Libsecp256k1.PubkeySize];
        Libsecp256k1.MustSucceed(Libsecp256k1.secp256k1_ec_pubkey_create(Libsecp256k1.Context, native, bytes));
        return new Secp256k1Point(native);
    }

    /// <remarks>
    /// a + b·λ of two 64-bit halves, λ being what the curve's endomorphism multiplies by: the library splits a scalar into two such parts, and short
    /// ones save it half of its doublings. No two coincide: the shortest relation between 1 and λ has numbers of 126 bits and more.
    /// </remarks>
    public override PublicScalar CoefficientOf(UInt128 bits) =>
        AddPublic(FromUInt64((ulong)(bits & ulong.MaxValue)), MultiplyPublic(FromUInt64((ulong)(bits >> 64)), Lambda));

    /// <summary>A primitive third root of 1 mod q.</summary>
    internal PublicScalar Lambda => new(this,
    [
        0x53, 0x63, 0xad, 0x4c, 0xc0, 0x5c, 0x30, 0xe0, 0xa5, 0x26, 0x1c, 0x02, 0x88, 0x12, 0x64, 0x5a,
        0x12, 0x2e, 0x22, 0xea, 0x20, 0x81, 0x66, 0x78, 0xdf, 0x02, 0x96, 0x7c, 0x1b, 0x23, 0xbd, 0x72,
    ]);

    public override GroupPoint LinearCombinationPublic(ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<GroupPoint> points)
    {
        CheckLengths(scalars, points);
        var products = ArrayPool<byte>.Shared.Rent(points.Length * Libsecp256k1.PubkeySize);
        var count = 0;
        for (var i = 0; i < points.Length; i++)
        {
            if (Own(scalars[i]).IsZero | Own(points[i]).IsIdentity)
                continue;
            var product = products.AsSpan(count++ * Libsecp256k1.PubkeySize, Libsecp256k1.PubkeySize);
            if (ReferenceEquals(points[i], _generator))
            {
                Own(MultiplyBasePublic(scalars[i])).Native.CopyTo(product); // the library has tables of it
                continue;
            }
            Own(points[i]).Native.CopyTo(product);
            MultiplyInPlace(product, scalars[i]);
        }
        var sum = Combine(products, count);
        ArrayPool<byte>.Shared.Return(products);
        return sum;
    }

    public override GroupPoint Sum(ReadOnlySpan<GroupPoint> points)
    {
        var summands = ArrayPool<byte>.Shared.Rent(points.Length * Libsecp256k1.PubkeySize);
        var count = 0;
        foreach (var point in points)
        {
            if (!Own(point).IsIdentity)
                Own(point).Native.CopyTo(summands.AsSpan(count++ * Libsecp256k1.PubkeySize));
        }
        var sum = Combine(summands, count);
        ArrayPool<byte>.Shared.Return(summands);
        return sum;
    }

    /// <remarks>Horner. The library's multiplication costs as much for a short number as for a long one; so many copies are added faster.</remarks>
    public override GroupPoint EvaluatePublic(ReadOnlySpan<GroupPoint> commitments, ushort x)
    {
        if (commitments.IsEmpty)
            return Identity;
        GroupPoint value = Own(commitments[^1]);
        if (x > MostCopies)
        {
            var coordinate = FromUInt64(x);
            for (var k = commitments.Length - 2; k >= 0; k--)
                value = Add(MultiplyPublic(coordinate, value), commitments[k]);
            return value;
        }
        var copies = new GroupPoint[x + 1];
        for (var k = commitments.Length - 2; k >= 0; k--)
        {
            copies.AsSpan(1).Fill(value);
            copies[0] = commitments[k];
            value = Sum(copies);
        }
        return value;
    }

    /// <summary>A point that our own code has computed, in the library's form.</summary>
    internal static GroupPoint FromNative(byte[] native) => new Secp256k1Point(native);

    /// <summary>A point that our own code has computed: 04, x, y.</summary>
    internal static GroupPoint FromUncompressed(ReadOnlySpan<byte> uncompressed)
    {
        var native = new byte[Libsecp256k1.PubkeySize];
        Libsecp256k1.MustSucceed(Libsecp256k1.secp256k1_ec_pubkey_parse(Libsecp256k1.Context, native, uncompressed, (nuint)uncompressed.Length));
        return new Secp256k1Point(native);
    }

    /// <summary>The library's form of a point other than O.</summary>
    internal static ReadOnlySpan<byte> NativeOf(GroupPoint point) => Instance.Own(point).Native;

    /// <summary>Neither the scalar is 0 nor the point O.</summary>
    private static void MultiplyInPlace(Span<byte> native, PublicScalar scalar)
    {
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        scalar.CopyTo(bytes);
        Libsecp256k1.MustSucceed(Libsecp256k1.secp256k1_ec_pubkey_tweak_mul(Libsecp256k1.Context, native, bytes));
    }

    /// <summary>The sum of points that lie one behind the other.</summary>
    private unsafe GroupPoint Combine(byte[] summands, int count)
    {
        if (count == 0)
            return Identity;
        var native = new byte[Libsecp256k1.PubkeySize];
        var pointers = ArrayPool<nint>.Shared.Rent(count);
        int succeeded;
        fixed (byte* first = summands)
        fixed (nint* list = pointers)
        {
            for (var i = 0; i < count; i++)
                list[i] = (nint)(first + i * Libsecp256k1.PubkeySize);
            succeeded = Libsecp256k1.secp256k1_ec_pubkey_combine(Libsecp256k1.Context, native, (byte**)list, (nuint)count);
        }
        ArrayPool<nint>.Shared.Return(pointers);
        return succeeded == 1 ? new Secp256k1Point(native) : Identity;
    }

    private Secp256k1Point Own(GroupPoint point) =>
        point as Secp256k1Point ?? throw new ArgumentException($"a point of {point.Group.Name}, not of {Name}");
}
