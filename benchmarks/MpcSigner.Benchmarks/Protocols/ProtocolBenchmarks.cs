using System.Text.Json;

namespace MpcSigner.Benchmarks.Protocols;

/// <summary>Whole protocol runs, all parties in one process: what a key or a signature costs the cluster together.</summary>
internal static class ProtocolBenchmarks
{
    private static readonly (string Id, int Iterations, Func<IProtocolRun> Create)[] All =
    [
        ("ed25519-sign-2of3", 400, () => new FrostSignRun(threshold: 2, parties: 3)),
        ("ed25519-sign-3of5", 250, () => new FrostSignRun(threshold: 3, parties: 5)),
        ("ed25519-keygen-2of3", 200, () => new KeygenRun(threshold: 2, parties: 3, count: 1)),
        ("ed25519-keygen-batch500-2of3", 3, () => new KeygenRun(threshold: 2, parties: 3, count: 500)),
    ];

    public static int Run(IReadOnlyList<string> options)
    {
        string? json = null;
        HashSet<string>? only = null;
        var quick = false;
        for (var i = 0; i < options.Count; i++)
        {
            switch (options[i])
            {
                case "--json" when i + 1 < options.Count:
                    json = options[++i];
                    break;
                case "--only" when i + 1 < options.Count:
                    only = [.. options[++i].Split(',')];
                    break;
                case "--quick":
                    quick = true;
                    break;
                default:
                    Console.Error.WriteLine($"unknown option {options[i]}");
                    return 2;
            }
        }

        List<Measurement> rows = [];
        foreach (var (id, iterations, create) in All.Where(row => only?.Contains(row.Id) ?? true))
        {
            using var run = create();
            var row = Measurement.Of(id, quick ? Math.Max(1, iterations / 10) : iterations, run);
            rows.Add(row);
            Console.WriteLine(row.ToString());
        }
        if (rows.Count == 0)
        {
            Console.Error.WriteLine($"no such id; there are: {string.Join(", ", All.Select(row => row.Id))}");
            return 2;
        }
        if (json is not null)
            File.WriteAllText(json, JsonSerializer.Serialize(rows, new JsonSerializerOptions { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true }));
        return 0;
    }
}

/// <summary>Something to run again and again. <see cref="PerRun"/> results come of one run; figures are a result's.</summary>
internal interface IProtocolRun : IDisposable
{
    int PerRun { get; }

    /// <summary>Bytes the busiest party sent in the last run, for each result.</summary>
    long BytesPerParty { get; }

    void RunOnce();
}
