using System.Buffers;
using MpcSigner.Core.Encodings;

namespace MpcSigner.Documents.Yaml;

/// <summary>What a text may be: its length and alphabet, described for error messages.</summary>
/// <param name="Alphabet">Null: any visible characters and blanks, on one line.</param>
public sealed record TextRule(string Description, int MinLength, int MaxLength, SearchValues<char>? Alphabet)
{
    private const string Lower = "abcdefghijklmnopqrstuvwxyz0123456789-";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Names of nodes, clients, administrators, address books.</summary>
    public static TextRule Name { get; } = new("1..32 characters of a-z, 0-9 and -", 1, 32, SearchValues.Create(Lower));

    /// <summary>Chain and asset names, addresses of any chain.</summary>
    public static TextRule Word { get; } = new("1..128 characters of A-Z, a-z, 0-9 and ._:/-", 1, 128, SearchValues.Create(Letters + "._:/-"));

    /// <summary>Key labels.</summary>
    public static TextRule Label { get; } = new("1..64 characters of A-Z, a-z, 0-9 and ._-", 1, 64, SearchValues.Create(Letters + "._-"));

    /// <summary>Text for people.</summary>
    public static TextRule Sentence(int maxLength) => new($"1..{maxLength} characters on one line", 1, maxLength, null);

    public bool Admits(string text) => text.Length >= MinLength && text.Length <= MaxLength
        && (Alphabet is null ? OneLine.Holds(text) : !text.AsSpan().ContainsAnyExcept(Alphabet));
}
