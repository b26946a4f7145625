namespace MpcSigner.Benchmarks.ConstantTime;

/// <summary>Welch's t of two classes of measurements, as dudect takes it (Reparaz, Balasch, Verbauwhede 2017): over all of them, and over those below
/// each of a series of quantiles, since interrupts stretch the upper tail and may hide a difference.</summary>
internal static class WelchTest
{
    private const int Quantiles = 20, FewestOfAClass = 1_000;

    /// <returns>The t of the largest size, with its sign: positive where the fixed class is slower.</returns>
    public static double LargestT(IReadOnlyList<double> fixedClass, IReadOnlyList<double> randomClass)
    {
        double[] all = [.. fixedClass, .. randomClass];
        Array.Sort(all);
        var largest = T(fixedClass, randomClass, double.PositiveInfinity);
        for (var i = 1; i <= Quantiles; i++)
        {
            // Closer and closer to the top: 1 − 0.5^(10·i/20).
            var quantile = 1 - Math.Pow(0.5, 10.0 * i / Quantiles);
            var t = T(fixedClass, randomClass, all[(int)(quantile * (all.Length - 1))]);
            if (Math.Abs(t) > Math.Abs(largest))
                largest = t;
        }
        return largest;
    }

    private static double T(IReadOnlyList<double> a, IReadOnlyList<double> b, double limit)
    {
        var (countA, meanA, varianceA) = Moments(a, limit);
        var (countB, meanB, varianceB) = Moments(b, limit);
        var error = Math.Sqrt(varianceA / countA + varianceB / countB);
        return countA < FewestOfAClass || countB < FewestOfAClass || error == 0 ? 0 : (meanA - meanB) / error;
    }

    private static (double Count, double Mean, double Variance) Moments(IReadOnlyList<double> values, double limit)
    {
        var (count, mean, squares) = (0.0, 0.0, 0.0); // Welford
        foreach (var value in values)
        {
            if (value > limit)
                continue;
            count++;
            var delta = value - mean;
            mean += delta / count;
            squares += delta * (value - mean);
        }
        return (count, mean, count > 1 ? squares / (count - 1) : 0);
    }
}
