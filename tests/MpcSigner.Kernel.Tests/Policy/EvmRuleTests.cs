using System.Numerics;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Requests;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;
using MpcSigner.Policy.Rules;
using Xunit;
using static MpcSigner.Kernel.Tests.Policy.PolicyCases;

namespace MpcSigner.Kernel.Tests.Policy;

/// <summary>Allowances, signed texts and chains of one family: what rules cover and touch of them.</summary>
public class EvmRuleTests
{
    private static readonly Effect.Message Text = new("hello");
    private static readonly Effect.Opaque Opaque = new("call of x");
    private static readonly Effect.Allowance All = new("USDC", "me", "router", new((BigInteger.One << 256) - 1));

    private static Effect.Allowance Allowance(ulong amount, string spender = "treasury-1", string asset = "USDC") => new(asset, "me", spender, new(amount));

    private static SigningRule.Allow Spending(ulong max = 1_000) => Allow() with
    {
        Destinations = null, Amounts = [], Spenders = new AddressSelector.Books(["treasury"]), Allowances = [new("USDC", new Amount(max))],
    };

    private static SigningFacts On(string chain, params Effect[] effects) => Facts(effects) with { Intent = Intent(effects) with { Chain = chain } };

    private static Verdict Judge(SigningRule.Deny rule, SigningFacts facts) => PolicyEngine.Decide(Of(rule, AllowEverything() with
    {
        Spenders = new AddressSelector.Any(), Allowances = [new(null, null)], Messages = true,
    }), facts);

    private static Verdict Judge(SigningRule.Deny rule, params Effect[] effects) => Judge(rule, Facts(effects));

    private static void Passes(Verdict verdict) => Allows(verdict, "everything");

    [Fact]
    public void A_rule_over_transfers_covers_no_allowance_and_one_over_allowances_no_transfer()
    {
        DeniesByDefault(Decide(Allow() with { Amounts = [new("USDC", null)] }, Facts(Allowance(1))), "it covers no allowance, and this lets treasury-1 spend");
        DeniesByDefault(Decide(AllowEverything("pay"), Facts(Allowance(1))), "it covers no allowance");
        DeniesByDefault(Decide(Spending(), Facts(Pay)), "it covers no transfer");
        Allows(Decide(Spending(), Facts(Allowance(1))));
    }

    [Fact]
    public void An_allowance_is_covered_by_spender_asset_and_amount()
    {
        Allows(Decide(Spending(), Facts(Allowance(1_000))));
        DeniesByDefault(Decide(Spending(), Facts(Allowance(1_001))), "allowances for 1001 of asset USDC, above its limit of 1000");
        DeniesByDefault(Decide(Spending(), Facts(Allowance(600), Allowance(401, "treasury-2"))), "allowances for 1001 of asset USDC");
        DeniesByDefault(Decide(Spending(), Facts(Allowance(1, "router"))), "an allowance for router to spend: it is in none of its address books (treasury)");
        DeniesByDefault(Decide(Spending(), Facts(Allowance(1, asset: "DAI"))), "it names no amount of allowances for asset DAI");
        DeniesByDefault(Decide(Spending(), Facts(Allowance(1), Pay)), "it covers no transfer");
        // Transfers and allowances have their own sums.
        var both = Spending(50) with { Destinations = new AddressSelector.Any(), Amounts = [new("USDC", new Amount(60))] };
        Allows(Decide(both, Facts(Allowance(50), Transfer("USDC", "x", 60))));
        DeniesByDefault(Decide(both, Facts(Allowance(50), Transfer("USDC", "x", 61))), "61 of asset USDC, above its limit of 60");
    }

    [Fact]
    public void Allowances_beyond_256_bits_together_are_above_every_limit_but_none()
    {
        var any = Spending() with { Spenders = new AddressSelector.Any() };
        DeniesByDefault(Decide(any with { Allowances = [new("USDC", new Amount(All.Amount.Value))] }, Facts(All, Allowance(1))), "2^256 or more of asset USDC");
        Allows(Decide(any with { Allowances = [new("USDC", new Amount(All.Amount.Value))] }, Facts(All)));
        Allows(Decide(any with { Allowances = [new("USDC", null)] }, Facts(All, Allowance(1))));
    }

    [Fact]
    public void A_signed_text_must_be_allowed_by_name()
    {
        DeniesByDefault(Decide(AllowEverything("pay"), Facts(Text)), "it covers no signed message");
        Allows(Decide(Allow() with { Messages = true }, Facts(Text)));
        DeniesByDefault(Decide(Allow() with { Messages = true }, Facts(Opaque)), "it covers no opaque effect");
    }

    [Fact]
    public void A_deny_rule_on_destinations_assets_or_amounts_touches_allowances()
    {
        var bad = Deny() with { Destinations = new AddressSelector.Books(["bad"]) };
        DeniesByRule(Judge(bad, Allowance(0, "bad-1")));
        Passes(Judge(bad, Allowance(1)));
        DeniesByRule(Judge(Deny() with { Assets = ["USDC"] }, Allowance(1)));
        Passes(Judge(Deny() with { Assets = ["DAI"] }, Allowance(1)));
        var above = Deny() with { Above = [new("USDC", new Amount(100))] };
        Passes(Judge(above, Allowance(100), Transfer("USDC", "x", 100)));
        DeniesByRule(Judge(above, Allowance(101)));
        DeniesByRule(Judge(above, All, Allowance(1)));
    }

    [Fact]
    public void A_deny_rule_names_allowances_and_messages()
    {
        DeniesByRule(Judge(Deny() with { Allowances = true }, Pay, Allowance(1)));
        Passes(Judge(Deny() with { Allowances = true }, Pay));
        CannotTell(Judge(Deny() with { Allowances = true }, Opaque), "an effect is opaque: call of x");
        CannotTell(Judge(Deny() with { Allowances = true }, Text), "what a signed message allows is up to whoever asked for it");
        DeniesByRule(Judge(Deny() with { Messages = true }, Text));
        Passes(Judge(Deny() with { Messages = true }, Pay));
        CannotTell(Judge(Deny() with { Messages = true }, Opaque), "opaque");
    }

    [Fact]
    public void A_signed_text_may_move_what_it_does_not_say()
    {
        CannotTell(Judge(Deny() with { Destinations = new AddressSelector.Books(["bad"]) }, Text), "what a signed message allows");
        CannotTell(Judge(Deny() with { Above = [new("USDC", new Amount(100))] }, Text), "what a signed message allows");
        Passes(Judge(Deny() with { Memos = true }, Text));
        Passes(Judge(Deny() with { Payloads = [PayloadKind.EvmTransaction] }, Text));
    }

    [Fact]
    public void What_is_valid_on_every_chain_is_touched_on_each_and_covered_on_none()
    {
        var one = Deny() with { Chains = ["evm:1"] };
        DeniesByRule(Judge(one, On("evm:1", Pay)));
        DeniesByRule(Judge(one, On("evm:any", Pay)));
        Passes(Judge(one, On("evm:10", Pay)));
        Passes(Judge(one, On("solana", Pay)));
        Passes(Judge(Deny() with { Chains = ["evm:any"] }, On("evm:1", Pay)));
        DeniesByRule(Judge(Deny() with { Chains = ["evm:any"] }, On("evm:any", Pay)));
        Passes(Judge(Deny() with { Chains = ["solana"] }, On("evm:any", Pay)));

        var allow = Allow() with { Chains = ["evm:1", "evm:10"] };
        Allows(Decide(allow, On("evm:10", Pay)));
        DeniesByDefault(Decide(allow, On("evm:any", Pay)), "no rule speaks of this client, key and kind of request");
        DeniesByDefault(Decide(allow, On("evm:11", Pay)), "no rule speaks");
        Allows(Decide(allow with { Chains = ["evm:any"] }, On("evm:any", Pay)));
        DeniesByDefault(Decide(allow with { Chains = ["evm:any"] }, On("evm:1", Pay)), "no rule speaks");
    }
}
