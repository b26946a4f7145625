using System.Globalization;

namespace MpcSigner.Simulation.Planted;

/// <summary>One replacement: this text of this file, which must be there exactly once.</summary>
public sealed record Replacement(string File, string Old, string New);

/// <summary>A fault that the simulation must find: what it does to the source, and which promise breaks.</summary>
/// <remarks>
/// Files <c>Planted/Faults/*.fault</c>: a sentence; <c>breaks PROMISE</c>; which histories can show it (<c>rotating</c>; <c>telling ROW</c>; <c>cheating CONDUCT [ecdsa|reshare|recovery]</c>); <c>seed N</c> from which on tests look, since it is known to find it; <c>leaking</c> where it keeps secrets by its nature, which are not counted then; then replacements: <c>&gt;&gt;&gt; file</c>, old lines, <c>===</c>, new lines,
/// <c>&lt;&lt;&lt;</c>. The new text asks <c>PlantedFault.Is(name)</c>, so that one build holds all faults and each run has one.
/// </remarks>
public sealed record Fault(string Name, string Promise, ulong Seed, IReadOnlyList<string> Options, IReadOnlyList<Replacement> Replacements)
{
    private const string Begin = ">>> ";
    private const string Middle = "===";
    private const string End = "<<<";
    private const string Breaks = "breaks ";
    private const string Known = "seed ";

    /// <summary>Lines that choose the histories, and what they are for the command run.</summary>
    private static readonly string[] Choosing = ["rotating", "leaking", "telling", "cheating"];

    public static Fault Parse(string name, IReadOnlyList<string> lines)
    {
        var promise = lines.Single(line => line.StartsWith(Breaks, StringComparison.Ordinal))[Breaks.Length..];
        List<Replacement> replacements = [];
        for (var i = 0; i < lines.Count; i++)
        {
            if (!lines[i].StartsWith(Begin, StringComparison.Ordinal))
                continue;
            var file = lines[i][Begin.Length..];
            var old = Until(Middle, lines, ref i);
            replacements.Add(new(file, old, Until(End, lines, ref i)));
        }
        var seed = lines.FirstOrDefault(line => line.StartsWith(Known, StringComparison.Ordinal)) is { } known ? ulong.Parse(known.AsSpan(Known.Length), CultureInfo.InvariantCulture) : 1;
        return replacements.Count > 0 ? new(name, promise, seed, [.. lines.Select(line => line.Split(' ')).Where(words => Choosing.Contains(words[0])).SelectMany(words => words.Skip(1).Prepend("--" + words[0]))], replacements) : throw new FormatException($"fault {name} replaces nothing");
    }

    private static string Until(string end, IReadOnlyList<string> lines, ref int at)
    {
        List<string> taken = [];
        while (lines[++at] != end)
            taken.Add(lines[at]);
        return string.Join('\n', taken) + '\n';
    }
}
