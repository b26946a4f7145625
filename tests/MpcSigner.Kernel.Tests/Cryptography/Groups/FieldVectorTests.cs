using System.Numerics;
using System.Runtime.Intrinsics;
using FsCheck;
using FsCheck.Fluent;
using MpcSigner.Cryptography.Groups.Ed25519;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Groups;

/// <summary>Four lanes at once against BigInteger, each lane with values of its own; the loosest operands that each operation accepts.</summary>
public sealed class FieldVectorTests
{
    private static readonly BigInteger[] EdgeValues =
        [.. from k in new[] { 0, 25, 26, 51, 77, 127, 204, 230, 254, 255 } from offset in new[] { -20, -19, -1, 0, 1, 19 }
            let value = BigInteger.Pow(2, k) + offset where value >= 0 && value < BigInteger.Pow(2, 255) select value];

    private static readonly Arbitrary<BigInteger[]> Quads = Gen.ArrayOf(Gen.OneOf(
        Gen.Elements(EdgeValues),
        Gen.ArrayOf(ArbMap.Default.GeneratorFor<byte>(), 32).Select(bytes => new BigInteger(bytes, isUnsigned: true) & (BigInteger.Pow(2, 255) - 1))), 4).ToArbitrary();

    [Fact]
    public void Every_lane_agrees_with_BigInteger() => Prop.ForAll(Quads, Quads, (a, b) =>
    {
        var (x, y) = (Pack(a), Pack(b));
        Same(i => a[i], x);
        FieldVector.Add(x, y, out var r);
        FieldVector.Reduce(ref r);
        Same(i => a[i] + b[i], r);
        FieldVector.Subtract(x, y, out r);
        FieldVector.Reduce(ref r);
        Same(i => a[i] - b[i], r);
        FieldVector.Multiply(x, y, out r);
        Same(i => a[i] * b[i], r);
        FieldVector.Square(x, out r);
        Same(i => a[i] * a[i], r);
        FieldVector.Select(Vector256.Create(ulong.MaxValue, 0, ulong.MaxValue, 0), x, y, out r);
        Same(i => i % 2 == 0 ? a[i] : b[i], r);
        FieldVector.Multiply(x, x, out x); // in place
        Same(i => a[i] * a[i], x);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Products_hold_at_the_bounds_they_name() => Prop.ForAll(Quads, Quads, (a, b) =>
    {
        var (x, y) = (Pack(a), Pack(b));
        // Seven and a half widths by three: the sums of the widest operands, and what 2·p adds.
        FieldVector.Add(x, x, out var wide);
        FieldVector.Add(wide, x, out var three);
        FieldVector.Add(three, three, out wide);
        FieldVector.Add(wide, x, out wide);
        FieldVector.Add(y, y, out var second);
        FieldVector.Add(second, y, out second);
        FieldVector.Multiply(wide, second, out var r);
        Same(i => 7 * a[i] * 3 * b[i], r);
        FieldVector.Subtract(x, y, out var difference);
        FieldVector.Multiply(wide, difference, out r);
        Same(i => 7 * a[i] * (a[i] - b[i]), r);
        FieldVector.Subtract(default, Pack([0, 0, 0, 0]), out var most); // 2·p in every limb
        FieldVector.Square(most, out r);
        Same(_ => 0, r);
        FieldVector.Add(x, y, out var sum);
        FieldVector.Square(sum, out r);
        Same(i => (a[i] + b[i]) * (a[i] + b[i]), r);
        FieldVector.Add(wide, wide, out wide);
        FieldVector.Reduce(ref wide);
        FieldVector.Multiply(wide, wide, out r);
        Same(i => 14 * a[i] * 14 * a[i], r);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void All_ones_in_every_limb_square_right()
    {
        BigInteger[] most = [.. Enumerable.Repeat(BigInteger.Pow(2, 255) - 1, 4)];
        FieldVector.Square(Pack(most), out var r);
        Same(_ => most[0] * most[0], r);
        FieldVector.Multiply(Pack(most), Pack(most), out r);
        Same(_ => most[0] * most[0], r);
    }

    [Fact]
    public void The_chain_of_powers_ends_where_it_says() => Prop.ForAll(Quads, a =>
    {
        FieldVector.PowerChain(Pack(a), out var power250, out var power11);
        Same(i => BigInteger.ModPow(a[i], BigInteger.Pow(2, 250) - 1, Ed25519Oracle.P), power250);
        Same(i => BigInteger.ModPow(a[i], 11, Ed25519Oracle.P), power11);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(50));

    private static FieldVector Pack(BigInteger[] values) => FieldVector.Pack(Read(values[0]), Read(values[1]), Read(values[2]), Read(values[3]));

    private static FieldElement Read(BigInteger value) => FieldElement.Read(Ed25519Oracle.Little(value));

    private static void Same(Func<int, BigInteger> expected, FieldVector actual)
    {
        var bytes = new byte[FieldElement.Size];
        for (var lane = 0; lane < FieldVector.Lanes; lane++)
        {
            actual[lane].WriteTo(bytes);
            Assert.Equal(Ed25519Oracle.Mod(expected(lane)), Ed25519Oracle.FromLittle(bytes));
        }
    }
}
