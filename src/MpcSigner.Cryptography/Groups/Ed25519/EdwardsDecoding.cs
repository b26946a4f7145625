using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>Decompression (RFC 8032 §5.1.3) and the judgement of what comes from outside, four points side by side: public values, variable time.</summary>
/// <remarks>
/// Strict means: y below p, on the curve, in the subgroup of order ℓ, not O; the same points as crypto_core_ed25519_is_valid_point.
/// The subgroup is that of the points that can be halved three times, since the curve has 8·ℓ points in a cyclic group. On the Montgomery form
/// v² = u³ + A·u² + u (RFC 7748 §4.1), where (0, 0) is the only point of order 2:
/// <list type="number">
/// <item>P = 2·Q has a solution exactly if u is a square w². Then with r = v/w exactly one of A + 2u ± 2r is a square w'² (their product A² − 4 is none),
/// and with that sign ε, u_Q = u + ε·(r + w·w'), v_Q = w'·u_Q.</item>
/// <item>P is in the subgroup exactly if Q = 4·R has a solution: if the pairing of order 4 with the point (1, s), s² = A + 2, is 1 there. Miller's function of that point
/// is (v − s·u)²/u, at Q u_Q·(w' − s)²; the pairing is its power (p − 1)/4.</item>
/// </list>
/// Everything is multiplied through by D = x·(1 − y), so that nothing is divided: fourth powers do not count in the last step.
/// </remarks>
[SkipLocalsInit]
internal static class EdwardsDecoding
{
    private static readonly FieldVector One = FieldVector.Broadcast(FieldElement.One);
    private static readonly FieldVector D = FieldVector.Broadcast(FieldElement.D);
    private static readonly FieldVector SqrtMinusOne = FieldVector.Broadcast(FieldElement.SqrtMinusOne);

    /// <summary>A = 486662.</summary>
    private static readonly FieldVector A = FieldVector.Broadcast(new(486662, 0, 0, 0, 0));

    /// <summary>s = √(A + 2).</summary>
    private static readonly FieldVector S = FieldVector.Broadcast(new(0x5b7106377bbd8, 0x71af6ad9382cb, 0x2d64427297b8, 0x6a81ef02c4294, 0x141b0b6806563));

    /// <summary>√(−A − 2), the factor between the two forms: v = √(−A − 2)·u/x.</summary>
    private static readonly FieldVector Scale = FieldVector.Broadcast(new(0x604aaff457e06, 0x2296fa350598d, 0x7f13dfb16874f, 0x35de93d846e01, 0xf26edf460a00));

    /// <summary>1/√(√−1·(A² − 4)).</summary>
    private static readonly FieldVector OtherRoot = FieldVector.Broadcast(new(0x2a7465ec38253, 0x79a141872dc08, 0x55f3d4c75504f, 0x4383e11e0cd0c, 0x7ec4593beb0c2));

    /// <summary>Decompresses what our own code encoded or what was judged before.</summary>
    /// <exception cref="InvalidOperationException">No point has this encoding.</exception>
    internal static EdwardsPoint DecodeTrusted(ReadOnlySpan<byte> encoded)
    {
        var y = FieldElement.Read(encoded);
        var lanes = Decompress(FieldVector.Broadcast(y), Vector256.Create(IsNegative(encoded) ? ulong.MaxValue : 0), out var x);
        return lanes[0] == 0 ? throw new InvalidOperationException("the encoding names no point") : new(x[0], y, FieldElement.One, x[0] * y);
    }

    /// <summary>Strict decoding of 1..4 encodings, one behind the other.</summary>
    /// <param name="encoded">Up to 4·32 bytes.</param>
    /// <param name="points">One for each encoding; meaningless where the answer is false.</param>
    /// <param name="valid">One for each encoding.</param>
    internal static void DecodeStrict(ReadOnlySpan<byte> encoded, Span<EdwardsPoint> points, Span<bool> valid)
    {
        Span<FieldElement> ys = stackalloc FieldElement[FieldVector.Lanes];
        Span<ulong> negative = stackalloc ulong[FieldVector.Lanes];
        Span<byte> canonical = stackalloc byte[FieldElement.Size];
        for (var i = 0; i < ys.Length; i++)
        {
            var bytes = encoded.Slice(i < valid.Length ? i * FieldElement.Size : 0, FieldElement.Size); // idle lanes repeat the first
            ys[i] = FieldElement.Read(bytes);
            negative[i] = IsNegative(bytes) ? ulong.MaxValue : 0;
            ys[i].WriteTo(canonical);
            if (i < valid.Length)
                valid[i] = canonical[..^1].SequenceEqual(bytes[..^1]) && canonical[^1] == (bytes[^1] & 0x7f);
        }
        var y = FieldVector.Pack(ys[0], ys[1], ys[2], ys[3]);
        var onCurve = Decompress(y, Vector256.Create(negative[0], negative[1], negative[2], negative[3]), out var x);
        var inSubgroup = IsInSubgroup(x, y);
        FieldVector.Multiply(x, y, out var products);
        for (var i = 0; i < valid.Length; i++)
        {
            // x = 0: O and the point of order 2, of which the subgroup's criterion does not speak.
            valid[i] &= (onCurve & inSubgroup)[i] != 0 && !x[i].IsZero();
            points[i] = new(x[i], ys[i], FieldElement.One, products[i]);
        }
    }

    private static bool IsNegative(ReadOnlySpan<byte> encoded) => encoded[FieldElement.Size - 1] >> 7 == 1;

    /// <summary>x of the given sign.</summary>
    /// <returns>All ones in the lanes whose y is that of a point.</returns>
    private static Vector256<ulong> Decompress(in FieldVector y, Vector256<ulong> negative, out FieldVector x)
    {
        // x² = (y² − 1)/(d·y² + 1)
        FieldVector.Square(y, out var square);
        FieldVector.Subtract(square, One, out var u);
        FieldVector.Reduce(ref u);
        FieldVector.Multiply(D, square, out var v);
        FieldVector.Add(v, One, out v);
        FieldVector.Reduce(ref v);
        var isSquare = RootOfRatio(u, v, out x);
        FieldVector.Subtract(default, x, out var other);
        FieldVector.Reduce(ref other);
        var odd = Lanes(x, value => value.IsOdd());
        FieldVector.Select(odd ^ negative, other, x, out x);
        return isSquare;
    }

    private static Vector256<ulong> IsInSubgroup(in FieldVector x, in FieldVector y)
    {
        FieldVector.Add(One, y, out var above);
        FieldVector.Reduce(ref above);
        FieldVector.Subtract(One, y, out var below);
        FieldVector.Reduce(ref below);
        var halves = RootOfRatio(above, below, out var w); // u = (1 + y)/(1 − y)

        FieldVector.Multiply(x, below, out var d);
        FieldVector.Multiply(above, x, out var ud); // u·D
        FieldVector.Multiply(Scale, w, out var rd);
        FieldVector.Multiply(rd, below, out rd); // r·D
        FieldVector.Multiply(A, d, out var middle);
        FieldVector.Add(middle, ud, out middle);
        FieldVector.Add(middle, ud, out middle);
        FieldVector.Reduce(ref middle); // (A + 2u)·D
        FieldVector.Add(rd, rd, out var twiceRd);
        FieldVector.Reduce(ref twiceRd);
        FieldVector.Add(middle, twiceRd, out var plus);
        FieldVector.Reduce(ref plus);
        FieldVector.Subtract(middle, twiceRd, out var minus);
        FieldVector.Reduce(ref minus);

        // W = w'·D: the root of plus·D, or of minus·D by way of plus·minus = (A² − 4)·D².
        var takesPlus = RootOfRatio(plus, d, out var root);
        FieldVector.Multiply(root, minus, out var ofMinus);
        FieldVector.Multiply(ofMinus, OtherRoot, out ofMinus);
        FieldVector.Multiply(root, d, out var ofPlus);
        FieldVector.Select(takesPlus, ofPlus, ofMinus, out var wd);

        // (u_Q·D)·(W − s·D)²·D, with u_Q·D = u·D + ε·(r·D + w·W)
        FieldVector.Multiply(w, wd, out var rest);
        FieldVector.Add(rest, rd, out rest);
        FieldVector.Reduce(ref rest);
        FieldVector.Add(ud, rest, out var sum);
        FieldVector.Subtract(ud, rest, out var difference);
        FieldVector.Select(takesPlus, sum, difference, out var uq);
        FieldVector.Multiply(S, d, out var sd);
        FieldVector.Subtract(wd, sd, out var tangent);
        FieldVector.Reduce(ref tangent);
        FieldVector.Square(tangent, out tangent);
        FieldVector.Multiply(uq, d, out var value);
        FieldVector.Multiply(value, tangent, out value);

        // (p − 1)/4 = 2^253 − 5 = 8·(2^250 − 1) + 3
        FieldVector.PowerChain(value, out var power, out _);
        FieldVector.SquareTimes(power, 3, out power);
        FieldVector.Multiply(power, value, out power);
        FieldVector.Square(value, out value);
        FieldVector.Multiply(power, value, out power);
        return halves & Lanes(power, quotient => quotient.Is(FieldElement.One));
    }

    /// <summary>√(u/v), or √(√−1·u/v) where u/v is no square. u and v are tight.</summary>
    /// <returns>All ones in the lanes where u/v is a square (0 is).</returns>
    private static Vector256<ulong> RootOfRatio(in FieldVector u, in FieldVector v, out FieldVector root)
    {
        // u·v³·(u·v⁷)^((p−5)/8), (p − 5)/8 = 2^252 − 3: its square times v is u times a fourth root of 1.
        FieldVector.Square(v, out var v2);
        FieldVector.Multiply(v2, v, out var v3);
        FieldVector.Square(v3, out var v7);
        FieldVector.Multiply(v7, v, out v7);
        FieldVector.Multiply(v7, u, out var seed);
        FieldVector.PowerChain(seed, out var power, out _);
        FieldVector.SquareTimes(power, 2, out power);
        FieldVector.Multiply(power, seed, out power);
        FieldVector.Multiply(u, v3, out root);
        FieldVector.Multiply(root, power, out root);

        FieldVector.Square(root, out var check);
        FieldVector.Multiply(check, v, out check);
        FieldVector.Multiply(SqrtMinusOne, u, out var turned);
        var (isU, isMinusU, isMinusTurned) = (Vector256<ulong>.Zero, Vector256<ulong>.Zero, Vector256<ulong>.Zero);
        for (var i = 0; i < FieldVector.Lanes; i++)
        {
            var (c, e) = (check[i], u[i]);
            isU = isU.WithElement(i, Mask(c.Is(e)));
            isMinusU = isMinusU.WithElement(i, Mask((c + e).IsZero()));
            isMinusTurned = isMinusTurned.WithElement(i, Mask((c + turned[i]).IsZero()));
        }
        FieldVector.Multiply(root, SqrtMinusOne, out var other);
        FieldVector.Select(isMinusU | isMinusTurned, other, root, out root);
        return isU | isMinusU;
    }

    private static Vector256<ulong> Lanes(in FieldVector values, Func<FieldElement, bool> holds) =>
        Vector256.Create(Mask(holds(values[0])), Mask(holds(values[1])), Mask(holds(values[2])), Mask(holds(values[3])));

    private static ulong Mask(bool condition) => condition ? ulong.MaxValue : 0;
}
