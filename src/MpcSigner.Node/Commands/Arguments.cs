using System.Diagnostics.CodeAnalysis;

namespace MpcSigner.Node.Commands;

/// <summary><c>--name value</c> pairs of one verb, read strictly: unknown, doubled and missing ones are errors, all told at once.</summary>
internal sealed class Arguments
{
    private const int MaxValueLength = 4_096;

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    public List<string> Errors { get; } = [];

    public Arguments(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i += 2)
        {
            var name = args[i];
            if (!name.StartsWith("--", StringComparison.Ordinal))
                Errors.Add($"'{name}' is not an option; options are written --name value");
            else if (i + 1 == args.Count)
                Errors.Add($"{name} has no value");
            else if (args[i + 1].Length > MaxValueLength)
                Errors.Add($"{name} has more than {MaxValueLength} characters");
            else if (!_values.TryAdd(name, args[i + 1]))
                Errors.Add($"{name} is given twice");
        }
    }

    public string? Optional(string name)
    {
        _asked.Add(name);
        return _values.GetValueOrDefault(name);
    }

    public string Required(string name)
    {
        if (Optional(name) is { Length: > 0 } value)
            return value;
        Errors.Add($"{name} is missing");
        return "";
    }

    public T Choice<T>(string name, T otherwise, IReadOnlyDictionary<string, T> choices)
    {
        if (Optional(name) is not { } value)
            return otherwise;
        if (choices.TryGetValue(value, out var chosen))
            return chosen;
        Errors.Add($"{name} must be one of {string.Join(", ", choices.Keys)}");
        return otherwise;
    }

    /// <summary>False when anything was wrong; call it after the last question.</summary>
    public bool Finish([NotNullWhen(false)] out IReadOnlyList<string>? errors)
    {
        Errors.AddRange(_values.Keys.Where(k => !_asked.Contains(k)).Select(k => $"{k} is not known here; known are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}"));
        errors = Errors.Count == 0 ? null : Errors;
        return errors is null;
    }
}
