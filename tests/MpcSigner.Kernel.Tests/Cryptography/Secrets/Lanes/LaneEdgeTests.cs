using System.Numerics;
using System.Reflection;
using System.Runtime.Intrinsics;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups.P256;
using MpcSigner.Cryptography.Groups.Secp256k1;
using MpcSigner.Cryptography.Scalars;
using MpcSigner.Cryptography.Secrets.Lanes;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Lanes;

using Word = Vector512<ulong>;

/// <summary>The ends of what lanes read and write: nothing beside it is touched, and the largest sums are held.</summary>
public sealed unsafe class LaneEdgeTests
{
    private const ulong Guard = 0x5aa5_5aa5_5aa5_5aa5;

    private static BigInteger Q(Curve curve) => curve == Curve.Secp256k1 ? WeierstrassOracle.Secp256k1.Q : WeierstrassOracle.P256.Q;

    private static LaneField Field(Curve curve) => LaneField.For(MpcSigner.Cryptography.Groups.Groups.For(curve));

    private static BigInteger Value(Word* limbs, int count, int lane = 0)
    {
        var value = BigInteger.Zero;
        for (var i = count - 1; i >= 0; i--)
            value = (value << 29) + limbs[i][lane];
        return value;
    }

    [Fact]
    public void Lanes_that_lie_apart_leave_alone_what_lies_between_them_and_behind()
    {
        const int stride = 48;
        var random = new SeededRandom(21);
        byte[] scalars = new byte[8 * stride], written = new byte[8 * stride];
        random.Fill(scalars);
        Array.Fill(written, (byte)0xa5);
        var limbs = stackalloc Word[LaneField.Limbs];
        fixed (byte* from = scalars, to = written)
        {
            LaneBytes.Read(from, stride, limbs);
            LaneBytes.Write(limbs, to, stride);
        }
        for (var lane = 0; lane < 8; lane++)
        {
            Assert.Equal(scalars[(lane * stride)..(lane * stride + 32)], written[(lane * stride)..(lane * stride + 32)]);
            Assert.All(written[(lane * stride + 32)..((lane + 1) * stride)], one => Assert.Equal(0xa5, one));
        }
    }

    [Fact]
    public void One_scalar_stands_in_all_lanes()
    {
        var scalar = new byte[32];
        new SeededRandom(22).Fill(scalar);
        var limbs = stackalloc Word[LaneField.Limbs];
        LaneBytes.Broadcast([.. scalar, 0xff], limbs); // its first 32 bytes
        for (var lane = 0; lane < 8; lane++)
            Assert.Equal(new BigInteger(scalar, isUnsigned: true, isBigEndian: true), Value(limbs, LaneField.Limbs, lane));
    }

    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    public void Nine_limbs_become_canonical_and_the_tenth_is_left_alone(Curve curve)
    {
        var limbs = stackalloc Word[LaneField.Limbs + 1];
        for (var i = 0; i < LaneField.Limbs; i++)
            limbs[i] = Vector512.Create((1UL << (i < 8 ? 29 : 27)) - 1, 0, (1UL << (i < 8 ? 29 : 24)) - 1, 5, 7, 1, 2, 3);
        limbs[LaneField.Limbs] = Vector512.Create(Guard);
        var values = Enumerable.Range(0, 8).Select(lane => Value(limbs, LaneField.Limbs, lane)).ToArray();
        Field(curve).Canonicalize(limbs);
        for (var lane = 0; lane < 8; lane++)
            Assert.Equal(values[lane] % Q(curve), Value(limbs, LaneField.Limbs, lane));
        Assert.Equal(Vector512.Create(Guard), limbs[LaneField.Limbs]);
    }

    /// <summary>Columns as large as they may grow, the last one beyond its 29 bits.</summary>
    [Fact]
    public void A_carry_keeps_the_value_and_the_last_limb_keeps_what_is_above()
    {
        var columns = stackalloc Word[LaneField.WideLimbs];
        for (var i = 0; i < LaneField.WideLimbs; i++)
            columns[i] = Vector512.Create((1UL << 63) - 1, (1UL << 62) + (ulong)i, (1UL << 58) - 1, 0, 1, 1UL << 29, (1UL << 29) - 1, (1UL << 61) + 12_345);
        var values = Enumerable.Range(0, 8).Select(lane => Value(columns, LaneField.WideLimbs, lane)).ToArray();
        LaneField.Carry(columns);
        for (var lane = 0; lane < 8; lane++)
        {
            Assert.Equal(values[lane], Value(columns, LaneField.WideLimbs, lane));
            for (var i = 0; i < LaneField.WideLimbs - 1; i++)
                Assert.True(columns[i][lane] < 1UL << 29);
        }
    }

    /// <summary>What one set of columns may hold, in every lane: after six products of the largest limbs on top of what a carry leaves.</summary>
    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    public void The_largest_columns_of_all_lanes_add_up(Curve curve)
    {
        Word* columns = stackalloc Word[LaneField.WideLimbs], largest = stackalloc Word[LaneField.Limbs];
        for (var i = 0; i < LaneField.Limbs; i++)
            largest[i] = Vector512.Create((1UL << (i < 8 ? 29 : 27)) - 1);
        for (var i = 0; i < LaneField.WideLimbs; i++)
            columns[i] = Vector512.Create((1UL << (i < 17 ? 29 : 28)) - 1);
        for (var i = 0; i < LaneField.MaxProducts; i++)
            LaneField.MultiplyAdd(columns, largest, largest);
        var value = 8 * Value(columns, LaneField.WideLimbs) % Q(curve);
        var sum = new byte[32];
        LaneOutput.Write(Field(curve), columns, sum);
        Assert.Equal(value, new BigInteger(sum, isUnsigned: true, isBigEndian: true));
    }

    /// <summary>The tables are made once a process; made anew, they reduce every limb above 2^256 as the first ones do, and keep a difference positive.</summary>
    [Fact]
    public void Tables_are_made_of_the_order_alone()
    {
        CheckTables<Secp256k1Order>(Q(Curve.Secp256k1));
        CheckTables<P256Order>(Q(Curve.P256));
    }

    private static void CheckTables<T>(BigInteger q)
        where T : struct, IScalarModulus
    {
        var field = (LaneField)typeof(LaneField).GetMethod("Create", BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(typeof(T)).Invoke(null, [])!;
        Word* wide = stackalloc Word[LaneField.WideLimbs], zero = stackalloc Word[LaneField.WideLimbs], loose = stackalloc Word[LaneField.Limbs];
        new Span<Word>(zero, LaneField.WideLimbs).Clear();
        for (var limb = 0; limb < LaneField.WideLimbs; limb++)
        {
            // That limb as large as it may be in lane 0, and every bit of it somewhere.
            for (var bit = 0; bit < 31; bit += 7)
            {
                new Span<Word>(wide, LaneField.WideLimbs).Clear();
                wide[limb] = Vector512.Create((1UL << 31) - 1, 1UL << bit, (1UL << bit) - 1, 1, 3, 1UL << 28, 1UL << 29, 1UL << 30);
                var values = Enumerable.Range(0, 8).Select(lane => Value(wide, LaneField.WideLimbs, lane)).ToArray();
                field.Reduce(wide, loose);
                field.Canonicalize(loose);
                for (var lane = 0; lane < 8; lane++)
                    Assert.Equal(values[lane] % q, Value(loose, LaneField.Limbs, lane));
            }
        }
        new Span<Word>(wide, LaneField.WideLimbs).Clear();
        for (var i = 0; i < LaneField.WideLimbs; i++)
            zero[i] = Vector512.Create((1UL << 29) - 1);
        field.Subtract(wide, zero); // from nothing the most there is
        for (var i = 0; i < LaneField.WideLimbs; i++)
            Assert.True(wide[i][0] < 1UL << 30);
        Assert.Equal(BigInteger.Zero, (Value(wide, LaneField.WideLimbs) + ((BigInteger.One << (29 * LaneField.WideLimbs)) - 1)) % q);
        for (var k = 0; k < LaneField.Limbs; k++)
        {
            loose[k] = Vector512.Create(
                Limb(q - 1, k), Limb(q, k), Limb(q + 1, k), Limb(0, k), Limb((BigInteger.One << 256) - 1, k), Limb(q - (BigInteger.One << 128), k), Limb(q >> 1, k), Limb(q + (BigInteger.One << 64), k));
        }
        var below = field.IsCanonical(loose);
        Assert.Equal(
            new[] { true, false, false, true, false, true, true, false }, Enumerable.Range(0, 8).Select(lane => below[lane] == ulong.MaxValue));
    }

    private static ulong Limb(BigInteger value, int k) => (ulong)((value >> (29 * k)) & ((1 << 29) - 1));
}
