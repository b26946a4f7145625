using MpcSigner.Core.Intents;
using MpcSigner.Core.Requests;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;
using MpcSigner.Policy.Rules;
using Xunit;
using static MpcSigner.Kernel.Tests.Policy.PolicyCases;

namespace MpcSigner.Kernel.Tests.Policy;

/// <summary>A deny rule stands before a rule that allows everything: whether it touches decides.</summary>
public class DenyRuleTests
{
    private static readonly Effect.Opaque Opaque = new("program x");

    private static Verdict Judge(SigningRule.Deny rule, params Effect[] effects) => Judge(rule, Facts(effects));

    private static Verdict Judge(SigningRule.Deny rule, SigningFacts facts) => PolicyEngine.Decide(Of(rule, AllowEverything()), facts);

    private static void Passes(Verdict verdict) => Allows(verdict, "everything");

    [Fact]
    public void Without_criteria_it_denies_everything() => DeniesByRule(Judge(Deny(), Pay));

    [Fact]
    public void Subject_criteria_must_all_match()
    {
        var all = Deny() with
        {
            Clients = [new ClientSelector.Name("payroll-service")], Keys = [new KeySelector.Id(new(KeyBytes))], Payloads = [PayloadKind.SolanaTransaction], Chains = ["solana"],
        };
        DeniesByRule(Judge(all, Pay));
        Passes(Judge(all with { Clients = [new ClientSelector.Name("other")] }, Pay));
        Passes(Judge(all with { Keys = [new KeySelector.Id(new(ClientBytes))] }, Pay));
        Passes(Judge(all with { Payloads = [PayloadKind.EvmMessage] }, Pay));
        Passes(Judge(all with { Chains = ["evm:1"] }, Pay));
        Passes(Judge(all with { Clients = [new ClientSelector.Name("other")] }, Opaque)); // certainly not, opaque or not
    }

    [Fact]
    public void One_transfer_to_a_listed_destination_is_enough()
    {
        var rule = Deny() with { Destinations = new AddressSelector.Books(["bad"]) };
        Passes(Judge(rule, Pay));
        DeniesByRule(Judge(rule, Pay, Transfer("SOL", "bad-1", 0)));
        DeniesByRule(Judge(rule, new Effect.OpenAccount("USDC", "bad-1", "a", "me")));
        DeniesByRule(Judge(rule, new Effect.OpenAccount("USDC", "o", "bad-1", "me")));
        Passes(Judge(rule, new Effect.Memo("bad-1")));
        CannotTell(Judge(rule, Pay, Opaque), "an effect is opaque: program x");
        DeniesByRule(Judge(rule, Opaque, Transfer("SOL", "bad-1", 1))); // certain beats uncertain
    }

    [Fact]
    public void Asset_and_destination_are_of_the_same_transfer()
    {
        var asset = Deny() with { Assets = ["USDC"] };
        Passes(Judge(asset, Pay));
        DeniesByRule(Judge(asset, Pay, Transfer("USDC", "treasury-1", 1)));
        CannotTell(Judge(asset, Pay, Transfer(Effect.UnknownAsset, "treasury-1", 1)), "does not name the asset");
        DeniesByRule(Judge(Deny() with { Assets = [Effect.UnknownAsset] }, Transfer(Effect.UnknownAsset, "treasury-1", 1)));

        var both = asset with { Destinations = new AddressSelector.Books(["bad"]) };
        Passes(Judge(both, Transfer("USDC", "treasury-1", 1), Transfer("SOL", "bad-1", 1)));
        DeniesByRule(Judge(both, Transfer("USDC", "bad-1", 1)));
        Passes(Judge(both, Transfer(Effect.UnknownAsset, "treasury-1", 1)));
        CannotTell(Judge(both, Transfer(Effect.UnknownAsset, "bad-1", 1)), "does not name the asset");
    }

    [Fact]
    public void Above_compares_the_sum()
    {
        var rule = Deny() with { Above = [new("SOL", new Amount(150)), new("USDC", new Amount(0))] };
        Passes(Judge(rule, Pay, Transfer("SOL", "x", 50)));
        DeniesByRule(Judge(rule, Pay, Transfer("SOL", "x", 51)));
        DeniesByRule(Judge(rule, Transfer("USDC", "x", 1)));
        Passes(Judge(rule, Transfer("USDC", "x", 0)));
        CannotTell(Judge(rule, Pay, Opaque), "opaque");
        CannotTell(Judge(rule, Transfer(Effect.UnknownAsset, "x", 1)), "does not name the asset");
        DeniesByRule(Judge(rule, Opaque, Transfer("SOL", "x", 151)));
    }

    [Fact]
    public void Memos_and_opaque_effects()
    {
        DeniesByRule(Judge(Deny() with { Memos = true }, Pay, new Effect.Memo("x")));
        Passes(Judge(Deny() with { Memos = true }, Pay));
        CannotTell(Judge(Deny() with { Memos = true }, Opaque), "opaque");
        DeniesByRule(Judge(Deny() with { Opaque = true }, Pay, Opaque));
        Passes(Judge(Deny() with { Opaque = true }, Pay));
        // Both given: both must be found.
        Passes(Judge(Deny() with { Opaque = true, Memos = true }, Pay, new Effect.Memo("x")));
        DeniesByRule(Judge(Deny() with { Opaque = true, Memos = true }, Opaque, new Effect.Memo("x")));
    }
}
