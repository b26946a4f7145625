using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Groups.P256;
using MpcSigner.Cryptography.Groups.Secp256k1;
using MpcSigner.Cryptography.Scalars;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Benchmarks.ConstantTime;

/// <summary>The table. Fixed inputs are the values that careless code is quick with: zero, one, what compares equal, what is not below the order.</summary>
internal static class TimingRows
{
    private const int Size = IGroup.ScalarSize, Few = 16;

    public static readonly IReadOnlyList<TimingRow> All =
    [
        new("control-early-exit", () => new BytesCall(new byte[2 * Size], static _ => { }, StopAtTheFirstDifference, Few), Leaks: true),
        new("control-branch", () => new BytesCall(new byte[2 * Size], static _ => { }, MultiplyIfOdd, Few), Leaks: true),
        .. OfScalars(Curve.Secp256k1, "secp256k1"),
        .. OfScalars(Curve.P256, "p256"),
        .. OfScalars(Curve.Edwards25519, "ed25519"),
        new("select", () => new BytesCall(new byte[2 * Size + 1], static _ => { }, Select, Few)),
        new("p256-negate-if", () => new BytesCall(new byte[2 * Size + 1], static _ => { }, NegateIf, Few)),
        .. ExtensionRows.Of(Groups.For(Curve.Secp256k1), "secp256k1"),
        .. ExtensionRows.Of(Groups.For(Curve.P256), "p256"),
        .. DealingRows.Of(Groups.For(Curve.Secp256k1), "secp256k1"),
        .. DealingRows.Of(Groups.For(Curve.P256), "p256"),
        .. DealingRows.Of(Groups.For(Curve.Edwards25519), "ed25519"),
        new("cot-verdict", () => new CotVerdictCall()),
        new("compare", () => new BytesCall(new byte[2 * Size], static _ => { }, Compare, Few)),
    ];

    /// <summary>The arithmetic of one group's secret scalars, as the protocols call it.</summary>
    private static IEnumerable<TimingRow> OfScalars(Curve curve, string name)
    {
        var group = Groups.For(curve);
        var field = SecretField.For(group);
        var one = group.One.Encode();
        byte[] zeros = new byte[2 * Size], ones = [.. one, .. one], order = Order(group);
        BytesCall.Draw pair = input =>
        {
            Reduce(field, input[..Size]);
            Reduce(field, input[Size..]);
        };
        BytesCall.Draw single = input => Reduce(field, input);
        return
        [
            new($"{name}-add", () => new BytesCall(zeros, pair, (x, z) => field.Add(z[..Size], x[..Size], x[Size..]), Few)),
            new($"{name}-subtract", () => new BytesCall(zeros, pair, (x, z) => field.Subtract(z[..Size], x[..Size], x[Size..]), Few)),
            new($"{name}-multiply", () => new BytesCall(ones, pair, (x, z) => field.Multiply(z[..Size], x[..Size], x[Size..]), Few)),
            new($"{name}-reduce", () => new BytesCall(zeros, static _ => { }, (x, z) => field.ReduceWideLittleEndian(z[..Size], x), Few)),
            new($"{name}-invert", () => new BytesCall(one, single, (x, z) => field.Invert(z[..Size], x))),
            new($"{name}-is-canonical", () => new BytesCall(order, static _ => { }, (x, z) => z[0] = field.IsCanonical(x) ? (byte)1 : (byte)0, Few)),
            new($"{name}-is-zero", () => new BytesCall(new byte[Size], single, (x, z) => z[0] = field.IsZero(x) ? (byte)1 : (byte)0, Few)),
            new($"{name}-base", () => new BytesCall(one, single, (x, z) => z[0] = field.MultiplyBase(x).IsIdentity ? (byte)1 : (byte)0)),
        ];
    }

    private static byte[] Order(IGroup group)
    {
        // q = (q − 1) + 1, in the group's own byte order; the last byte of q − 1 never carries: q is odd.
        var order = group.NegatePublic(group.One).Encode();
        order[group.One.Encode()[0] == 1 ? 0 : ^1]++;
        return order;
    }

    /// <summary>32 random bytes to a scalar below q.</summary>
    private static void Reduce(SecretField field, Span<byte> scalar)
    {
        Span<byte> wide = stackalloc byte[IGroup.WideSize];
        wide.Clear();
        scalar.CopyTo(wide);
        System.Security.Cryptography.RandomNumberGenerator.Fill(wide[Size..]);
        field.ReduceWideLittleEndian(scalar, wide);
    }

    private static void Select(ReadOnlySpan<byte> input, Span<byte> output) =>
        Limbs.Select(Limbs.Mask((ulong)(input[^1] & 1)), Scalar256.ReadBigEndian(input), Scalar256.ReadBigEndian(input[Size..])).WriteBigEndian(output);

    private static void NegateIf(ReadOnlySpan<byte> input, Span<byte> output)
    {
        input[..P256Point.AffineSize].CopyTo(output);
        P256Point.NegateIf(Limbs.Mask((ulong)(input[^1] & 1)), output);
    }

    private static void Compare(ReadOnlySpan<byte> input, Span<byte> output) =>
        output[0] = System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(input[..Size], input[Size..]) ? (byte)1 : (byte)0;

    /// <summary>A control: as long as two inputs agree, it goes on.</summary>
    private static void StopAtTheFirstDifference(ReadOnlySpan<byte> input, Span<byte> output)
    {
        for (var i = 0; i < Size; i++)
        {
            if (input[i] != input[Size + i])
                break;
            output[0] = input[i];
        }
    }

    /// <summary>A control: one branch on a secret, a product that half of all inputs skip.</summary>
    private static void MultiplyIfOdd(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var (a, b) = (Scalar256.ReadBigEndian(input), Scalar256.ReadBigEndian(input[Size..]));
        if ((a.L0 & 1) == 1)
            a = ScalarArithmetic<Secp256k1Order>.Multiply(a, b);
        a.WriteBigEndian(output);
    }
}
