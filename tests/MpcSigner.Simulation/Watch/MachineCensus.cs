using System.Collections;
using System.Reflection;
using MpcSigner.Coordination;

namespace MpcSigner.Simulation.Watch;

/// <summary>Every collection that a machine keeps, by the class and field that hold it, with the largest number of its elements. Found from outside: nothing in the nodes counts for it.</summary>
public sealed class MachineCensus
{
    private const string Prefix = "MpcSigner.";
    private static readonly Dictionary<Type, FieldInfo[]> Fields = [];

    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly SortedDictionary<string, int> _sizes = new(StringComparer.Ordinal);
    private readonly List<object> _members = [];
    private readonly Stack<object> _open = new();

    private MachineCensus()
    {
    }

    public IReadOnlyDictionary<string, int> Sizes => _sizes;

    /// <summary>Every object of one kind.</summary>
    public IEnumerable<T> Of<T>() => _members.OfType<T>();

    public static MachineCensus Of(NodeMachine machine)
    {
        var census = new MachineCensus();
        census.Meet(machine);
        while (census._open.TryPop(out var next))
            census.Visit(next);
        return census;
    }

    private void Visit(object one)
    {
        _members.Add(one);
        foreach (var field in FieldsOf(one.GetType()))
        {
            if (field.GetValue(one) is not { } value)
                continue;
            if (value is ICollection or IEnumerable and not string && IsCounted(value))
                Count($"{one.GetType().Name}.{field.Name}", (IEnumerable)value);
            else
                Meet(value);
        }
    }

    private void Count(string name, IEnumerable elements)
    {
        var count = 0;
        foreach (var element in elements)
        {
            count++;
            if (element is not null && element.GetType() is { IsGenericType: true, Name: "KeyValuePair`2" } pair)
                Meet(pair.GetProperty("Value")!.GetValue(element));
            else
                Meet(element);
        }
        _sizes[name] = Math.Max(count, _sizes.GetValueOrDefault(name));
    }

    private void Meet(object? value)
    {
        if (value is null || !(value.GetType().FullName?.StartsWith(Prefix, StringComparison.Ordinal) ?? false) || value.GetType() is { IsEnum: true } || value is Delegate
            || value.GetType().FullName!.StartsWith("MpcSigner.Simulation", StringComparison.Ordinal))
            return;
        if (value.GetType().IsValueType || _seen.Add(value))
            _open.Push(value);
    }

    /// <summary>Collections proper; what is a message's bytes or a secret's memory is not.</summary>
    private static bool IsCounted(object value) => value is not Array { Length: 0 } && value is not (byte[] or Array) && value.GetType().IsGenericType;

    private static FieldInfo[] FieldsOf(Type type)
    {
        if (Fields.TryGetValue(type, out var known))
            return known;
        List<FieldInfo> fields = [];
        for (var at = type; at is not null && at != typeof(object); at = at.BaseType)
            fields.AddRange(at.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(field => !field.FieldType.IsPointer && !field.FieldType.IsPrimitive));
        return Fields[type] = [.. fields];
    }
}
