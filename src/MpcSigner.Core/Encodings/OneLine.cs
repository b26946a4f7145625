namespace MpcSigner.Core.Encodings;

/// <summary>
/// Text that people read as it was written, on one line of a terminal, a log or a page. What breaks that: control characters (escape sequences), line and paragraph separators,
/// and the characters that change the direction of what stands around them (Unicode UAX #9): with these a note can show another amount or address than it holds.
/// </summary>
public static class OneLine
{
    /// <summary>Whether nothing in the text but letters that are written right to left breaks its line or its order.</summary>
    public static bool Holds(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (Breaks(c))
                return false;
        }
        return true;
    }

    /// <summary>Whether this character does.</summary>
    public static bool Breaks(char c) => char.IsControl(c)
        || c is '\u2028' or '\u2029' // separators of lines and paragraphs
            or '\u061c' or '\u200e' or '\u200f' // marks of direction
            or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069'); // embeddings, overrides, isolates

    /// <summary>The text with every such character replaced: for what others say and this program shows.</summary>
    public static string Of(string text, char instead) => Holds(text)
        ? text
        : string.Create(text.Length, (text, instead), static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = Breaks(source.text[i]) ? source.instead : source.text[i];
        });
}
