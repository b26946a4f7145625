namespace MpcSigner.Benchmarks;

/// <summary>What the commands of the table have in common: <c>--json FILE</c>, <c>--only ID,…</c>, <c>--quick</c>.</summary>
internal sealed record Options(string? Json, IReadOnlySet<string>? Only, bool Quick)
{
    /// <returns>Null for an option that there is not; it is named on the error stream.</returns>
    public static Options? Parse(IReadOnlyList<string> arguments)
    {
        string? json = null;
        HashSet<string>? only = null;
        var quick = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--json" when i + 1 < arguments.Count:
                    json = arguments[++i];
                    break;
                case "--only" when i + 1 < arguments.Count:
                    only = [.. arguments[++i].Split(',')];
                    break;
                case "--quick":
                    quick = true;
                    break;
                default:
                    Console.Error.WriteLine($"unknown option {arguments[i]}");
                    return null;
            }
        }
        return new(json, only, quick);
    }

    /// <summary>The rows asked for, in the table's order.</summary>
    /// <returns>Null if an id is not in the table; the ids that are go to the error stream.</returns>
    public IReadOnlyList<T>? Choose<T>(IReadOnlyList<T> table, Func<T, string> id)
    {
        if (Only?.Except(table.Select(id)).ToList() is { Count: > 0 } unknown)
        {
            Console.Error.WriteLine($"no such id: {string.Join(", ", unknown)}; there are: {string.Join(", ", table.Select(id))}");
            return null;
        }
        return [.. table.Where(row => Only?.Contains(id(row)) ?? true)];
    }
}
