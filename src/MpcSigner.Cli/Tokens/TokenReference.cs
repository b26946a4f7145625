using System.Globalization;
using System.Text;
using MpcSigner.Core.Encodings;
using MpcSigner.Pkcs11.Keys;
using MpcSigner.Pkcs11.Sessions;

namespace MpcSigner.Cli.Tokens;

/// <summary>A key in a token as a command line names it: <c>module=FILE;token=LABEL;key=LABEL;pin-file=FILE</c>. Never a PIN: command lines are seen by others.</summary>
/// <param name="Module">The vendor's library, an absolute path.</param>
/// <param name="Token">The token's label.</param>
/// <param name="Serial">Its serial, where several have that label.</param>
/// <param name="Key">The key's label; null where only the token is meant.</param>
/// <param name="KeyId">The key's CKA_ID in hexadecimal, where several keys have that label.</param>
/// <param name="Pin">Where the PIN comes from.</param>
internal sealed record TokenReference(string Module, string Token, string? Serial, string? Key, string? KeyId, PinSource Pin)
{
    public const string Form = "module=FILE;token=LABEL;key=LABEL;pin-file=FILE";

    public const string Explanation =
        "module=FILE;token=LABEL;key=LABEL and one of pin-file=FILE, pin-env=NAME, pin-command=PROGRAM ARGUMENTS (no shell, split at blanks), prompt; serial=TEXT and key-id=HEX where labels do not suffice";

    private const int MaxText = 4_096;
    private const int MaxParts = 16;

    private static readonly string[] Names = ["module", "token", "serial", "key", "key-id", "pin-file", "pin-env", "pin-command", "prompt"];

    /// <summary>Reads one; what is wrong is told all at once.</summary>
    /// <param name="text">As given.</param>
    /// <param name="needsKey">A key is to be named, not only a token.</param>
    /// <exception cref="CliException">USAGE. No value is repeated that may be a PIN in the wrong place.</exception>
    public static TokenReference Parse(string text, bool needsKey = true)
    {
        List<string> errors = [];
        var parts = Split(text, errors);
        string? Of(string name) => parts.GetValueOrDefault(name);
        if (Of("module") is null)
            errors.Add("module=FILE is missing");
        Judge(Of("token"), TokenOptions.MaxLabelLength, "token", required: true, errors);
        Judge(Of("key"), KeyName.MaxLabelBytes, "key", needsKey, errors);
        if (Of("key-id") is { } id && !(id.Length is > 0 and <= 2 * KeyName.MaxIdBytes && id.Length % 2 == 0 && id.All(char.IsAsciiHexDigit)))
            errors.Add($"key-id must be 1..{KeyName.MaxIdBytes} bytes in hexadecimal");
        var sources = PinSource.Read(Of("pin-file"), Of("pin-env"), Of("pin-command"), parts.ContainsKey("prompt"));
        if (sources.Count != 1)
            errors.Add("exactly one of pin-file, pin-env, pin-command, prompt is needed");
        return errors.Count == 0
            ? new(Path.GetFullPath(Of("module")!), Of("token")!, Of("serial"), Of("key"), Of("key-id")?.ToLowerInvariant(), sources[0])
            : throw CliException.Usage($"--pkcs11 cannot be read: {string.Join("; ", errors)}.", $"Give {Explanation}.");
    }

    /// <summary>The token, and the key if one is named; nothing secret.</summary>
    public override string ToString() => Key is null ? $"token '{Token}'" : $"key '{Key}' in token '{Token}'";

    private static Dictionary<string, string> Split(string text, List<string> errors)
    {
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (text.Length > MaxText || text.AsSpan().Count(';') >= MaxParts)
        {
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"it has more than {MaxText} characters or {MaxParts} parts"));
            return parts;
        }
        foreach (var (part, number) in text.Split(';').Select((p, i) => (p.Trim(), i + 1)).Where(p => p.Item1.Length > 0))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? part : part[..equals];
            var value = equals < 0 ? "" : part[(equals + 1)..];
            if (name is "pin" or "so-pin")
                errors.Add("a PIN never stands on a command line, where others see it: name its source");
            else if (!Names.Contains(name))
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"part {number} has no name that is known"));
            else if ((name == "prompt") != (equals < 0))
                errors.Add(name == "prompt" ? "prompt has no value" : $"{name} has no value");
            else if (name != "prompt" && (value.Length == 0 || !OneLine.Holds(value)))
                errors.Add($"{name} is empty or has control characters");
            else if (!parts.TryAdd(name, value))
                errors.Add($"{name} stands twice");
        }
        return parts;
    }

    private static void Judge(string? value, int maxBytes, string name, bool required, List<string> errors)
    {
        if (value is null ? required : Encoding.UTF8.GetByteCount(value) > maxBytes)
            errors.Add(string.Create(CultureInfo.InvariantCulture, $"{name}=LABEL of 1..{maxBytes} bytes is needed"));
    }
}
