using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Intents;

namespace MpcSigner.Documents.Yaml;

/// <summary>One scalar with its place. Each reading method records an error and answers false when the text is not what it reads.</summary>
public sealed class YamlItem
{
    /// <summary>2^256 − 1 has 78 digits.</summary>
    private const int MaxDigits = 78;

    private readonly YamlNode.Scalar _node;
    private readonly ErrorList _errors;

    internal YamlItem(YamlNode.Scalar node, string path, ErrorList errors)
    {
        _node = node;
        _errors = errors;
        Path = path;
    }

    public string Text => _node.Text;

    public string Path { get; }

    /// <summary>Records an error at this place.</summary>
    public void Fail(string message) => _errors.Add(_node.Line, _node.Column, Path, message);

    public bool TryText(TextRule rule, [NotNullWhen(true)] out string? text)
    {
        text = null;
        if (_node.IsPlain && Text is "" or "~" or "null" or "Null" or "NULL")
            return Failed("has no value: write one, or leave the key out");
        if (!rule.Admits(Text))
            return Failed($"expected {rule.Description}, found {Shown.Text(Text)}");
        text = Text;
        return true;
    }

    /// <summary>Decimal digits without sign, leading zero, separators or quotes.</summary>
    public bool TryAmount(out Amount amount)
    {
        amount = default;
        if (!_node.IsPlain || Text.Length is 0 or > MaxDigits || Text.AsSpan().ContainsAnyExceptInRange('0', '9') || (Text.Length > 1 && Text[0] == '0'))
            return Failed($"expected a whole number in base units, digits only, found {Shown.Text(Text)}");
        var value = BigInteger.Parse(Text, NumberStyles.None, CultureInfo.InvariantCulture);
        if (value >= BigInteger.One << 256)
            return Failed("expected at most 2^256-1");
        amount = new(value);
        return true;
    }

    /// <summary>As an amount, within 0 ≤ <paramref name="min"/>..<paramref name="max"/>.</summary>
    public bool TryInteger(long min, long max, out long value)
    {
        value = 0;
        if (!_node.IsPlain || Text.AsSpan().ContainsAnyExceptInRange('0', '9') || (Text.Length > 1 && Text[0] == '0')
            || !long.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var read) || read < min || read > max)
            return Failed($"expected a whole number {min}..{max}, found {Shown.Text(Text)}");
        value = read;
        return true;
    }

    /// <summary><c>true</c> or <c>false</c>, nothing else that YAML may take for one.</summary>
    public bool TryFlag(out bool value)
    {
        value = _node.IsPlain && Text == "true";
        return value || (_node.IsPlain && Text == "false") || Failed($"expected true or false, found {Shown.Text(Text)}");
    }

    /// <summary>Exactly <paramref name="size"/> bytes in hexadecimal.</summary>
    public bool TryHex(int size, [NotNullWhen(true)] out byte[]? bytes)
    {
        bytes = null;
        if (Text.Length != 2 * size || !Text.All(char.IsAsciiHexDigit))
            return Failed($"expected {2 * size} hexadecimal digits, found {Shown.Text(Text)}");
        bytes = Convert.FromHexString(Text);
        return true;
    }

    public bool TryBytes32(out Bytes32 value)
    {
        value = default;
        if (!TryHex(Bytes32.Size, out var bytes))
            return false;
        value = new(bytes);
        return true;
    }

    /// <summary>A whole number with its unit: ms, s, m, h or d.</summary>
    public bool TryDuration(TimeSpan min, TimeSpan max, out TimeSpan value)
    {
        if (!Durations.TryRead(Text, out value))
            return Failed($"expected a duration like 500ms, 30s, 5m, 2h or 7d, found {Shown.Text(Text)}");
        return value >= min && value <= max || Failed($"expected a duration of {min}..{max}, found {Shown.Text(Text)}");
    }

    /// <summary>RFC 3339 in UTC with whole seconds.</summary>
    public bool TryTime(out DateTimeOffset time) =>
        Times.TryRead(Text, out time) || Failed($"expected a time in UTC like 2026-01-31T04:00:00Z, found {Shown.Text(Text)}");

    public bool TryChoice<T>(IReadOnlyDictionary<string, T> choices, [MaybeNullWhen(false)] out T value) =>
        choices.TryGetValue(Text, out value) || Failed($"expected one of {string.Join(", ", choices.Keys)}, found {Shown.Text(Text)}");

    private bool Failed(string message)
    {
        Fail(message);
        return false;
    }
}
