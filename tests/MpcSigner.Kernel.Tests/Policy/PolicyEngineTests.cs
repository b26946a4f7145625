using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;
using MpcSigner.Policy.Rules;
using Xunit;
using static MpcSigner.Kernel.Tests.Policy.PolicyCases;

namespace MpcSigner.Kernel.Tests.Policy;

public class PolicyEngineTests
{
    [Fact]
    public void An_empty_policy_denies()
    {
        DeniesByDefault(PolicyEngine.Decide(Of((SigningRule[])[]), Facts(Pay)), "no rule speaks");
        DeniesByDefault(PolicyEngine.Decide(Of((CreationRule[])[]), Creation()), "no rule speaks");
    }

    [Fact]
    public void The_first_rule_that_applies_decides()
    {
        Allows(PolicyEngine.Decide(Of(Allow(), Deny()), Facts(Pay)));
        DeniesByRule(PolicyEngine.Decide(Of(Deny(), Allow()), Facts(Pay)));
        Allows(PolicyEngine.Decide(Of(Allow("small") with { Amounts = [new("SOL", new Amount(1))] }, Allow()), Facts(Pay)));
        Allows(PolicyEngine.Decide(Of(Allow("first"), Allow("second")), Facts(Pay)), "first");
    }

    [Fact]
    public void Two_rules_do_not_cover_together_what_neither_covers()
    {
        var sol = Allow("sol");
        var usdc = Allow("usdc") with { Amounts = [new("USDC", new Amount(1_000))] };
        var verdict = PolicyEngine.Decide(Of(sol, usdc), Facts(Pay, Transfer("USDC", "treasury-1", 1)));
        DeniesByDefault(verdict, "rule sol does not allow it: it names no amount of asset USDC; rule usdc does not allow it: it names no amount of asset SOL");
    }

    [Fact]
    public void A_deny_rule_that_cannot_tell_stops_the_search()
    {
        var rule = Deny() with { Destinations = new AddressSelector.Books(["bad"]) };
        CannotTell(PolicyEngine.Decide(Of(rule, AllowEverything()), Facts(new Effect.Opaque("x"))), "opaque");
        Allows(PolicyEngine.Decide(Of(AllowEverything(), rule), Facts(new Effect.Opaque("x"))), "everything");
    }

    [Fact]
    public void An_intent_without_effects_is_denied()
    {
        var deny = Assert.IsType<Verdict.Deny>(PolicyEngine.Decide(Of(AllowEverything()), Facts()));
        Assert.Equal(DenyReason.NothingToJudge, deny.Reason);
    }

    [Fact]
    public void A_refusal_reads_as_one_sentence_with_the_rule_s_reason()
    {
        var verdict = PolicyEngine.Decide(Of(new SigningRule.Deny(Rule("no"), "The destination is blocked.")), Facts(Pay));
        Assert.Equal("Denied by rule no (RuleDenies): The destination is blocked.", verdict.ToError()!.Message);
        Assert.EndsWith(".", verdict.ToError()!.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void Explain_says_what_each_rule_makes_of_it()
    {
        var findings = PolicyEngine.Explain(Of(Deny() with { Assets = ["USDC"] }, Allow("small") with { Amounts = [new("SOL", new Amount(1))] }, Allow()), Facts(Pay));
        Assert.Equal([MatchKind.No, MatchKind.No, MatchKind.Yes], findings.Select(f => f.Match.Kind));
        Assert.Equal("100 of asset SOL, above its limit of 1", findings[1].Match.Why);
        Assert.Equal([false, true, true], findings.Select(f => f.Allows));
        Assert.All(findings, f => Assert.True(f.SubjectApplies));
        Assert.Equal(2, PolicyEngine.Explain(Of(AllowCreation(), AllowCreation("b")), Creation()).Count);
    }

    [Fact]
    public void A_default_denial_names_three_near_misses_and_no_more()
    {
        SigningRule[] rules = [.. Enumerable.Range(1, 4).Select(i => Allow($"r{i}") with { Amounts = [] })];
        var deny = Assert.IsType<Verdict.Deny>(PolicyEngine.Decide(Of(rules), Facts(Pay)));
        Assert.Equal(string.Join("; ", Enumerable.Range(1, 3).Select(i => $"rule r{i} does not allow it: it names no amount of asset SOL")), deny.Detail);
    }

    /// <summary>The detail says what stood against the effects themselves before it speaks of their number and sums.</summary>
    [Fact]
    public void A_denial_names_the_effect_before_the_count() =>
        DeniesByDefault(PolicyEngine.Decide(Of(Allow()), Facts(new Effect.OpenAccount("USDC", "o", "a", "me"))), "rule pay does not allow it: it covers no new account of o");

    [Fact]
    public void Of_several_missing_facts_the_first_is_named()
    {
        var rule = Deny() with { Assets = ["USDC"], Memos = true };
        CannotTell(PolicyEngine.Decide(Of(rule, AllowEverything()), Facts(Transfer(Effect.UnknownAsset, "x", 1), new Effect.Opaque("y"))), "does not name the asset");
    }

    [Fact]
    public void Explain_names_the_key_by_its_label_where_it_has_one()
    {
        string Why(string? label) => PolicyEngine.Explain(Of(Allow() with { Keys = [] }), Facts(Pay) with { Label = label })[0].Match.Why;
        Assert.EndsWith(" or label payroll-1", Why("payroll-1"), StringComparison.Ordinal);
        Assert.EndsWith(", which has no label", Why(null), StringComparison.Ordinal);
    }

    [Fact]
    public void The_zero_of_storage_is_no_permission()
    {
        Assert.NotEqual(VerdictKind.Allowed, default);
        Assert.Equal("none", default(RuleId).ToString());
        Assert.NotEqual(MatchKind.Yes, default);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("default", false)]
    [InlineData("Pay", false)]
    [InlineData("pay roll", false)]
    [InlineData("pay-1", true)]
    public void Rule_ids(string text, bool valid) => Assert.Equal(valid, RuleId.TryParse(text, out _));

    [Fact]
    public void Rule_ids_have_64_characters_at_most()
    {
        Assert.True(RuleId.TryParse(new string('a', 64), out var longest));
        Assert.Equal(new string('a', 64), longest.ToString());
        Assert.False(RuleId.TryParse(new string('a', 65), out _));
        Assert.False(RuleId.TryParse(null, out _));
    }

    [Fact]
    public void Creation_covers_what_it_names()
    {
        Verdict Judge(CreationFacts facts, CreationRule.Allow? rule = null) => PolicyEngine.Decide(Of(rule ?? AllowCreation()), facts);
        Allows(Judge(Creation()), "make");
        DeniesByDefault(Judge(Creation() with { Client = new(new(ClientBytes), "other") }), "no rule speaks");
        DeniesByDefault(Judge(Creation() with { Suite = Suite.EcdsaP256 }), "it does not name suite EcdsaP256");
        DeniesByDefault(Judge(Creation() with { Usage = KeyUsage.TransactionsAndRaw }), "it does not name usage TransactionsAndRaw");
        DeniesByDefault(Judge(Creation() with { Parties = 4 }), "4 parties, above its limit of 3");
        Allows(Judge(Creation() with { Count = 10 }), "make");
        DeniesByDefault(Judge(Creation() with { Count = 11 }), "11 keys, above its limit of 10");
        DeniesByDefault(Judge(Creation(), AllowCreation() with { MinThreshold = 3 }), "threshold 2 is below its minimum of 3");
        DeniesByDefault(Judge(Creation() with { Labels = ["payroll-1", "cold-1"] }), "it does not cover label cold-1");
        DeniesByDefault(Judge(Creation() with { Labels = [] }), "labelled keys only");
        Allows(Judge(Creation() with { Labels = [] }, AllowCreation() with { Labels = null }), "make");
    }

    [Fact]
    public void Creation_is_denied_by_what_a_rule_touches()
    {
        Verdict Judge(CreationRule.Deny rule) => PolicyEngine.Decide(Of(rule, AllowCreation()), Creation());
        var deny = new CreationRule.Deny(Rule("no"), "not today");
        DeniesByRule(Judge(deny));
        DeniesByRule(Judge(deny with { Labels = [new("payroll-2", false)] }));
        DeniesByRule(Judge(deny with { Clients = [new ClientSelector.Any()], Suites = [Suite.FrostEd25519], Usages = [KeyUsage.Transactions] }));
        Allows(Judge(deny with { Labels = [new("payroll-3", false)] }), "make");
        Allows(Judge(deny with { Suites = [Suite.EcdsaP256] }), "make");
        Allows(Judge(deny with { Usages = [KeyUsage.TransactionsAndRaw] }), "make");
        Allows(Judge(deny with { Clients = [new ClientSelector.Name("other")] }), "make");
    }
}
