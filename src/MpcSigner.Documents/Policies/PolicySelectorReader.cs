using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Intents;
using MpcSigner.Documents.Yaml;
using MpcSigner.Policy;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Documents.Policies;

/// <summary>Reads what rules match on. In every list a lone "*" (in quotes) means any.</summary>
internal sealed class PolicySelectorReader(IReadOnlySet<string> addressBooks)
{
    private const int MaxAssets = 256;

    public string? Reason(YamlMap map) => map.Text("reason", TextRule.Sentence(ClusterPolicy.MaxReasonLength));

    /// <summary>64 hexadecimal digits are an id, anything else a name of the roster.</summary>
    public IReadOnlyList<ClientSelector>? Clients(YamlMap map, bool optional = false) => Selectors<ClientSelector>(map, "clients", optional, item =>
        item.Text == PolicyDocument.Any ? new ClientSelector.Any()
        : ClientId.TryParse(item.Text, out var id) ? new ClientSelector.Id(id)
        : item.TryText(TextRule.Name, out var name) ? new ClientSelector.Name(name)
        : null);

    /// <summary>64 hexadecimal digits are an id, anything else a label or, with a trailing asterisk, the beginning of one.</summary>
    public IReadOnlyList<KeySelector>? Keys(YamlMap map, bool optional = false) => Selectors<KeySelector>(map, "keys", optional, item =>
        item.Text == PolicyDocument.Any ? new KeySelector.Any()
        : KeyId.TryParse(item.Text, out var id) ? new KeySelector.Id(id)
        : Pattern(item) is { } pattern ? new KeySelector.Label(pattern)
        : null);

    /// <summary>Derivation paths: m, m/0/1, or m/0/* for all that go on from m/0.</summary>
    public IReadOnlyList<PathPattern>? Paths(YamlMap map) => map.Has("paths") ? Selectors<PathPattern>(map, "paths", optional: true, item =>
    {
        if (PathPattern.TryParse(item.Text, out var pattern))
            return pattern;
        item.Fail("expected m (the key itself), a path like m/0/1 of indices below 2^31, or the beginning of paths like m/0/*");
        return null;
    }) : null;

    /// <summary>Empty for "*".</summary>
    public IReadOnlyList<LabelPattern>? Labels(YamlMap map, bool optional)
    {
        if (map.Items("labels", 1, ClusterPolicy.MaxSelectors, optional) is not { } items)
            return null;
        if (items is [{ Text: PolicyDocument.Any }])
            return [];
        return [.. items.Select(Pattern).OfType<LabelPattern>()];
    }

    public IReadOnlyList<T>? Words<T>(YamlMap map, string key, IReadOnlyDictionary<string, T> words, bool optional = false) where T : struct, Enum
    {
        if (map.Items(key, 1, words.Count, optional) is not { } items)
            return null;
        var values = new List<T>();
        foreach (var item in items)
        {
            if (item.TryChoice(words, out var value))
                values.Add(value);
        }
        return values;
    }

    public IReadOnlyList<string>? Chains(YamlMap map, bool optional)
    {
        if (map.Items("chains", 1, ClusterPolicy.MaxSelectors, optional) is not { } items)
            return null;
        var chains = new List<string>();
        foreach (var item in items)
        {
            if (ChainTerms.TryChain(item, out var chain))
                chains.Add(chain);
        }
        return chains;
    }

    public IReadOnlyList<string>? Assets(YamlMap map)
    {
        if (map.Items("assets", 1, ClusterPolicy.MaxSelectors, optional: true) is not { } items)
            return null;
        var assets = new List<string>();
        foreach (var item in items)
        {
            if (ChainTerms.TryAddress(item, out var asset))
                assets.Add(asset);
        }
        return assets;
    }

    /// <param name="key"><c>destinations</c> or <c>spenders</c>.</param>
    public AddressSelector? Places(YamlMap map, string key)
    {
        if (map.Items(key, 1, ClusterPolicy.MaxAddressBooks, optional: true) is not { } items)
            return null;
        if (items is [{ Text: PolicyDocument.Any }])
            return new AddressSelector.Any();
        var names = new List<string>();
        foreach (var item in items)
        {
            if (!addressBooks.Contains(item.Text))
                item.Fail($"no address book has this name; there are {(addressBooks.Count == 0 ? "none" : string.Join(", ", addressBooks.Take(8)))}");
            names.Add(item.Text);
        }
        return new AddressSelector.Books(names);
    }

    /// <summary>asset: amount | unlimited; "*": unlimited for all others.</summary>
    /// <param name="name"><c>amounts</c> or <c>allowances</c>.</param>
    public IReadOnlyList<AmountCeiling>? Amounts(YamlMap map, string name)
    {
        if (map.Pairs(name, 1, MaxAssets, optional: true) is not { } pairs)
            return null;
        var ceilings = new List<AmountCeiling>();
        foreach (var (key, value) in pairs)
        {
            if (key.Text == PolicyDocument.Any)
            {
                if (value.Text == PolicyDocument.Unlimited)
                    ceilings.Add(new(null, null));
                else
                    value.Fail("amounts of different assets cannot be compared: \"*\" can only be unlimited");
            }
            else if (TryAsset(key, ceilings, out var asset) && TryLimit(value, out var max))
                ceilings.Add(new(asset, max));
        }
        return ceilings;
    }

    /// <summary>asset: amount.</summary>
    public IReadOnlyList<AmountCeiling>? Above(YamlMap map)
    {
        if (map.Pairs("above", 1, MaxAssets, optional: true) is not { } pairs)
            return null;
        var ceilings = new List<AmountCeiling>();
        foreach (var (key, value) in pairs)
        {
            if (TryAsset(key, ceilings, out var asset) && value.TryAmount(out var max))
                ceilings.Add(new(asset, max));
        }
        return ceilings;
    }

    /// <summary>A transaction's fee can empty the account that pays it, so an allow rule states its limit, if only as "unlimited".</summary>
    public Amount? MaxFee(YamlMap map, bool optional) =>
        map.Item("max_fee", optional) is { } item && TryLimit(item, out var max) ? max : null;

    /// <summary>One address can be written in two ways; which of two lines would count must not be a question.</summary>
    private static bool TryAsset(YamlItem item, List<AmountCeiling> ceilings, [NotNullWhen(true)] out string? asset)
    {
        if (!ChainTerms.TryAddress(item, out asset))
            return false;
        var named = asset;
        if (!ceilings.Any(c => string.Equals(c.Asset, named, StringComparison.Ordinal)))
            return true;
        item.Fail($"asset {named} is named twice");
        return false;
    }

    private static bool TryLimit(YamlItem item, out Amount? max)
    {
        max = null;
        if (item.Text == PolicyDocument.Unlimited)
            return true;
        if (!item.TryAmount(out var amount))
            return false;
        max = amount;
        return true;
    }

    private static LabelPattern? Pattern(YamlItem item)
    {
        var isPrefix = item.Text.EndsWith('*');
        var text = isPrefix ? item.Text[..^1] : item.Text;
        if (TextRule.Label.Admits(text))
            return new(text, isPrefix);
        item.Fail($"expected a label ({TextRule.Label.Description}) or the beginning of one with an asterisk at its end");
        return null;
    }

    private static List<T>? Selectors<T>(YamlMap map, string key, bool optional, Func<YamlItem, T?> read) where T : class
    {
        if (map.Items(key, 1, ClusterPolicy.MaxSelectors, optional) is not { } items)
            return null;
        return [.. items.Select(read).OfType<T>()];
    }
}
