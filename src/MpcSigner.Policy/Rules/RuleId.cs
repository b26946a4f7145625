using System.Diagnostics.CodeAnalysis;

namespace MpcSigner.Policy.Rules;

/// <summary>A rule's name in its policy, 1..64 characters of [a-z0-9-], unique there.</summary>
public readonly record struct RuleId
{
    public const int MaxLength = 64;

    private readonly string? _value;

    private RuleId(string value) => _value = value;

    /// <summary>What decides when no rule applies. No rule can have this name.</summary>
    public static RuleId Default { get; } = new("default");

    public static bool TryParse([NotNullWhen(true)] string? text, out RuleId id)
    {
        id = default;
        if (text is null || text.Length is 0 or > MaxLength || text == Default._value
            || text.AsSpan().ContainsAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789-"))
            return false;
        id = new(text);
        return true;
    }

    public override string ToString() => _value ?? "none";
}
