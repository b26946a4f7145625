using System.Runtime.Intrinsics;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>A step of a formula whose operands are the lanes of one vector: sums and differences of lanes, limb by limb.</summary>
internal interface ILaneStep
{
    /// <param name="limb">One limb of all four lanes.</param>
    /// <param name="twiceP">The limb of 2·p, for differences.</param>
    static abstract Vector256<ulong> Apply(Vector256<ulong> limb, Vector256<ulong> twiceP);
}

/// <summary>Lane steps on all limbs.</summary>
internal partial struct FieldVector
{
    /// <summary>The same step on every limb, given 2·p's limb beside it.</summary>
    internal static void Apply<TStep>(in FieldVector a, out FieldVector r)
        where TStep : struct, ILaneStep
    {
        r._v0 = TStep.Apply(a._v0, TwiceP0);
        r._v1 = TStep.Apply(a._v1, TwicePOdd);
        r._v2 = TStep.Apply(a._v2, TwicePEven);
        r._v3 = TStep.Apply(a._v3, TwicePOdd);
        r._v4 = TStep.Apply(a._v4, TwicePEven);
        r._v5 = TStep.Apply(a._v5, TwicePOdd);
        r._v6 = TStep.Apply(a._v6, TwicePEven);
        r._v7 = TStep.Apply(a._v7, TwicePOdd);
        r._v8 = TStep.Apply(a._v8, TwicePEven);
        r._v9 = TStep.Apply(a._v9, TwicePOdd);
    }

    /// <summary>One step, and then two that pick the factors of the next products from its lanes.</summary>
    internal static void Split<TStep, TLeft, TRight>(in FieldVector a, out FieldVector left, out FieldVector right)
        where TStep : struct, ILaneStep
        where TLeft : struct, ILaneStep
        where TRight : struct, ILaneStep
    {
        var w0 = TStep.Apply(a._v0, TwiceP0);
        var w1 = TStep.Apply(a._v1, TwicePOdd);
        var w2 = TStep.Apply(a._v2, TwicePEven);
        var w3 = TStep.Apply(a._v3, TwicePOdd);
        var w4 = TStep.Apply(a._v4, TwicePEven);
        var w5 = TStep.Apply(a._v5, TwicePOdd);
        var w6 = TStep.Apply(a._v6, TwicePEven);
        var w7 = TStep.Apply(a._v7, TwicePOdd);
        var w8 = TStep.Apply(a._v8, TwicePEven);
        var w9 = TStep.Apply(a._v9, TwicePOdd);
        left._v0 = TLeft.Apply(w0, default);
        right._v0 = TRight.Apply(w0, default);
        left._v1 = TLeft.Apply(w1, default);
        right._v1 = TRight.Apply(w1, default);
        left._v2 = TLeft.Apply(w2, default);
        right._v2 = TRight.Apply(w2, default);
        left._v3 = TLeft.Apply(w3, default);
        right._v3 = TRight.Apply(w3, default);
        left._v4 = TLeft.Apply(w4, default);
        right._v4 = TRight.Apply(w4, default);
        left._v5 = TLeft.Apply(w5, default);
        right._v5 = TRight.Apply(w5, default);
        left._v6 = TLeft.Apply(w6, default);
        right._v6 = TRight.Apply(w6, default);
        left._v7 = TLeft.Apply(w7, default);
        right._v7 = TRight.Apply(w7, default);
        left._v8 = TLeft.Apply(w8, default);
        right._v8 = TRight.Apply(w8, default);
        left._v9 = TLeft.Apply(w9, default);
        right._v9 = TRight.Apply(w9, default);
    }

    /// <summary>As <see cref="Split{TStep, TLeft, TRight}"/>, with limbs of up to 2^32 made tight between (see <see cref="Reduce"/>).</summary>
    internal static void SplitReduced<TStep, TLeft, TRight>(in FieldVector a, out FieldVector left, out FieldVector right)
        where TStep : struct, ILaneStep
        where TLeft : struct, ILaneStep
        where TRight : struct, ILaneStep
    {
        var w0 = TStep.Apply(a._v0, TwiceP0);
        var w1 = TStep.Apply(a._v1, TwicePOdd);
        var w2 = TStep.Apply(a._v2, TwicePEven);
        var w3 = TStep.Apply(a._v3, TwicePOdd);
        var w4 = TStep.Apply(a._v4, TwicePEven);
        var w5 = TStep.Apply(a._v5, TwicePOdd);
        var w6 = TStep.Apply(a._v6, TwicePEven);
        var w7 = TStep.Apply(a._v7, TwicePOdd);
        var w8 = TStep.Apply(a._v8, TwicePEven);
        var w9 = TStep.Apply(a._v9, TwicePOdd);
        Vector256<ulong> even = EvenMask, odd = OddMask;
        var c9 = Product(w9 >> OddBits, Vector256.Create(19UL));
        var c0 = w0 >> EvenBits;
        var c1 = w1 >> OddBits;
        var c2 = w2 >> EvenBits;
        var c3 = w3 >> OddBits;
        var c4 = w4 >> EvenBits;
        var c5 = w5 >> OddBits;
        var c6 = w6 >> EvenBits;
        var c7 = w7 >> OddBits;
        var c8 = w8 >> EvenBits;
        w0 = (w0 & even) + c9;
        w1 = (w1 & odd) + c0;
        w2 = (w2 & even) + c1;
        w3 = (w3 & odd) + c2;
        w4 = (w4 & even) + c3;
        w5 = (w5 & odd) + c4;
        w6 = (w6 & even) + c5;
        w7 = (w7 & odd) + c6;
        w8 = (w8 & even) + c7;
        w9 = (w9 & odd) + c8;
        left._v0 = TLeft.Apply(w0, default);
        right._v0 = TRight.Apply(w0, default);
        left._v1 = TLeft.Apply(w1, default);
        right._v1 = TRight.Apply(w1, default);
        left._v2 = TLeft.Apply(w2, default);
        right._v2 = TRight.Apply(w2, default);
        left._v3 = TLeft.Apply(w3, default);
        right._v3 = TRight.Apply(w3, default);
        left._v4 = TLeft.Apply(w4, default);
        right._v4 = TRight.Apply(w4, default);
        left._v5 = TLeft.Apply(w5, default);
        right._v5 = TRight.Apply(w5, default);
        left._v6 = TLeft.Apply(w6, default);
        right._v6 = TRight.Apply(w6, default);
        left._v7 = TLeft.Apply(w7, default);
        right._v7 = TRight.Apply(w7, default);
        left._v8 = TLeft.Apply(w8, default);
        right._v8 = TRight.Apply(w8, default);
        left._v9 = TLeft.Apply(w9, default);
        right._v9 = TRight.Apply(w9, default);
    }
}
