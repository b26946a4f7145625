using System.Globalization;

namespace MpcSigner.Benchmarks.Comparison;

/// <summary>Two revisions in one run, pair by pair: A, B, B, A, … so that a machine that grows slower or faster does so for both.</summary>
internal static class CompareCommand
{
    private const int Pairs = 5;

    public static int Run(string nameA, string nameB, Options options)
    {
        using var a = Revision.Build(nameA);
        using var b = Revision.Build(nameB);
        var ratios = new SortedDictionary<string, List<(double A, double B)>>(StringComparer.Ordinal);
        for (var pair = 0; pair < (options.Quick ? 1 : Pairs); pair++)
        {
            var aFirst = pair % 2 == 0;
            var first = (aFirst ? a : b).Measure(options.Only);
            var second = (aFirst ? b : a).Measure(options.Only);
            var (ofA, ofB) = aFirst ? (first, second) : (second, first);
            foreach (var id in ofA.Keys.Intersect(ofB.Keys)) // a row that only one of them knows has no ratio
            {
                ratios.TryAdd(id, []);
                ratios[id].Add((ofA[id], ofB[id]));
            }
        }
        if (ratios.Count == 0)
        {
            Console.Error.WriteLine("the two revisions have no row in common");
            return 2;
        }
        Console.WriteLine($"{"",-30} {nameA,12} {nameB,12}   B/A median (min .. max of {(options.Quick ? 1 : Pairs)} pairs)");
        foreach (var (id, pairs) in ratios)
        {
            var ratio = pairs.Select(pair => pair.B / pair.A).Order().ToList();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{id,-30} {Median(pairs.Select(p => p.A)),9:F3} ms {Median(pairs.Select(p => p.B)),9:F3} ms   {ratio[ratio.Count / 2]:F3} ({ratio[0]:F3} .. {ratio[^1]:F3})"));
        }
        return 0;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }
}
