using MpcSigner.Core.Identities;

namespace MpcSigner.Policy.Rules;

/// <summary>Which clients a rule speaks of.</summary>
public abstract record ClientSelector
{
    private ClientSelector() { }

    public sealed record Any : ClientSelector;

    /// <param name="Value">A roster name, compared exactly.</param>
    public sealed record Name(string Value) : ClientSelector;

    public sealed record Id(ClientId Value) : ClientSelector;

    public bool Matches(PolicyClient client) => this switch
    {
        Any => true,
        Name n => string.Equals(n.Value, client.Name, StringComparison.Ordinal),
        Id i => i.Value == client.Id,
        _ => throw new InvalidOperationException("a client selector of no known kind"),
    };
}
