using MpcSigner.Core.Identities;

namespace MpcSigner.Policy.Rules;

/// <summary>Which keys a rule speaks of. A label is given by whoever may create keys: rules on labels are as good as the creation rules.</summary>
public abstract record KeySelector
{
    private KeySelector() { }

    /// <summary>Every key, labelled or not.</summary>
    public sealed record Any : KeySelector;

    public sealed record Id(KeyId Value) : KeySelector;

    public sealed record Label(LabelPattern Pattern) : KeySelector;

    public bool Matches(KeyId key, string? label) => this switch
    {
        Any => true,
        Id i => i.Value == key,
        Label l => label is not null && l.Pattern.Matches(label),
        _ => throw new InvalidOperationException("a key selector of no known kind"),
    };
}

/// <summary>A label, or the beginning of one.</summary>
/// <param name="Text">Without the asterisk; not empty.</param>
/// <param name="IsPrefix">Written with a trailing asterisk: any label that begins so.</param>
public readonly record struct LabelPattern(string Text, bool IsPrefix)
{
    public bool Matches(string label) => IsPrefix
        ? label.StartsWith(Text, StringComparison.Ordinal)
        : string.Equals(label, Text, StringComparison.Ordinal);

    public override string ToString() => IsPrefix ? Text + "*" : Text;
}
