using System.Globalization;
using System.Numerics;
using System.Text.Json;
using MpcSigner.Core.Intents;

namespace MpcSigner.Cli.Documents;

/// <summary>A transfer described in a flat JSON object: exactly the fields that belong there, each once.</summary>
internal sealed class TransferFile
{
    /// <summary>2^256 − 1 has 78 digits.</summary>
    private const int MaxDigits = 78;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4 };

    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);
    private readonly string _path;
    private readonly string _example;

    private TransferFile(string path, string example) => (_path, _example) = (path, example);

    /// <param name="example">How such a file is written, for whoever wrote it otherwise.</param>
    /// <param name="optional">Fields that may be left out.</param>
    /// <exception cref="CliException">Any other field, or one that is missing.</exception>
    public static TransferFile Read(string path, string example, string[] required, params string[] optional)
    {
        var file = new TransferFile(path, example);
        try
        {
            using var document = JsonDocument.Parse(PayloadFile.Raw(path), Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw file.Wrong("it is no JSON object");
            foreach (var field in document.RootElement.EnumerateObject())
            {
                if (!required.Contains(field.Name, StringComparer.Ordinal) && !optional.Contains(field.Name, StringComparer.Ordinal))
                    throw file.Wrong($"it holds an unknown field {JsonEncodedText.Encode(field.Name)}");
                if (!file._fields.TryAdd(field.Name, field.Value.Clone()))
                    throw file.Wrong($"{field.Name} stands there twice");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the latter for names that are no UTF-8
        {
            throw file.Wrong(e.Message);
        }
        foreach (var name in required.Where(name => !file.Has(name)))
            throw file.Wrong($"{name} is missing");
        return file;
    }

    public bool Has(string name) => _fields.ContainsKey(name);

    public string Text(string name) =>
        _fields[name].ValueKind == JsonValueKind.String && TextOf(_fields[name]) is { } text ? text : throw Wrong($"{name} is no text");

    /// <summary>Null for bytes that are no UTF-8, and for half of a surrogate pair: both are JSON to its parser.</summary>
    private static string? TextOf(JsonElement element)
    {
        try
        {
            return element.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>A whole number in digits.</summary>
    /// <param name="orText">Whether a text of digits will do: programs round long JSON numbers.</param>
    public Amount Number(string name, bool orText = false)
    {
        var element = _fields[name];
        var digits = element.ValueKind == JsonValueKind.Number ? element.GetRawText()
            : orText && element.ValueKind == JsonValueKind.String ? TextOf(element) ?? ""
            : "";
        if (digits.Length is 0 or > MaxDigits || digits.AsSpan().ContainsAnyExceptInRange('0', '9') || (digits.Length > 1 && digits[0] == '0'))
            throw Wrong($"{name} is not a whole number in digits");
        var value = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        return value < BigInteger.One << 256 ? new(value) : throw Wrong($"{name} is 2^256 or more");
    }

    /// <summary>As <see cref="Number"/>, below 2^64.</summary>
    public ulong Long(string name) =>
        Number(name).Value is var value && value <= ulong.MaxValue ? (ulong)value : throw Wrong($"{name} is 2^64 or more");

    public CliException Wrong(string problem) => CliException.Usage($"{_path} is not a transfer: {problem}.", $"Write it so: {_example}");
}
