using MpcSigner.Chains.Evm;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Documents.Yaml;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Documents.Policies;

/// <summary>Reads rules. A rule that would mean something else than it seems to say is an error, not a guess.</summary>
internal sealed class PolicyRuleReader(IEnumerable<string> addressBooks)
{
    private static readonly Dictionary<string, bool> s_answers = new(StringComparer.Ordinal) { [PolicyDocument.AllowWord] = true, [PolicyDocument.DenyWord] = false };

    private readonly PolicySelectorReader _select = new(new HashSet<string>(addressBooks, StringComparer.Ordinal));
    private readonly HashSet<RuleId> _ids = [];

    public SigningRule? Signing(YamlMap map)
    {
        var id = Id(map);
        return map.Choice("answer", s_answers) switch
        {
            true => AllowSigning(map, id),
            false => DenySigning(map, id),
            null => Unanswered<SigningRule>(map),
        };
    }

    public CreationRule? Creation(YamlMap map)
    {
        var id = Id(map);
        return map.Choice("answer", s_answers) switch
        {
            true => AllowCreation(map, id),
            false => DenyCreation(map, id),
            null => Unanswered<CreationRule>(map),
        };
    }

    private SigningRule.Allow? AllowSigning(YamlMap map, RuleId? id)
    {
        var clients = _select.Clients(map);
        var keys = _select.Keys(map);
        var paths = _select.Paths(map);
        var payloads = _select.Words(map, "payloads", Vocabulary.PayloadKinds);
        var chains = _select.Chains(map, optional: true);
        var destinations = _select.Places(map, "destinations");
        var amounts = _select.Amounts(map, "amounts");
        var spenders = _select.Places(map, "spenders");
        var allowances = _select.Amounts(map, "allowances");
        var messages = map.Flag("messages", optional: true) ?? false;
        var maxFee = _select.MaxFee(map, optional: payloads is not null && payloads.All(p => p is PayloadKind.Raw or PayloadKind.EvmMessage)); // those cost no fee
        var memos = map.Flag("memos", optional: true) ?? false;
        var newAccounts = map.Integer("new_accounts", 0, 64, optional: true) ?? 0;
        var opaque = map.Flag("opaque", optional: true) ?? false;

        if (map.Has("destinations") != map.Has("amounts"))
            map.Fail("destinations and amounts go together: where to, and how much of which asset");
        if (map.Has("spenders") != map.Has("allowances"))
            map.Fail("spenders and allowances go together: who may spend, and how much of which asset");
        if (payloads is not null && payloads.Contains(PayloadKind.EvmTransaction) && !map.Has("chains"))
            map.Fail("a rule over evm-transaction names its chains: the same asset is another coin, or another token, on each");
        FailOnForeignAssets(map, "amounts", payloads, amounts?.Select(a => a.Asset));
        FailOnForeignAssets(map, "allowances", payloads, allowances?.Select(a => a.Asset));
        if (newAccounts > 0 && !map.Has("destinations"))
            map.Fail("new_accounts", "accounts are opened for destinations, and the rule names none");
        if (!map.Has("destinations") && !map.Has("spenders") && !messages && !memos && !opaque)
            map.Fail("the rule covers nothing: name destinations and amounts, or spenders and allowances, or messages, memos or opaque");
        if (payloads is not null && payloads.All(p => p == PayloadKind.Raw) && !opaque)
            map.Fail("raw payloads are opaque: a rule that allows them says opaque: true");
        if (id is null || clients is null || keys is null || payloads is null)
            return null;
        return new(id.Value)
        {
            Clients = clients, Keys = keys, Paths = paths, Payloads = payloads, Chains = chains, Destinations = destinations, Amounts = amounts ?? [],
            Spenders = spenders, Allowances = allowances ?? [], MaxFee = maxFee, Messages = messages, Memos = memos, NewAccounts = (int)newAccounts, Opaque = opaque,
        };
    }

    private SigningRule.Deny? DenySigning(YamlMap map, RuleId? id)
    {
        var reason = _select.Reason(map);
        var rule = new SigningRule.Deny(id ?? RuleId.Default, reason ?? "")
        {
            Clients = _select.Clients(map, optional: true),
            Keys = _select.Keys(map, optional: true),
            Paths = _select.Paths(map),
            Payloads = _select.Words(map, "payloads", Vocabulary.PayloadKinds, optional: true),
            Chains = _select.Chains(map, optional: true),
            Destinations = _select.Places(map, "destinations"),
            Assets = _select.Assets(map),
            Above = _select.Above(map),
            Allowances = map.Flag("allowances", optional: true) ?? false,
            Messages = map.Flag("messages", optional: true) ?? false,
            Memos = map.Flag("memos", optional: true) ?? false,
            Opaque = map.Flag("opaque", optional: true) ?? false,
        };
        FailOnForeignAssets(map, "assets", rule.Payloads, rule.Assets);
        FailOnForeignAssets(map, "above", rule.Payloads, rule.Above?.Select(a => a.Asset));
        FailOnFalse(map, "allowances", rule.Allowances);
        FailOnFalse(map, "messages", rule.Messages);
        FailOnFalse(map, "memos", rule.Memos);
        FailOnFalse(map, "opaque", rule.Opaque);
        return id is null || reason is null ? null : rule;
    }

    private CreationRule.Allow? AllowCreation(YamlMap map, RuleId? id)
    {
        var clients = _select.Clients(map);
        var suites = _select.Words(map, "suites", Vocabulary.Suites);
        var usages = _select.Words(map, "usages", Vocabulary.KeyUsages);
        var minThreshold = map.Integer("min_threshold", KeyLimits.MinThreshold, KeyLimits.MaxParties, optional: true) ?? KeyLimits.MinThreshold;
        var maxParties = map.Integer("max_parties", KeyLimits.MinThreshold, KeyLimits.MaxParties);
        var maxCount = map.Integer("max_count", 1, KeyLimits.MaxBatch, optional: true) ?? KeyLimits.MaxBatch;
        var labels = _select.Labels(map, optional: false);
        if (maxParties < minThreshold)
            map.Fail("max_parties", $"is below min_threshold {minThreshold}: the rule covers nothing");
        if (id is null || clients is null || suites is null || usages is null || maxParties is null || labels is null)
            return null;
        return new(id.Value)
        {
            Clients = clients, Suites = suites, Usages = usages, MinThreshold = (int)minThreshold, MaxParties = (int)maxParties.Value, MaxCount = (int)maxCount,
            Labels = labels.Count == 0 ? null : labels,
        };
    }

    private CreationRule.Deny? DenyCreation(YamlMap map, RuleId? id)
    {
        var reason = _select.Reason(map);
        var labels = _select.Labels(map, optional: true);
        var rule = new CreationRule.Deny(id ?? RuleId.Default, reason ?? "")
        {
            Clients = _select.Clients(map, optional: true),
            Suites = _select.Words(map, "suites", Vocabulary.Suites, optional: true),
            Usages = _select.Words(map, "usages", Vocabulary.KeyUsages, optional: true),
            Labels = labels is null or [] ? null : labels,
        };
        return id is null || reason is null ? null : rule;
    }

    /// <summary>A rule over Ethereum alone that names another chain's asset, or a coin by its ticker, would never match it.</summary>
    private static void FailOnForeignAssets(YamlMap map, string key, IReadOnlyList<PayloadKind>? payloads, IEnumerable<string?>? assets)
    {
        if (payloads is null || !payloads.All(p => p is PayloadKind.EvmTransaction or PayloadKind.EvmMessage))
            return;
        foreach (var asset in assets?.OfType<string>().Where(a => !ChainTerms.IsEvmAsset(a)) ?? [])
            map.Fail(key, $"{Shown.Text(asset)} is no asset of Ethereum's: write {EvmChain.NativeAsset} for the chain's own coin, or a token by its address");
    }

    /// <summary>In a deny rule a false flag would read like a condition that it is not.</summary>
    private static void FailOnFalse(YamlMap map, string key, bool value)
    {
        if (map.Has(key) && !value)
            map.Fail(key, $"a deny rule says {key}: true, or leaves it out");
    }

    /// <summary>Without an answer the other keys cannot be judged; only the missing or wrong answer is reported.</summary>
    private static T? Unanswered<T>(YamlMap map) where T : class
    {
        map.AcceptTheRest();
        return null;
    }

    private RuleId? Id(YamlMap map)
    {
        if (map.Item("id") is not { } item)
            return null;
        if (!RuleId.TryParse(item.Text, out var id))
        {
            item.Fail($"expected 1..{RuleId.MaxLength} characters of a-z, 0-9 and -, other than '{RuleId.Default}'");
            return null;
        }
        if (!_ids.Add(id))
            item.Fail($"another rule has the id '{id}'");
        return id;
    }
}
