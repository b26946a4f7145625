using MpcSigner.Core.Requests;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Policy.Engine;

/// <summary>Applies a policy to the facts of one request. Pure and total: the same policy and facts give the same verdict at every node.</summary>
/// <remarks>
/// 1. What no rule may permit is denied first: raw bytes for a key not created for them, an intent without effects, an amount sum beyond 256 bits.
/// 2. Of the rules in order, the first one that applies, or may apply, decides: its answer, or <see cref="Verdict.CannotTell"/>.
/// 3. Where none does, the request is denied, and the detail says what stood against each rule that was meant for it.
/// </remarks>
public static class PolicyEngine
{
    /// <summary>How many near misses the detail of a default denial names.</summary>
    private const int MaxNearMisses = 3;

    public static Verdict Decide(ClusterPolicy policy, SigningFacts facts) =>
        Precondition(facts) ?? FirstThatApplies(policy.Signing.Select(rule => Find(policy, rule, facts)));

    public static Verdict Decide(ClusterPolicy policy, CreationFacts facts) =>
        FirstThatApplies(policy.Creation.Select(rule => Find(rule, facts)));

    /// <summary>What each rule, in order, makes of the request, whichever decides.</summary>
    public static IReadOnlyList<RuleFinding> Explain(ClusterPolicy policy, SigningFacts facts) =>
        [.. policy.Signing.Select(rule => Find(policy, rule, facts))];

    /// <inheritdoc cref="Explain(ClusterPolicy, SigningFacts)"/>
    public static IReadOnlyList<RuleFinding> Explain(ClusterPolicy policy, CreationFacts facts) =>
        [.. policy.Creation.Select(rule => Find(rule, facts))];

    private static Verdict.Deny? Precondition(SigningFacts facts)
    {
        if (facts.Payload == PayloadKind.Raw && facts.Usage != KeyUsage.TransactionsAndRaw)
            return new(RuleId.Default, DenyReason.KeyUsage, $"key {facts.Key} was not created for raw payloads");
        if (facts.Intent.Effects.Count == 0)
            return new(RuleId.Default, DenyReason.NothingToJudge, "the decoded payload names no effect");
        foreach (var (asset, sum) in Totals.Transfers(facts.Intent))
        {
            if (sum is null)
                return new(RuleId.Default, DenyReason.AmountOverflow, $"the transfers of asset {asset} add up to 2^256 or more");
        }
        return null;
    }

    private static Verdict FirstThatApplies(IEnumerable<RuleFinding> findings)
    {
        List<string> nearMisses = [];
        foreach (var finding in findings)
        {
            switch (finding.Match.Kind)
            {
                case MatchKind.Yes:
                    return finding.Allows
                        ? new Verdict.Allow(finding.Rule)
                        : new Verdict.Deny(finding.Rule, DenyReason.RuleDenies, finding.Reason);
                case MatchKind.Unknown:
                    return new Verdict.CannotTell(finding.Rule, finding.Match.Why);
                case MatchKind.No:
                    if (finding is { Allows: true, SubjectApplies: true } && nearMisses.Count < MaxNearMisses)
                        nearMisses.Add($"rule {finding.Rule} does not allow it: {finding.Match.Why}");
                    break;
            }
        }
        return new Verdict.Deny(RuleId.Default, DenyReason.NoRuleAllows,
            nearMisses.Count == 0 ? "no rule speaks of this client, key and kind of request" : string.Join("; ", nearMisses));
    }

    private static RuleFinding Find(ClusterPolicy policy, SigningRule rule, SigningFacts facts) => rule switch
    {
        SigningRule.Allow allow => Finding(rule.Id, allows: true, "",
            Subject(allow.Clients, allow.Keys, allow.Paths, allow.Payloads, SubjectMatcher.ChainCovered(allow.Chains, facts.Intent.Chain), facts),
            () => Match.All([CoverageMatcher.Effects(policy, allow, facts.Intent), CoverageMatcher.Fee(allow, facts.Intent)])),
        SigningRule.Deny deny => Finding(rule.Id, allows: false, deny.Reason,
            Subject(deny.Clients, deny.Keys, deny.Paths, deny.Payloads, SubjectMatcher.ChainTouched(deny.Chains, facts.Intent.Chain), facts),
            () => Match.All([
                TouchMatcher.Movement(policy, deny, facts.Intent),
                TouchMatcher.Above(deny, facts.Intent),
                TouchMatcher.Allowance(deny, facts.Intent),
                TouchMatcher.Message(deny, facts.Intent),
                TouchMatcher.Memo(deny, facts.Intent),
                TouchMatcher.Opaque(deny, facts.Intent),
            ])),
        _ => throw new InvalidOperationException("a signing rule of no known kind"),
    };

    private static RuleFinding Find(CreationRule rule, CreationFacts facts) => rule switch
    {
        CreationRule.Allow allow => Finding(rule.Id, allows: true, "",
            SubjectMatcher.Client(allow.Clients, facts.Client),
            () => Match.All([
                CreationMatcher.Suite(allow.Suites, facts.Suite),
                CreationMatcher.Usage(allow.Usages, facts.Usage),
                CreationMatcher.Size(allow, facts),
                CreationMatcher.AllLabels(allow, facts),
            ])),
        CreationRule.Deny deny => Finding(rule.Id, allows: false, deny.Reason,
            SubjectMatcher.Client(deny.Clients, facts.Client),
            () => Match.All([
                CreationMatcher.Suite(deny.Suites, facts.Suite),
                CreationMatcher.Usage(deny.Usages, facts.Usage),
                CreationMatcher.SomeLabel(deny, facts),
            ])),
        _ => throw new InvalidOperationException("a creation rule of no known kind"),
    };

    /// <summary>The subject is cheap and rules most requests out; what the payload does is looked at only then.</summary>
    private static RuleFinding Finding(RuleId id, bool allows, string reason, Match subject, Func<Match> substance) =>
        subject.Kind == MatchKind.Yes
            ? new(id, allows, SubjectApplies: true, substance(), reason)
            : new(id, allows, SubjectApplies: false, subject, reason);

    private static Match Subject(IReadOnlyList<ClientSelector>? clients, IReadOnlyList<KeySelector>? keys,
        IReadOnlyList<PathPattern>? paths, IReadOnlyList<PayloadKind>? payloads, Match chain, SigningFacts facts) => Match.All([
            SubjectMatcher.Client(clients, facts.Client),
            SubjectMatcher.Key(keys, facts),
            SubjectMatcher.Path(paths, facts),
            SubjectMatcher.Payload(payloads, facts.Payload),
            chain,
        ]);
}
