using MpcSigner.Core.Identities;
using MpcSigner.Core.Intents;

namespace MpcSigner.Documents.Yaml;

/// <summary>
/// A mapping read key by key. A getter records an error and answers null when the value is missing (unless optional) or wrong;
/// keys that no getter asked for are errors in <see cref="YamlReader.Finish"/>.
/// </summary>
public sealed class YamlMap
{
    private readonly YamlNode.Mapping _node;
    private readonly YamlReader _reader;
    private readonly string _path;
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);

    internal YamlMap(YamlNode.Mapping node, string path, YamlReader reader)
    {
        _node = node;
        _path = path;
        _reader = reader;
        reader.Opened(this);
    }

    /// <summary>Records an error at the beginning of this map.</summary>
    public void Fail(string message) => _reader.Errors.Add(_node.Line, _node.Column, _path, message);

    /// <summary>Records an error at a key's value, or at the map where the key is missing.</summary>
    public void Fail(string key, string message)
    {
        YamlNode at = Value(key) ?? (YamlNode)_node;
        _reader.Errors.Add(at.Line, at.Column, PathOf(key), message);
    }

    public bool Has(string key) => Value(key) is not null;

    /// <summary>Asks for every key at once: for a map that is refused for another reason.</summary>
    public void AcceptTheRest() => _asked.UnionWith(_node.Entries.Select(e => e.Key.Text));

    public YamlItem? Item(string key, bool optional = false)
    {
        switch (Find(key, optional))
        {
            case null:
                return null;
            case YamlNode.Scalar scalar:
                return new(scalar, PathOf(key), _reader.Errors);
            default:
                Fail(key, "expected a single value");
                return null;
        }
    }

    public string? Text(string key, TextRule rule, bool optional = false) =>
        Item(key, optional) is { } item && item.TryText(rule, out var text) ? text : null;

    /// <param name="min">At least 0.</param>
    public long? Integer(string key, long min, long max, bool optional = false) =>
        Item(key, optional) is { } item && item.TryInteger(min, max, out var value) ? value : null;

    public bool? Flag(string key, bool optional = false) =>
        Item(key, optional) is { } item && item.TryFlag(out var value) ? value : null;

    public Amount? Amount(string key, bool optional = false) =>
        Item(key, optional) is { } item && item.TryAmount(out var value) ? value : null;

    public Bytes32? Bytes32(string key, bool optional = false) =>
        Item(key, optional) is { } item && item.TryBytes32(out var value) ? value : null;

    public byte[]? Hex(string key, int size, bool optional = false) =>
        Item(key, optional) is { } item && item.TryHex(size, out var value) ? value : null;

    public TimeSpan? Duration(string key, TimeSpan min, TimeSpan max, bool optional = false) =>
        Item(key, optional) is { } item && item.TryDuration(min, max, out var value) ? value : null;

    public T? Choice<T>(string key, IReadOnlyDictionary<string, T> choices, bool optional = false) where T : struct =>
        Item(key, optional) is { } item && item.TryChoice(choices, out var value) ? value : null;

    public YamlMap? Map(string key, bool optional = false)
    {
        switch (Find(key, optional))
        {
            case null:
                return null;
            case YamlNode.Mapping map:
                return new(map, PathOf(key), _reader);
            default:
                Fail(key, "expected keys with values");
                return null;
        }
    }

    /// <summary>A list of maps; items of another kind are recorded and left out.</summary>
    public IReadOnlyList<YamlMap>? Maps(string key, int min, int max, bool optional = false)
    {
        if (Sequence(key, min, max, optional) is not { } items)
            return null;
        var maps = new List<YamlMap>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is YamlNode.Mapping map)
                maps.Add(new(map, $"{PathOf(key)}[{i}]", _reader));
            else
                _reader.Errors.Add(items[i].Line, items[i].Column, $"{PathOf(key)}[{i}]", "expected keys with values");
        }
        return maps;
    }

    /// <summary>A list of scalars; items of another kind are recorded and left out.</summary>
    public IReadOnlyList<YamlItem>? Items(string key, int min, int max, bool optional = false) =>
        Sequence(key, min, max, optional) is { } items ? ItemsOf(items, PathOf(key)) : null;

    /// <summary>A map whose keys the document chooses, with scalars as values.</summary>
    public IReadOnlyList<(YamlItem Key, YamlItem Value)>? Pairs(string key, int min, int max, bool optional = false)
    {
        if (Entries(key, min, max, optional) is not { } entries)
            return null;
        var pairs = new List<(YamlItem, YamlItem)>(entries.Count);
        foreach (var (name, value) in entries)
        {
            var path = $"{PathOf(key)}.{Shown.Text(name.Text)}";
            if (value is YamlNode.Scalar scalar)
                pairs.Add((new(name, path, _reader.Errors), new(scalar, path, _reader.Errors)));
            else
                _reader.Errors.Add(value.Line, value.Column, path, "expected a single value");
        }
        return pairs;
    }

    /// <summary>A map whose keys the document chooses, with lists of scalars as values.</summary>
    public IReadOnlyList<(YamlItem Key, IReadOnlyList<YamlItem> Values)>? Lists(string key, int min, int max, int maxItems, bool optional = false)
    {
        if (Entries(key, min, max, optional) is not { } entries)
            return null;
        var lists = new List<(YamlItem, IReadOnlyList<YamlItem>)>(entries.Count);
        foreach (var (name, value) in entries)
        {
            var path = $"{PathOf(key)}.{Shown.Text(name.Text)}";
            if (value is YamlNode.Sequence { Items: var items } && items.Count <= maxItems)
                lists.Add((new(name, path, _reader.Errors), ItemsOf(items, path)));
            else
                _reader.Errors.Add(value.Line, value.Column, path, $"expected a list of at most {maxItems} values");
        }
        return lists;
    }

    internal void FailOnKeysNotAsked()
    {
        foreach (var (key, _) in _node.Entries)
        {
            if (!_asked.Contains(key.Text))
                _reader.Errors.Add(key.Line, key.Column, _path, $"key {Shown.Text(key.Text)} is not known here; known are {string.Join(", ", _asked.Order(StringComparer.Ordinal))}");
        }
    }

    private List<YamlItem> ItemsOf(IReadOnlyList<YamlNode> items, string path)
    {
        var scalars = new List<YamlItem>(items.Count);
        for (var i = 0; i < items.Count; i++)
        {
            if (items[i] is YamlNode.Scalar scalar)
                scalars.Add(new(scalar, $"{path}[{i}]", _reader.Errors));
            else
                _reader.Errors.Add(items[i].Line, items[i].Column, $"{path}[{i}]", "expected a single value");
        }
        return scalars;
    }

    private IReadOnlyList<YamlNode>? Sequence(string key, int min, int max, bool optional)
    {
        switch (Find(key, optional))
        {
            case null:
                return null;
            case YamlNode.Sequence { Items: var items } when items.Count >= min && items.Count <= max:
                return items;
            case YamlNode.Sequence { Items: var items }:
                Fail(key, $"expected {min}..{max} items, found {items.Count}");
                return null;
            default:
                Fail(key, "expected a list");
                return null;
        }
    }

    private IReadOnlyList<(YamlNode.Scalar Key, YamlNode Value)>? Entries(string key, int min, int max, bool optional)
    {
        switch (Find(key, optional))
        {
            case null:
                return null;
            case YamlNode.Mapping { Entries: var entries } when entries.Count >= min && entries.Count <= max:
                return entries;
            case YamlNode.Mapping { Entries: var entries }:
                Fail(key, $"expected {min}..{max} entries, found {entries.Count}");
                return null;
            default:
                Fail(key, "expected keys with values");
                return null;
        }
    }

    private YamlNode? Find(string key, bool optional)
    {
        _asked.Add(key);
        var value = Value(key);
        if (value is null && !optional)
            Fail($"key '{key}' is missing");
        return value;
    }

    private YamlNode? Value(string key) => _node.Entries.FirstOrDefault(e => string.Equals(e.Key.Text, key, StringComparison.Ordinal)).Value;

    private string PathOf(string key) => _path.Length == 0 ? key : $"{_path}.{key}";
}
