using System.Runtime.Intrinsics;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>The sums between the two rounds of products in the formulas of Hisil–Wong–Carter–Dawson 2008, lane by lane (see <see cref="EdwardsPoint"/>).</summary>
internal static class EdwardsSteps
{
    private static Vector256<ulong> Lane0 => Vector256.Create(ulong.MaxValue, 0, 0, 0);

    private static Vector256<ulong> Lane1 => Vector256.Create(0, ulong.MaxValue, 0, 0);

    private static Vector256<ulong> Lane2 => Vector256.Create(0, 0, ulong.MaxValue, 0);

    private static Vector256<ulong> Lane3 => Vector256.Create(0, 0, 0, ulong.MaxValue);

    private static Vector256<ulong> Pick(Vector256<ulong> v, ulong lane0, ulong lane1, ulong lane2, ulong lane3) =>
        Vector256.Shuffle(v, Vector256.Create(lane0, lane1, lane2, lane3));

    /// <summary>(X, Y, Z, T) to (Y − X, Y + X, T, Z): below 3.1 times the width.</summary>
    internal readonly struct Summand : ILaneStep
    {
        public static Vector256<ulong> Apply(Vector256<ulong> limb, Vector256<ulong> twiceP)
        {
            var x = Pick(limb, 0, 0, 0, 0);
            return Pick(limb, 1, 1, 3, 2) + Vector256.ConditionalSelect(Lane0, twiceP - x, x & Lane1);
        }
    }

    /// <summary>(Y − X, Y + X, 2dT, 2Z) to the same of −P, (Y + X, Y − X, −2dT, 2Z): below 2.1 times the width.</summary>
    internal readonly struct Negated : ILaneStep
    {
        public static Vector256<ulong> Apply(Vector256<ulong> limb, Vector256<ulong> twiceP)
        {
            var swapped = Pick(limb, 1, 0, 2, 3);
            return Vector256.ConditionalSelect(Lane2, twiceP - swapped, swapped);
        }
    }

    /// <summary>(X, Y, Z, T) to (−X, Y, Z, −T): to be reduced.</summary>
    internal readonly struct NegatedPoint : ILaneStep
    {
        public static Vector256<ulong> Apply(Vector256<ulong> limb, Vector256<ulong> twiceP) =>
            Vector256.ConditionalSelect(Lane0 | Lane3, twiceP - limb, limb);
    }

    /// <summary>(A, B, C, D) of an addition to (E, F, G, H) = (B − A, D − C, D + C, B + A): below 3.1 times the width.</summary>
    internal readonly struct Addition : ILaneStep
    {
        public static Vector256<ulong> Apply(Vector256<ulong> limb, Vector256<ulong> twiceP)
        {
            var second = Pick(limb, 0, 2, 2, 0);
            return Pick(limb, 1, 3, 3, 1) + Vector256.ConditionalSelect(Lane0 | Lane1, twiceP - second, second);
        }
    }

    /// <summary>(X, Y, Z, T) to (X, Y, Z, X + Y): below 2.1 times the width.</summary>
    internal readonly struct Doubled : ILaneStep
    {
        public static Vector256<ulong> Apply(Vector256<ulong> limb, Vector256<ulong> twiceP) =>
            Pick(limb, 0, 1, 2, 0) + (Pick(limb, 1, 1, 1, 1) & Lane3);
    }

    /// <summary>(X², Y², Z², (X+Y)²) to (E, F, G, H) = (X² + Y² − (X+Y)², 2Z² + X² − Y², X² − Y², X² + Y²): below 5.1 times the width.</summary>
    internal readonly struct Doubling : ILaneStep
    {
        public static Vector256<ulong> Apply(Vector256<ulong> limb, Vector256<ulong> twiceP)
        {
            var plus = Pick(limb, 1, 2, 2, 1) & ~Lane2;
            var minus = Pick(limb, 3, 1, 1, 1) & ~Lane3;
            return Pick(limb, 0, 0, 0, 0) + plus + (plus & Lane1) + (twiceP - minus);
        }
    }

    /// <summary>(E, F, G, H) to (E, G, F, E): with <see cref="Right"/> the factors of (X, Y, Z, T).</summary>
    internal readonly struct Left : ILaneStep
    {
        public static Vector256<ulong> Apply(Vector256<ulong> limb, Vector256<ulong> twiceP) => Pick(limb, 0, 2, 1, 0);
    }

    /// <summary>(E, F, G, H) to (F, H, G, H).</summary>
    internal readonly struct Right : ILaneStep
    {
        public static Vector256<ulong> Apply(Vector256<ulong> limb, Vector256<ulong> twiceP) => Pick(limb, 1, 3, 2, 3);
    }
}
