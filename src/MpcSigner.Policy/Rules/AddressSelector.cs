namespace MpcSigner.Policy.Rules;

/// <summary>Which destinations a rule speaks of: any, or those of the named address books.</summary>
public abstract record AddressSelector
{
    private AddressSelector() { }

    public sealed record Any : AddressSelector;

    /// <param name="Names">Address books of the same policy; at least one.</param>
    public sealed record Books(IReadOnlyList<string> Names) : AddressSelector;

    /// <summary>Exact comparison. A book the policy does not hold matches nothing (the document reader refuses it).</summary>
    internal bool Matches(ClusterPolicy policy, string address) => this switch
    {
        Any => true,
        Books b => b.Names.Any(name => policy.AddressBooks.TryGetValue(name, out var book) && book.Contains(address)),
        _ => throw new InvalidOperationException("an address selector of no known kind"),
    };

    public sealed override string ToString() => this is Books b ? string.Join(", ", b.Names) : "any";
}
