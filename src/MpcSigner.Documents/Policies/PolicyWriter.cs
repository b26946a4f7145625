using System.Globalization;
using MpcSigner.Core.Intents;
using MpcSigner.Documents.Yaml;
using MpcSigner.Policy;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Documents.Policies;

/// <summary>Writes every criterion of every rule; what a rule leaves to its default is left out.</summary>
internal static class PolicyWriter
{
    public static byte[] Write(ClusterPolicy policy)
    {
        var yaml = new YamlWriter().Plain("version", Number(policy.Version));
        if (policy.Predecessor is { } predecessor)
            yaml.Text("predecessor", predecessor.ToString());
        if (policy.AddressBooks.Count > 0)
        {
            yaml.Block("address_books", books =>
            {
                foreach (var (name, addresses) in policy.AddressBooks.OrderBy(b => b.Key, StringComparer.Ordinal))
                    books.Texts(name, addresses.Order(StringComparer.Ordinal));
            });
        }
        Rules(yaml, "signing", policy.Signing, Signing);
        Rules(yaml, "creation", policy.Creation, Creation);
        return yaml.ToBytes();
    }

    private static void Rules<T>(YamlWriter yaml, string key, IReadOnlyList<T> rules, Action<YamlWriter, T> write)
    {
        if (rules.Count == 0)
        {
            yaml.Plain(key, "[]");
            return;
        }
        yaml.Block(key, list =>
        {
            foreach (var rule in rules)
                list.Item(item => write(item, rule));
        });
    }

    private static void Signing(YamlWriter yaml, SigningRule rule)
    {
        yaml.Text("id", rule.Id.ToString());
        switch (rule)
        {
            case SigningRule.Allow allow:
                yaml.Plain("answer", PolicyDocument.AllowWord);
                Subject(yaml, allow.Clients, allow.Keys);
                Texts(yaml, "paths", allow.Paths?.Select(path => path.ToString()));
                yaml.Texts("payloads", allow.Payloads.Select(p => Vocabulary.WordFor(Vocabulary.PayloadKinds, p)));
                Texts(yaml, "chains", allow.Chains);
                Places(yaml, "destinations", allow.Destinations);
                Ceilings(yaml, "amounts", allow.Amounts);
                Places(yaml, "spenders", allow.Spenders);
                Ceilings(yaml, "allowances", allow.Allowances);
                yaml.Plain("max_fee", Limit(allow.MaxFee));
                yaml.Plain("messages", Flag(allow.Messages)).Plain("memos", Flag(allow.Memos)).Plain("new_accounts", Number(allow.NewAccounts)).Plain("opaque", Flag(allow.Opaque));
                break;
            case SigningRule.Deny deny:
                yaml.Plain("answer", PolicyDocument.DenyWord).Text("reason", deny.Reason);
                Subject(yaml, deny.Clients, deny.Keys);
                Texts(yaml, "paths", deny.Paths?.Select(path => path.ToString()));
                Texts(yaml, "payloads", deny.Payloads?.Select(p => Vocabulary.WordFor(Vocabulary.PayloadKinds, p)));
                Texts(yaml, "chains", deny.Chains);
                Places(yaml, "destinations", deny.Destinations);
                Texts(yaml, "assets", deny.Assets);
                Ceilings(yaml, "above", deny.Above ?? []);
                foreach (var (key, set) in ((string, bool)[])[("allowances", deny.Allowances), ("messages", deny.Messages), ("memos", deny.Memos), ("opaque", deny.Opaque)])
                {
                    if (set)
                        yaml.Plain(key, Flag(true));
                }
                break;
        }
    }

    private static void Creation(YamlWriter yaml, CreationRule rule)
    {
        yaml.Text("id", rule.Id.ToString());
        switch (rule)
        {
            case CreationRule.Allow allow:
                yaml.Plain("answer", PolicyDocument.AllowWord);
                Subject(yaml, allow.Clients, null);
                yaml.Texts("suites", allow.Suites.Select(s => Vocabulary.WordFor(Vocabulary.Suites, s)));
                yaml.Texts("usages", allow.Usages.Select(u => Vocabulary.WordFor(Vocabulary.KeyUsages, u)));
                yaml.Plain("min_threshold", Number(allow.MinThreshold)).Plain("max_parties", Number(allow.MaxParties)).Plain("max_count", Number(allow.MaxCount));
                yaml.Texts("labels", allow.Labels?.Select(l => l.ToString()) ?? [PolicyDocument.Any]);
                break;
            case CreationRule.Deny deny:
                yaml.Plain("answer", PolicyDocument.DenyWord).Text("reason", deny.Reason);
                Subject(yaml, deny.Clients, null);
                Texts(yaml, "suites", deny.Suites?.Select(s => Vocabulary.WordFor(Vocabulary.Suites, s)));
                Texts(yaml, "usages", deny.Usages?.Select(u => Vocabulary.WordFor(Vocabulary.KeyUsages, u)));
                Texts(yaml, "labels", deny.Labels?.Select(l => l.ToString()));
                break;
        }
    }

    private static void Subject(YamlWriter yaml, IReadOnlyList<ClientSelector>? clients, IReadOnlyList<KeySelector>? keys)
    {
        Texts(yaml, "clients", clients?.Select(c => c switch
        {
            ClientSelector.Any => PolicyDocument.Any,
            ClientSelector.Name n => n.Value,
            ClientSelector.Id i => i.Value.ToString(),
            _ => throw new InvalidOperationException("a client selector of no known kind"),
        }));
        Texts(yaml, "keys", keys?.Select(k => k switch
        {
            KeySelector.Any => PolicyDocument.Any,
            KeySelector.Id i => i.Value.ToString(),
            KeySelector.Label l => l.Pattern.ToString(),
            _ => throw new InvalidOperationException("a key selector of no known kind"),
        }));
    }

    private static void Places(YamlWriter yaml, string key, AddressSelector? places) => Texts(yaml, key, places switch
    {
        null => null,
        AddressSelector.Any => [PolicyDocument.Any],
        AddressSelector.Books b => b.Names,
        _ => throw new InvalidOperationException("an address selector of no known kind"),
    });

    private static void Ceilings(YamlWriter yaml, string key, IReadOnlyList<AmountCeiling> ceilings)
    {
        if (ceilings.Count == 0)
            return;
        yaml.Block(key, block =>
        {
            foreach (var ceiling in ceilings)
                block.Plain(ceiling.Asset ?? PolicyDocument.Any, Limit(ceiling.Max));
        });
    }

    private static void Texts(YamlWriter yaml, string key, IEnumerable<string>? texts)
    {
        if (texts is not null)
            yaml.Texts(key, texts);
    }

    private static string Limit(Amount? max) => max?.ToString() ?? PolicyDocument.Unlimited;

    private static string Flag(bool value) => value ? "true" : "false";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
