using System.Text;
using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Mutation;

/// <summary>Changes of lines, indents and scalars, and what YAML has beyond what our documents use.</summary>
internal static class YamlChanges
{
    private static readonly string[] s_scalars =
    [
        "~", "null", "true", "no", "0", "-1", "0x10", "1e9", "18446744073709551616", ".inf", ".nan", "2026-01-01", "2026-13-45T99:99:99Z", "''", "\"\\u0000\"",
        "|", ">", "|\n  a\n  b", "[]", "{}", "[a, b]", "{a: b}", "&a x", "*a", "!!binary AAAA", "!!int x", "!x y", "<<", "? x", "- - -", "'", "\"", "%", "@", "`",
        "9999999999999999999999999999999999", "１２", "𝟙", "\u202e", "a\tb", "1h", "-1h", "1000000000h", "0s", "*", "m/0/1", "h/*", "00", "0xGG",
    ];

    private static readonly string[] s_lines =
    [
        "---", "...", "%YAML 1.2", "&a a: *a", "<<: *a", "? a", ": b", "- ", "\t- x", "# comment", "a: &x [*x]", "!!map {}", "\0", "\ufeff", "version: 2", "key: |2", "a: 'b",
    ];

    public static byte[] Apply(byte[] input, IReadOnlyList<byte[]> seeds, Dice dice)
    {
        var lines = Lines(input);
        var at = dice.Below(lines.Count);
        switch (dice.Below(8))
        {
            case 0:
                lines[at] = Scalar(lines[at], dice.Pick(s_scalars));
                break;
            case 1:
                lines.Insert(at, Indent(lines[at]) + dice.Pick(s_lines));
                break;
            case 2:
                lines[at] = new string(' ', dice.Below(12)) + lines[at].TrimStart();
                break;
            case 3:
                lines[at] = Scalar(lines[at], Nested(dice));
                break;
            case 4:
                lines[at] = Scalar(lines[at], new string(dice.Pick(['a', '0', 'f', ' ', 'é']), dice.Size(20_000)));
                break;
            case 5:
                for (var i = dice.Size(2_000); i > 0; i--)
                    lines.Insert(at, lines[at]);
                break;
            case 6:
                lines[at] = Encoding.Latin1.GetString(ByteChanges.Apply(Encoding.Latin1.GetBytes(lines[at]), [Encoding.Latin1.GetBytes(lines[at])], dice));
                break;
            default:
                return ApplyLines(input, seeds, dice);
        }
        return Join(lines);
    }

    /// <summary>Lines as such: gone, twice, swapped, out of another seed.</summary>
    public static byte[] ApplyLines(byte[] input, IReadOnlyList<byte[]> seeds, Dice dice)
    {
        var lines = Lines(input);
        var (at, to) = (dice.Below(lines.Count), dice.Below(lines.Count));
        switch (dice.Below(5))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(to, lines[at]);
                break;
            case 2:
                (lines[at], lines[to]) = (lines[to], lines[at]);
                break;
            case 3:
                var other = Lines(dice.Pick(seeds));
                lines.Insert(to, dice.Pick(other));
                break;
            default:
                var from = Lines(dice.Pick(seeds));
                lines = [.. lines.Take(at), .. from.Skip(dice.Below(from.Count))];
                break;
        }
        return Join(lines);
    }

    private static List<string> Lines(byte[] input) => [.. Encoding.Latin1.GetString(input).Split('\n')];

    private static byte[] Join(List<string> lines) => Encoding.Latin1.GetBytes(string.Join('\n', lines));

    private static string Indent(string line) => line[..(line.Length - line.TrimStart().Length)];

    /// <summary>The line with another scalar behind its key or dash.</summary>
    private static string Scalar(string line, string scalar)
    {
        var bytes = Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(scalar));
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return colon >= 0 ? line[..(colon + 2)] + bytes : Indent(line) + "- " + bytes;
    }

    private static string Nested(Dice dice)
    {
        var depth = dice.Size(3_000);
        return dice.OneIn(2) ? new string('[', depth) : string.Concat(Enumerable.Repeat("{a: ", depth));
    }
}

/// <summary>Changes of one line of text.</summary>
internal static class WordChanges
{
    private static readonly string[] s_pieces =
    [
        "0", "1", "l", "I", "O", " ", "\t", "\n", "/", "'", "h", "H", "-", "+", ".", "%", "%00", "%zz", "=", "==", "_", "0x", "m/", "2147483648", "4294967296", "99999999999",
        "é", "\u202e", "１", "😀", "\0", "qpzry", "bc1", "xpub", "S", "u", "n", "M", "*", "#", "{", "}", "~", "^",
    ];

    public static byte[] Apply(byte[] input, IReadOnlyList<byte[]> seeds, Dice dice)
    {
        var at = dice.Below(input.Length + 1);
        switch (dice.Below(6))
        {
            case 0:
                return [.. input.AsSpan(0, at), .. Encoding.UTF8.GetBytes(dice.Pick(s_pieces)), .. input.AsSpan(at)];
            case 1 when at < input.Length:
                return [.. input.AsSpan(0, at), .. Encoding.UTF8.GetBytes(dice.Pick(s_pieces)), .. input.AsSpan(at + 1)];
            case 2 when at < input.Length: // the other case
                return [.. input.AsSpan(0, at), (byte)(input[at] ^ 0x20), .. input.AsSpan(at + 1)];
            case 3:
                return [.. input.AsSpan(0, at), .. Enumerable.Repeat(at < input.Length ? input[at] : (byte)'0', dice.Size(2_000)), .. input.AsSpan(at)];
            case 4:
                return Encoding.UTF8.GetBytes(dice.OneIn(2) ? Encoding.UTF8.GetString(input).ToUpperInvariant() : Encoding.UTF8.GetString(input).Trim());
            default:
                return ByteChanges.Apply(input, seeds, dice);
        }
    }
}

/// <summary>Changes of JSON text.</summary>
internal static class JsonChanges
{
    private static readonly string[] s_values =
    [
        "null", "true", "0", "-1", "1e400", "1.5", "18446744073709551616", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "[]", "{}", "[[]]", "{\"a\":1,\"a\":2}", "\"AA==\"", "\"!\"", "/*x*/1", "NaN", ",", "1,",
    ];

    public static byte[] Apply(byte[] input, IReadOnlyList<byte[]> seeds, Dice dice)
    {
        var text = Encoding.UTF8.GetString(input);
        var colons = Enumerable.Range(0, text.Length).Where(i => text[i] == ':').ToList();
        if (colons.Count == 0 || dice.OneIn(3))
            return dice.OneIn(2) ? YamlChanges.ApplyLines(input, seeds, dice) : ByteChanges.Apply(input, seeds, dice);
        var from = dice.Pick(colons) + 1;
        var to = text.AsSpan(from).IndexOfAny(",}]\n") is >= 0 and var end ? from + end : text.Length;
        var value = dice.Below(4) switch
        {
            0 => new string('[', dice.Size(3_000)),
            1 => "\"" + new string('A', dice.Size(20_000)) + "\"",
            _ => dice.Pick(s_values),
        };
        return Encoding.UTF8.GetBytes(text[..from] + value + text[to..]);
    }
}
