using System.Numerics;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Requests;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;
using MpcSigner.Policy.Rules;
using Xunit;
using static MpcSigner.Kernel.Tests.Policy.PolicyCases;

namespace MpcSigner.Kernel.Tests.Policy;

/// <summary>An allow rule covers what it names, in full, for certain.</summary>
public class AllowRuleTests
{
    [Fact]
    public void Covers_what_it_names() => Allows(Decide(Allow(), Facts(Pay)));

    [Fact]
    public void Clients_by_name_by_id_or_any()
    {
        DeniesByDefault(Decide(Allow() with { Clients = [new ClientSelector.Name("payroll")] }, Facts(Pay)), "no rule speaks of this client");
        DeniesByDefault(Decide(Allow() with { Clients = [new ClientSelector.Name("Payroll-service")] }, Facts(Pay)), "no rule speaks");
        DeniesByDefault(Decide(Allow() with { Clients = [new ClientSelector.Id(new(KeyBytes))] }, Facts(Pay)), "no rule speaks");
        DeniesByDefault(Decide(Allow() with { Clients = [] }, Facts(Pay)), "no rule speaks");
        Allows(Decide(Allow() with { Clients = [new ClientSelector.Name("x"), new ClientSelector.Id(new(ClientBytes))] }, Facts(Pay)));
        Allows(Decide(Allow() with { Clients = [new ClientSelector.Any()] }, Facts(Pay)));
    }

    [Theory]
    [InlineData("payroll-", true, "payroll-1", true)]
    [InlineData("payroll-1", true, "payroll-1", true)]
    [InlineData("payroll-1", false, "payroll-1", true)]
    [InlineData("payroll-", false, "payroll-1", false)]
    [InlineData("payroll-", true, "payroll", false)]
    [InlineData("payroll-", true, "Payroll-1", false)]
    [InlineData("payroll-", true, "x-payroll-1", false)]
    [InlineData("payroll-", true, null, false)]
    public void Keys_by_label(string text, bool isPrefix, string? label, bool matches)
    {
        var verdict = Decide(Allow() with { Keys = [new KeySelector.Label(new(text, isPrefix))] }, Facts(Pay) with { Label = label });
        Assert.Equal(matches, verdict is Verdict.Allow);
    }

    [Fact]
    public void Keys_by_id_or_any()
    {
        Allows(Decide(Allow() with { Keys = [new KeySelector.Id(new(KeyBytes))] }, Facts(Pay) with { Label = null }));
        Allows(Decide(Allow() with { Keys = [new KeySelector.Any()] }, Facts(Pay) with { Label = null }));
        DeniesByDefault(Decide(Allow() with { Keys = [new KeySelector.Id(new(ClientBytes))] }, Facts(Pay)), "no rule speaks");
        // A label that looks like an id is none.
        DeniesByDefault(Decide(Allow() with { Keys = [new KeySelector.Id(new(ClientBytes))] }, Facts(Pay) with { Label = ClientBytes.ToString() }), "no rule speaks");
    }

    [Theory]
    [InlineData("m", new uint[0], true)]
    [InlineData("m", new uint[] { 0 }, false)]
    [InlineData("m/0/1", new uint[] { 0, 1 }, true)]
    [InlineData("m/0/1", new uint[] { 0, 1, 2 }, false)]
    [InlineData("m/0/1", new uint[] { 0, 10 }, false)]
    [InlineData("m/0/1", new uint[] { 0 }, false)]
    [InlineData("m/*", new uint[0], false)]
    [InlineData("m/*", new uint[] { 5 }, true)]
    [InlineData("m/0/*", new uint[] { 0 }, false)]
    [InlineData("m/0/*", new uint[] { 0, 5, 6 }, true)]
    [InlineData("m/0/*", new uint[] { 1, 5 }, false)]
    public void Derivation_paths(string pattern, uint[] path, bool matches)
    {
        Assert.True(PathPattern.TryParse(pattern, out var parsed));
        Assert.Equal(pattern, parsed.ToString());
        Assert.Equal(matches, parsed.Matches(path));
        var verdict = Decide(Allow() with { Paths = [parsed] }, Facts(Pay) with { Path = path });
        if (matches)
            Allows(verdict);
        else
            DeniesByDefault(verdict, "no rule speaks");
        Allows(Decide(Allow(), Facts(Pay) with { Path = path })); // a rule without paths speaks of all
        var deny = PolicyEngine.Decide(Of(Deny() with { Paths = [parsed] }, Allow()), Facts(Pay) with { Path = path });
        if (matches)
            DeniesByRule(deny);
        else
            Allows(deny);
    }

    [Fact]
    public void Payload_kinds_and_chains()
    {
        DeniesByDefault(Decide(Allow() with { Payloads = [PayloadKind.EvmTransaction] }, Facts(Pay)), "no rule speaks");
        Allows(Decide(Allow() with { Chains = ["solana"] }, Facts(Pay)));
        DeniesByDefault(Decide(Allow() with { Chains = ["evm:1"] }, Facts(Pay)), "no rule speaks");
    }

    [Fact]
    public void Every_destination_must_be_listed()
    {
        Allows(Decide(Allow(), Facts(Pay, Transfer("SOL", "treasury-2", 1))));
        DeniesByDefault(Decide(Allow(), Facts(Pay, Transfer("SOL", "elsewhere", 1))), "rule pay does not allow it: a transfer to elsewhere is in none of its address books (treasury)");
        DeniesByDefault(Decide(Allow(), Facts(Transfer("SOL", "elsewhere", 0))), "elsewhere");
        DeniesByDefault(Decide(Allow(), Facts(Transfer("SOL", "Treasury-1", 1))), "Treasury-1");
        DeniesByDefault(Decide(Allow() with { Destinations = null }, Facts(Pay)), "it covers no transfer");
        DeniesByDefault(Decide(Allow() with { Destinations = new AddressSelector.Books(["no such book"]) }, Facts(Pay)), "is in none of its address books");
        Allows(Decide(Allow() with { Destinations = new AddressSelector.Any() }, Facts(Transfer("SOL", "elsewhere", 1))));
    }

    [Fact]
    public void Amounts_are_summed_per_asset_up_to_the_limit()
    {
        Allows(Decide(Allow(), Facts(Transfer("SOL", "treasury-1", 1_000))));
        DeniesByDefault(Decide(Allow(), Facts(Transfer("SOL", "treasury-1", 1_001))), "1001 of asset SOL, above its limit of 1000");
        Allows(Decide(Allow(), Facts(Transfer("SOL", "treasury-1", 999), Transfer("SOL", "treasury-2", 1))));
        DeniesByDefault(Decide(Allow(), Facts(Transfer("SOL", "treasury-1", 999), Transfer("SOL", "treasury-2", 2))), "1001 of asset SOL");
        DeniesByDefault(Decide(Allow(), Facts(Transfer("SOL", "treasury-1", ulong.MaxValue), Transfer("SOL", "treasury-1", 1))), "18446744073709551616 of asset SOL");
    }

    [Fact]
    public void Assets_not_named_are_not_covered()
    {
        DeniesByDefault(Decide(Allow(), Facts(Transfer("USDC", "treasury-1", 1))), "it names no amount of asset USDC");
        DeniesByDefault(Decide(Allow(), Facts(Transfer("sol", "treasury-1", 1))), "asset sol");
        DeniesByDefault(Decide(Allow(), Facts(Transfer(Effect.UnknownAsset, "treasury-1", 1))), "asset unknown");
        DeniesByDefault(Decide(Allow() with { Amounts = [] }, Facts(Transfer("SOL", "treasury-1", 0))), "asset SOL");
        Allows(Decide(Allow() with { Amounts = [new("SOL", null)] }, Facts(Transfer("SOL", "treasury-1", ulong.MaxValue))));
        // The line for all others does not lift the limit of a named one.
        var others = Allow() with { Amounts = [new("SOL", new Amount(10)), new(null, null)] };
        Allows(Decide(others, Facts(Transfer("USDC", "treasury-1", ulong.MaxValue))));
        DeniesByDefault(Decide(others, Facts(Transfer("SOL", "treasury-1", 11))), "above its limit of 10");
    }

    [Fact]
    public void A_sum_beyond_256_bits_is_denied_whatever_the_rules_say()
    {
        var half = new Amount(BigInteger.One << 255);
        Effect Huge() => new Effect.Transfer("SOL", "me", "treasury-1", half);
        Allows(Decide(AllowEverything(), Facts(Huge())), "everything");
        var deny = Assert.IsType<Verdict.Deny>(Decide(AllowEverything(), Facts(Huge(), Huge())));
        Assert.Equal((RuleId.Default, DenyReason.AmountOverflow), (deny.Rule, deny.Reason));
    }

    [Fact]
    public void The_fee_must_be_bounded_where_it_is_limited()
    {
        SigningFacts Fee(Amount? fee) => Facts(Pay) with { Intent = Intent(Pay) with { MaxFee = fee } };
        Allows(Decide(Allow(), Fee(new Amount(10_000))));
        DeniesByDefault(Decide(Allow(), Fee(new Amount(10_001))), "the fee may reach 10001, above its limit of 10000");
        DeniesByDefault(Decide(Allow(), Fee(null)), "does not bound its fee");
        Allows(Decide(Allow() with { MaxFee = null }, Fee(null)));
    }

    [Fact]
    public void Memos_new_accounts_and_opaque_effects_only_where_named()
    {
        var memo = new Effect.Memo("hello");
        DeniesByDefault(Decide(Allow(), Facts(Pay, memo)), "it covers no memo");
        Allows(Decide(Allow() with { Memos = true }, Facts(Pay, memo)));

        var opaque = new Effect.Opaque("program x");
        DeniesByDefault(Decide(Allow() with { Memos = true }, Facts(Pay, opaque)), "it covers no opaque effect: program x");
        Allows(Decide(Allow() with { Opaque = true }, Facts(Pay, opaque)));
        // What is understood is judged even beside what is not.
        DeniesByDefault(Decide(Allow() with { Opaque = true }, Facts(Transfer("SOL", "elsewhere", 1), opaque)), "elsewhere");

        Effect Open(string owner, string account) => new Effect.OpenAccount("USDC", owner, account, "me");
        DeniesByDefault(Decide(Allow(), Facts(Pay, Open("treasury-1", "a"))), "1 new accounts, above its limit of 0");
        var one = Allow() with { NewAccounts = 1 };
        Allows(Decide(one, Facts(Pay, Open("treasury-1", "a"))));
        Allows(Decide(one, Facts(Pay, Open("o", "treasury-1"))));
        DeniesByDefault(Decide(one, Facts(Pay, Open("o", "a"))), "it covers no new account of o");
        DeniesByDefault(Decide(one, Facts(Pay, Open("treasury-1", "a"), Open("treasury-2", "b"))), "2 new accounts, above its limit of 1");
        DeniesByDefault(Decide(one with { Destinations = null }, Facts(Open("treasury-1", "a"))), "it covers no new account");
    }

    [Fact]
    public void Raw_needs_the_key_s_usage_and_a_rule()
    {
        var raw = new SigningIntent("raw", [], [new Effect.Opaque("raw message")], null, "none");
        var facts = Facts() with { Payload = PayloadKind.Raw, Intent = raw, Usage = KeyUsage.TransactionsAndRaw };
        var rule = Allow() with { Payloads = [PayloadKind.Raw], Opaque = true, MaxFee = null };
        Allows(Decide(rule, facts));
        DeniesByDefault(Decide(rule with { Opaque = false }, facts), "opaque");
        DeniesByDefault(Decide(rule with { Payloads = [PayloadKind.SolanaTransaction] }, facts), "no rule speaks");
        DeniesByDefault(Decide(rule with { MaxFee = new Amount(1) }, facts), "does not bound its fee");

        foreach (var usage in (KeyUsage[])[KeyUsage.Transactions, 0, (KeyUsage)3])
        {
            var verdict = Decide(rule, facts with { Usage = usage });
            Assert.Equal(DenyReason.KeyUsage, Assert.IsType<Verdict.Deny>(verdict).Reason);
            Assert.Equal(Core.Faults.Reason.PayloadKindNotAllowed, verdict.ToError()!.Reason);
        }
    }
}
