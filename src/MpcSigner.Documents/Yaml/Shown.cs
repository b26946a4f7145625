using MpcSigner.Core.Encodings;

namespace MpcSigner.Documents.Yaml;

/// <summary>Foreign text inside an error message: quoted, short, on one line.</summary>
internal static class Shown
{
    private const int MaxLength = 80;

    public static string Text(string text)
    {
        var oneLine = string.Create(Math.Min(text.Length, MaxLength), text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++)
                span[i] = OneLine.Breaks(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
        });
        return text.Length > MaxLength ? $"'{oneLine}…'" : $"'{oneLine}'";
    }
}
