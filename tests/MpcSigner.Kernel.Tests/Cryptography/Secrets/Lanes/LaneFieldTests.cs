using System.Numerics;
using System.Runtime.Intrinsics;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.Lanes;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.Lanes;

using Word = Vector512<ulong>;

/// <summary>Eight scalars at once against BigInteger, with every carry's edges as likely as the rest.</summary>
public sealed unsafe class LaneFieldTests
{
    private const int Rounds = 1500;

    public static TheoryData<Curve> Curves => [Curve.Secp256k1, Curve.P256];

    [Theory]
    [MemberData(nameof(Curves))]
    [Trait("row", "M13")]
    public void Reduces_512_bits(Curve curve) => Run(curve, static (field, q, a, _, output) =>
    {
        var wide = stackalloc Word[LaneField.WideLimbs];
        var loose = stackalloc Word[LaneField.Limbs];
        Read(a, wide);
        field.Reduce(wide, loose);
        field.Canonicalize(loose);
        Write(loose, output);
        return lane => Big(a, lane) % q;
    });

    [Theory]
    [MemberData(nameof(Curves))]
    public void Subtracts_before_it_reduces(Curve curve) => Run(curve, static (field, q, a, b, output) =>
    {
        Word* one = stackalloc Word[LaneField.WideLimbs], two = stackalloc Word[LaneField.WideLimbs];
        var loose = stackalloc Word[LaneField.Limbs];
        Read(a, one);
        Read(b, two);
        field.Subtract(one, two);
        field.Reduce(one, loose);
        field.Canonicalize(loose);
        Write(loose, output);
        return lane => (((Big(a, lane) - Big(b, lane)) % q) + q) % q;
    });

    /// <summary>As many products as fit before a carry, and as many again.</summary>
    [Theory]
    [MemberData(nameof(Curves))]
    public void Adds_up_products(Curve curve) => Run(curve, static (field, q, a, b, output) =>
    {
        Word* wide = stackalloc Word[LaneField.WideLimbs], columns = stackalloc Word[LaneField.WideLimbs];
        Word* x = stackalloc Word[LaneField.Limbs], y = stackalloc Word[LaneField.Limbs];
        Read(a, wide);
        field.Reduce(wide, x);
        Read(b, wide);
        field.Reduce(wide, y);
        new Span<Word>(columns, LaneField.WideLimbs).Clear();
        for (var i = 0; i < 2 * LaneField.MaxProducts; i++)
        {
            LaneField.MultiplyAdd(columns, x, y);
            if (i % LaneField.MaxProducts == LaneField.MaxProducts - 1)
                LaneField.Carry(columns);
        }
        field.Reduce(columns, x);
        field.Canonicalize(x);
        Write(x, output);
        return lane => 2 * LaneField.MaxProducts * (Big(a, lane) % q) * (Big(b, lane) % q) % q;
    });

    /// <summary>The largest limbs that each form allows: every bound that the code states is reached.</summary>
    [Theory]
    [MemberData(nameof(Curves))]
    public void Holds_at_the_largest_limbs(Curve curve)
    {
        var (field, q) = (LaneField.For(MpcSigner.Cryptography.Groups.Groups.For(curve)), Order(curve));
        Word* wide = stackalloc Word[LaneField.WideLimbs], loose = stackalloc Word[LaneField.Limbs], largest = stackalloc Word[LaneField.Limbs];
        var output = new byte[8 * 32];
        for (var i = 0; i < LaneField.WideLimbs; i++)
            wide[i] = Vector512.Create((1UL << 31) - 1);
        var value = Value(wide, LaneField.WideLimbs);
        field.Reduce(wide, loose);
        Assert.True(loose[8][0] < 1UL << 27);
        field.Canonicalize(loose);
        Write(loose, output);
        Assert.Equal(value % q, new BigInteger(output.AsSpan(0, 32), isUnsigned: true, isBigEndian: true));

        for (var i = 0; i < LaneField.Limbs; i++)
            largest[i] = Vector512.Create((1UL << (i < 8 ? 29 : 27)) - 1);
        for (var i = 0; i < LaneField.WideLimbs; i++)
            wide[i] = Vector512.Create(i < 17 ? (1UL << 29) - 1 : (1UL << 28) - 1); // as a carry leaves them
        value = Value(wide, LaneField.WideLimbs) + (LaneField.MaxProducts * BigInteger.Pow(Value(largest, LaneField.Limbs), 2));
        for (var i = 0; i < LaneField.MaxProducts; i++)
            LaneField.MultiplyAdd(wide, largest, largest);
        LaneField.Carry(wide);
        Assert.Equal(value, Value(wide, LaneField.WideLimbs));
        field.Canonicalize(largest);
        Write(largest, output);
        Assert.Equal(((BigInteger.One << 259) - 1) % q, new BigInteger(output.AsSpan(0, 32), isUnsigned: true, isBigEndian: true));
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void Sums_lanes(Curve curve)
    {
        var (field, q) = (LaneField.For(MpcSigner.Cryptography.Groups.Groups.For(curve)), Order(curve));
        var random = new SeededRandom(11);
        var bytes = new byte[8 * 32];
        var columns = stackalloc Word[LaneField.WideLimbs];
        var sum = new byte[32];
        for (var round = 0; round < 200; round++)
        {
            Fill(random, bytes, round);
            new Span<Word>(columns, LaneField.WideLimbs).Clear();
            fixed (byte* first = bytes)
                LaneBytes.Read(first, 32, columns);
            LaneOutput.Write(field, columns, sum);
            Assert.Equal(
                Enumerable.Range(0, 8).Aggregate(BigInteger.Zero, (all, lane) => all + new BigInteger(bytes.AsSpan(lane * 32, 32), isUnsigned: true, isBigEndian: true)) % q,
                new BigInteger(sum, isUnsigned: true, isBigEndian: true));
        }
    }

    [Theory]
    [MemberData(nameof(Curves))]
    public void Tells_canonical_scalars_lane_by_lane(Curve curve)
    {
        var (field, q) = (LaneField.For(MpcSigner.Cryptography.Groups.Groups.For(curve)), Order(curve));
        BigInteger[] values = [0, 1, q - 1, q, q + 1, (BigInteger.One << 256) - 1, (BigInteger.One << 255) + 12345, q - (BigInteger.One << 100)];
        var bytes = new byte[8 * 32];
        for (var lane = 0; lane < 8; lane++)
        {
            var encoded = values[lane].ToByteArray(isUnsigned: true, isBigEndian: true);
            encoded.CopyTo(bytes, (lane * 32) + 32 - encoded.Length);
        }
        var limbs = stackalloc Word[LaneField.Limbs];
        fixed (byte* first = bytes)
            LaneBytes.Read(first, 32, limbs);
        var verdict = field.IsCanonical(limbs);
        for (var lane = 0; lane < 8; lane++)
            Assert.Equal(values[lane] < q ? ulong.MaxValue : 0, verdict[lane]);
    }

    /// <summary>The way of processors without wide vectors gives the same words.</summary>
    [Fact]
    public void Reads_alike_with_and_without_vector_instructions()
    {
        var (bytes, masks) = (new byte[8 * 192], new byte[8 * 16]);
        var random = new SeededRandom(12);
        random.Fill(bytes);
        random.Fill(masks);
        Word* words = stackalloc Word[8], wide = stackalloc Word[LaneField.WideLimbs];
        fixed (byte* first = bytes, mask = masks)
        {
            LaneBytes.ReadWide(first + 64, 192, mask, wide);
            LaneBytes.GatherWide(first + 64, 192, mask, words);
        }
        for (var lane = 0; lane < 8; lane++)
        {
            var (fromWords, fromLimbs) = (BigInteger.Zero, BigInteger.Zero);
            for (var i = 7; i >= 0; i--)
                fromWords = (fromWords << 64) | words[i][lane];
            for (var i = LaneField.WideLimbs - 1; i >= 0; i--)
                fromLimbs = (fromLimbs << 29) | wide[i][lane];
            byte[] number = [.. Enumerable.Range(0, 64).Select(i => (byte)(bytes[(lane * 192) + 64 + i] ^ masks[(lane * 16) + (i % 16)]))];
            Assert.Equal(new BigInteger(number, isUnsigned: true, isBigEndian: true), fromWords);
            Assert.Equal(fromWords, fromLimbs);
        }
    }

    [Fact]
    public void Masks_follow_the_bits()
    {
        for (var bits = 0; bits < 256; bits++)
        {
            var mask = LaneWord.Mask((byte)bits);
            for (var lane = 0; lane < 8; lane++)
                Assert.Equal(((bits >> lane) & 1) == 1 ? ulong.MaxValue : 0, mask[lane]);
        }
    }

    private delegate Func<int, BigInteger> Operation(LaneField field, BigInteger q, byte[] a, byte[] b, byte[] output);

    private static void Run(Curve curve, Operation operation)
    {
        var (field, q) = (LaneField.For(MpcSigner.Cryptography.Groups.Groups.For(curve)), Order(curve));
        var random = new SeededRandom(10);
        byte[] a = new byte[8 * 64], b = new byte[8 * 64], output = new byte[8 * 32];
        for (var round = 0; round < Rounds; round++)
        {
            Fill(random, a, round);
            Fill(random, b, round / 5);
            var expected = operation(field, q, a, b, output);
            for (var lane = 0; lane < 8; lane++)
                Assert.Equal(expected(lane), new BigInteger(output.AsSpan(lane * 32, 32), isUnsigned: true, isBigEndian: true));
        }
    }

    /// <summary>Random bytes, all ones, zeros, or runs of both.</summary>
    private static void Fill(SeededRandom random, byte[] bytes, int round)
    {
        random.Fill(bytes);
        if (round % 5 == 1)
            Array.Fill(bytes, (byte)0xff);
        else if (round % 5 == 2)
            Array.Clear(bytes);
        else if (round % 5 == 3)
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = (bytes[i] & 1) == 0 ? (byte)0 : (byte)0xff;
    }

    /// <summary>The number in lane 0.</summary>
    private static BigInteger Value(Word* limbs, int count)
    {
        var value = BigInteger.Zero;
        for (var i = count - 1; i >= 0; i--)
            value = (value << 29) + limbs[i][0];
        return value;
    }

    private static void Read(byte[] bytes, Word* wide)
    {
        var masks = stackalloc byte[8 * 16];
        new Span<byte>(masks, 8 * 16).Clear();
        fixed (byte* first = bytes)
            LaneBytes.ReadWide(first, 64, masks, wide);
    }

    private static void Write(Word* limbs, byte[] output)
    {
        fixed (byte* first = output)
            LaneBytes.Write(limbs, first, 32);
    }

    private static BigInteger Big(byte[] numbers, int lane) => new(numbers.AsSpan(lane * 64, 64), isUnsigned: true, isBigEndian: true);

    private static BigInteger Order(Curve curve) => curve == Curve.Secp256k1 ? WeierstrassOracle.Secp256k1.Q : WeierstrassOracle.P256.Q;
}
