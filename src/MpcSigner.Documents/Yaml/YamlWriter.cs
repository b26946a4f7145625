using System.Text;

namespace MpcSigner.Documents.Yaml;

/// <summary>Writes the plain YAML that <see cref="YamlReader"/> reads: two blanks a level, text always in double quotes, numbers and flags plain.</summary>
internal sealed class YamlWriter
{
    private readonly StringBuilder _text = new();
    private int _level;
    private bool _itemPending;

    public YamlWriter Text(string key, string value) => Line($"{Key(key)}: {Quoted(value)}");

    public YamlWriter Plain(string key, string value) => Line($"{Key(key)}: {value}");

    /// <summary>A list of texts on one line.</summary>
    public YamlWriter Texts(string key, IEnumerable<string> values) => Line($"{Key(key)}: [{string.Join(", ", values.Select(Quoted))}]");

    /// <summary>A key with an indented block, which is not empty.</summary>
    public YamlWriter Block(string key, Action<YamlWriter> block)
    {
        Line(Key(key) + ":");
        return Indented(block);
    }

    /// <summary>One item of a list inside a block: a map.</summary>
    public YamlWriter Item(Action<YamlWriter> item)
    {
        _itemPending = true;
        return Indented(item);
    }

    public byte[] ToBytes() => System.Text.Encoding.UTF8.GetBytes(_text.ToString());

    private YamlWriter Indented(Action<YamlWriter> block)
    {
        _level++;
        block(this);
        _level--;
        return this;
    }

    private YamlWriter Line(string line)
    {
        var indent = 2 * _level;
        if (_itemPending)
            _text.Append(' ', indent - 2).Append("- ");
        else
            _text.Append(' ', indent);
        _itemPending = false;
        _text.Append(line).Append('\n');
        return this;
    }

    private static string Key(string key) =>
        key.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz_") ? Quoted(key) : key;

    private static string Quoted(string text) => "\"" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"";
}
