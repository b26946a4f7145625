using MpcSigner.Core.Faults;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Policy;

/// <summary>The policy's answer to one request. Only <see cref="Allow"/> lets anything happen; there is no fourth answer and no null.</summary>
public abstract record Verdict
{
    private Verdict() { }

    /// <summary>This rule covers everything the request would do.</summary>
    public sealed record Allow(RuleId Rule) : Verdict;

    /// <param name="Rule">The rule that denies, or <see cref="RuleId.Default"/>.</param>
    /// <param name="Detail">For people: what was asked and what stood against it.</param>
    public sealed record Deny(RuleId Rule, DenyReason Reason, string Detail) : Verdict;

    /// <summary>A denying rule may apply, and the payload does not say whether it does. Denied like <see cref="Deny"/>; the operator should know.</summary>
    public sealed record CannotTell(RuleId Rule, string MissingFact) : Verdict;

    /// <summary>The outcome as a number for storage and logs.</summary>
    public VerdictKind Kind => this switch
    {
        Allow => VerdictKind.Allowed,
        Deny => VerdictKind.Denied,
        CannotTell => VerdictKind.CannotTell,
        _ => throw new InvalidOperationException("a verdict of no known kind"),
    };

    public RuleId DecidedBy => this switch
    {
        Allow v => v.Rule,
        Deny v => v.Rule,
        CannotTell v => v.Rule,
        _ => throw new InvalidOperationException("a verdict of no known kind"),
    };

    /// <summary>One line for people and logs.</summary>
    public string Describe() => this switch
    {
        Allow v => $"allowed by rule {v.Rule}",
        Deny v => $"denied by rule {v.Rule} ({v.Reason}): {v.Detail}",
        CannotTell v => $"denied: rule {v.Rule} may apply, but {v.MissingFact}",
        _ => throw new InvalidOperationException("a verdict of no known kind"),
    };

    /// <summary>Null when allowed; else the refusal the caller gets.</summary>
    public ServiceError? ToError() => Kind switch
    {
        VerdictKind.Allowed => null,
        VerdictKind.Denied or VerdictKind.CannotTell => this is Deny { Reason: DenyReason.KeyUsage } usage
            ? new(Core.Faults.Reason.PayloadKindNotAllowed, Sentence(usage.Detail), "Create a key for raw payloads, or send a transaction that the nodes can decode.")
            : new(Core.Faults.Reason.PolicyDenied, Sentence(Describe()), "Change the request, or have an administrator change the policy."),
        VerdictKind.None => throw new InvalidOperationException("a verdict of no known kind"),
    };

    /// <summary>Reasons that administrators write may or may not end with a full stop.</summary>
    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..].TrimEnd('.') + ".";
}

/// <summary>Numbers are stored: never changed, only added. Zero, what unset storage holds, is no permission.</summary>
public enum VerdictKind
{
    None = 0,
    Allowed = 1,
    Denied = 2,
    CannotTell = 3,
}

/// <summary>Why a request was denied. Numbers are stored.</summary>
public enum DenyReason
{
    /// <summary>No rule covers it: the default.</summary>
    NoRuleAllows = 1,

    /// <summary>A deny rule applies.</summary>
    RuleDenies = 2,

    /// <summary>The amounts of one asset add up to 2^256 or more.</summary>
    AmountOverflow = 3,

    /// <summary>Raw bytes for a key that was not created for them.</summary>
    KeyUsage = 4,

    /// <summary>The intent names no effect: a decoder failed its duty.</summary>
    NothingToJudge = 5,
}
