using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Policy.Engine;

/// <summary>Criteria of creation rules.</summary>
internal static class CreationMatcher
{
    public static Match Suite(IReadOnlyList<Suite>? suites, Suite suite) =>
        Match.When(suites is null || suites.Contains(suite), $"it does not name suite {suite}");

    public static Match Usage(IReadOnlyList<KeyUsage>? usages, KeyUsage usage) =>
        Match.When(usages is null || usages.Contains(usage), $"it does not name usage {usage}");

    public static Match Size(CreationRule.Allow rule, CreationFacts facts) => Match.All([
        Match.When(facts.Threshold >= rule.MinThreshold, $"threshold {facts.Threshold} is below its minimum of {rule.MinThreshold}"),
        Match.When(facts.Parties <= rule.MaxParties, $"{facts.Parties} parties, above its limit of {rule.MaxParties}"),
        Match.When(facts.Count <= rule.MaxCount, $"{facts.Count} keys, above its limit of {rule.MaxCount}"),
    ]);

    /// <summary>Every label is covered. Keys without a label are covered only where any label is.</summary>
    public static Match AllLabels(CreationRule.Allow rule, CreationFacts facts)
    {
        if (rule.Labels is not { } patterns)
            return Match.Yes;
        if (facts.Labels.Count == 0)
            return Match.No("it covers labelled keys only");
        var uncovered = facts.Labels.FirstOrDefault(label => !patterns.Any(p => p.Matches(label)));
        return Match.When(uncovered is null, $"it does not cover label {uncovered}");
    }

    public static Match SomeLabel(CreationRule.Deny rule, CreationFacts facts) =>
        Match.When(rule.Labels is null || facts.Labels.Any(label => rule.Labels.Any(p => p.Matches(label))), "it names none of the labels");
}
