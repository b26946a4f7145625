namespace MpcSigner.Documents.Yaml;

/// <summary>
/// Reads a YAML document strictly and reports every error at once. Open, take what is needed from <see cref="Root"/>, then <see cref="Finish"/>:
/// only an empty list of errors means that what was read is the document.
/// </summary>
public sealed class YamlReader
{
    private readonly List<YamlMap> _opened = [];

    private YamlReader() { }

    internal ErrorList Errors { get; } = new();

    /// <summary>Null when the bytes are not a YAML map at all: the errors say why.</summary>
    public YamlMap? Root { get; private set; }

    /// <summary>Never throws on input: any bytes give a reader, if need be one with errors and no root.</summary>
    public static YamlReader Open(ReadOnlySpan<byte> bytes, YamlBounds bounds)
    {
        var reader = new YamlReader();
        var node = YamlTreeParser.Parse(bytes, bounds, reader.Errors);
        if (node is YamlNode.Mapping map)
            reader.Root = new(map, "", reader);
        else if (node is not null)
            reader.Errors.Add(node.Line, node.Column, "", "expected keys with values at the top");
        else if (reader.Errors.IsEmpty)
            reader.Errors.Add(0, 0, "", "the document cannot be read");
        return reader;
    }

    /// <summary>All errors in the order of the document; keys that nothing asked for are among them. Call it once, at the end.</summary>
    public IReadOnlyList<DocumentError> Finish()
    {
        foreach (var map in _opened)
            map.FailOnKeysNotAsked();
        _opened.Clear();
        return Errors.Sorted();
    }

    internal void Opened(YamlMap map) => _opened.Add(map);
}
