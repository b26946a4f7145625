using MpcSigner.Policy.Rules;

namespace MpcSigner.Policy.Engine;

/// <summary>What one rule makes of a request: for <c>explain</c>.</summary>
/// <param name="SubjectApplies">Whether client, key, payload kind and chain match: a rule that was meant for this kind of request.</param>
/// <param name="Allows">Whether the rule would allow; else it would deny.</param>
public sealed record RuleFinding(RuleId Rule, bool Allows, bool SubjectApplies, Match Match, string Reason);
