using FsCheck;
using FsCheck.Fluent;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;
using MpcSigner.Policy.Rules;
using Xunit;
using static MpcSigner.Kernel.Tests.Policy.PolicyCases;

namespace MpcSigner.Kernel.Tests.Policy;

/// <summary>What must hold for every policy and request.</summary>
public class PolicyPropertyTests
{
    private const int Rounds = 3_000;

    private static readonly string[] Assets = ["SOL", "USDC", Effect.UnknownAsset];
    private static readonly string[] Places = ["treasury-1", "treasury-2", "bad-1", "elsewhere"];

    /// <summary>Requests and rules that mostly fit each other: else nearly everything would be denied, and the properties hold for nothing.</summary>
    private static Gen<T> Mostly<T>(T usual, params T[] others) => Gen.Frequency((4, Gen.Constant(usual)), (1, Gen.Elements(others)));

    private static Gen<Amount> Amounts => Gen.Elements<ulong>(0, 1, 100, 999, 1_000, ulong.MaxValue).Select(v => new Amount(v));

    private static Gen<Effect> Effects => Gen.OneOf(
        from asset in Gen.Elements(Assets)
        from to in Gen.Elements(Places)
        from amount in Amounts
        select (Effect)new Effect.Transfer(asset, "me", to, amount),
        from owner in Gen.Elements(Places)
        select (Effect)new Effect.OpenAccount("USDC", owner, "account", "me"),
        from asset in Gen.Elements(Assets)
        from spender in Gen.Elements(Places)
        from amount in Amounts
        select (Effect)new Effect.Allowance(asset, "me", spender, amount),
        Gen.Constant((Effect)new Effect.Message("t")),
        Gen.Constant((Effect)new Effect.Memo("m")),
        Gen.Constant((Effect)new Effect.Opaque("o")));

    private static Gen<SigningFacts> AnyFacts =>
        from effects in Effects.ArrayOf().Select(e => e.Take(3).ToArray())
        from payload in Mostly(PayloadKind.SolanaTransaction, PayloadKind.Raw)
        from usage in Gen.Elements(KeyUsage.Transactions, KeyUsage.TransactionsAndRaw)
        from label in Mostly("payroll-1", "cold-1", null)
        from client in Mostly("payroll-service", "other")
        from chain in Mostly("evm:1", "evm:any", "evm:2")
        from fee in Mostly<Amount?>(new Amount(5_000), null, new Amount(20_000))
        select Facts(effects) with
        {
            Payload = payload, Usage = usage, Label = label, Client = new(new(ClientBytes), client), Intent = Intent(effects) with { MaxFee = fee, Chain = chain },
        };

    private static Gen<AddressSelector?> Destinations => Gen.Elements<AddressSelector?>(
        null, new AddressSelector.Any(), new AddressSelector.Books(["treasury"]), new AddressSelector.Books(["bad"]), new AddressSelector.Books(["treasury", "bad"]));

    private static Gen<SigningRule> AllowRules =>
        from destinations in Destinations
        from sol in Amounts
        from others in Gen.Elements(true, false)
        from flags in Mostly(true, false).Three()
        from newAccounts in Gen.Elements(0, 1, 3)
        from spenders in Destinations
        from messages in Mostly(true, false)
        from chains in Gen.Elements<string[]?>(null, ["evm:1"], ["evm:any", "evm:1"])
        from payloads in Gen.Elements<PayloadKind[]>([PayloadKind.SolanaTransaction], [PayloadKind.Raw, PayloadKind.SolanaTransaction])
        select (SigningRule)(Allow("allow") with
        {
            Keys = flags.Item3 ? [new KeySelector.Any()] : Allow().Keys, Payloads = payloads, Destinations = destinations,
            Amounts = others ? [new("SOL", sol), new(null, null)] : [new("SOL", sol)], Memos = flags.Item1, Opaque = flags.Item2, NewAccounts = newAccounts,
            Spenders = spenders, Allowances = [new("USDC", new Amount(100)), new("SOL", null)], Messages = messages, Chains = chains,
        });

    private static Gen<SigningRule> DenyRules =>
        from destinations in Destinations
        from assets in Gen.Elements<string[]?>(null, ["SOL"], ["USDC"])
        from above in Gen.Elements<AmountCeiling[]?>(null, [new("SOL", new Amount(100))])
        from flags in Mostly(false, true).Four()
        from chains in Gen.Elements<string[]?>(null, ["evm:1"], ["evm:any"])
        select (SigningRule)(Deny("deny") with
        {
            Destinations = destinations, Assets = assets, Above = above, Memos = flags.Item1, Opaque = flags.Item2, Allowances = flags.Item3, Messages = flags.Item4, Chains = chains,
        });

    private static Gen<SigningRule[]> Policies => Gen.Frequency((3, AllowRules), (1, DenyRules)).ArrayOf().Select(r => r.Take(5).ToArray());

    private static void Holds<T>(Gen<T> cases, Func<T, bool> property) =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Rounds).WithReplay(20_260_101, 7), Prop.ForAll(cases.ToArbitrary(), property));

    private static bool Allowed(SigningRule[] rules, SigningFacts facts) => PolicyEngine.Decide(Of(rules), facts).Kind == VerdictKind.Allowed;

    [Fact]
    public void A_deny_rule_put_first_never_turns_a_denial_into_permission() =>
        Holds(Policies.Zip(DenyRules).Zip(AnyFacts), c => Allowed(c.Item1.Item1, c.Item2) || !Allowed([c.Item1.Item2, .. c.Item1.Item1], c.Item2));

    [Fact]
    public void A_deny_rule_anywhere_never_turns_a_denial_into_permission() =>
        Holds(Policies.Zip(DenyRules).Zip(AnyFacts), c => Enumerable.Range(0, c.Item1.Item1.Length + 1).All(at =>
            Allowed(c.Item1.Item1, c.Item2) || !Allowed([.. c.Item1.Item1[..at], c.Item1.Item2, .. c.Item1.Item1[at..]], c.Item2)));

    [Fact]
    public void An_allow_rule_put_last_never_turns_permission_into_a_denial() =>
        Holds(Policies.Zip(AllowRules).Zip(AnyFacts), c => !Allowed(c.Item1.Item1, c.Item2) || Allowed([.. c.Item1.Item1, c.Item1.Item2], c.Item2));

    [Fact]
    public void An_effect_more_never_turns_a_denial_into_permission() =>
        Holds(Policies.Zip(AnyFacts).Zip(Effects), c =>
        {
            var (rules, facts) = c.Item1;
            var more = facts with { Intent = facts.Intent with { Effects = [.. facts.Intent.Effects, c.Item2] } };
            return facts.Intent.Effects.Count == 0 || Allowed(rules, facts) || !Allowed(rules, more);
        });

    [Fact]
    public void Without_an_allow_rule_nothing_is_allowed() =>
        Holds(DenyRules.ArrayOf().Zip(AnyFacts), c => !Allowed([.. c.Item1], c.Item2));

    [Fact]
    public void What_is_allowed_is_covered_by_one_rule_alone() =>
        Holds(Policies.Zip(AnyFacts), c => !Allowed(c.Item1, c.Item2) || c.Item1.Any(r => r is SigningRule.Allow && Allowed([r], c.Item2)));

    [Fact]
    public void Raw_bytes_are_never_signed_by_a_key_not_made_for_them() =>
        Holds(Policies.Zip(AnyFacts), c => c.Item2.Payload != PayloadKind.Raw || c.Item2.Usage == KeyUsage.TransactionsAndRaw || !Allowed(c.Item1, c.Item2));

    [Fact]
    public void The_properties_meet_both_answers()
    {
        var (allowed, denied) = (0, 0);
        foreach (var (rules, facts) in Policies.Zip(AnyFacts).Sample(2_000, new Rnd(20_260_101, 7), 10))
        {
            if (Allowed(rules, facts))
                allowed++;
            else
                denied++;
        }
        Assert.True(allowed > 200 && denied > 200, $"{allowed} allowed, {denied} denied");
    }
}
