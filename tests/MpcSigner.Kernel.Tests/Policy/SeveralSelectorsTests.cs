using MpcSigner.Core.Intents;
using MpcSigner.Core.Requests;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;
using MpcSigner.Policy.Rules;
using Xunit;
using static MpcSigner.Kernel.Tests.Policy.PolicyCases;

namespace MpcSigner.Kernel.Tests.Policy;

/// <summary>Where a criterion lists several, one that matches is enough, wherever it stands; where a payload holds several effects, one that is touched is enough.</summary>
public class SeveralSelectorsTests
{
    private static readonly KeySelector[] Keys = [new KeySelector.Label(new("cold-", IsPrefix: true)), new KeySelector.Label(new("payroll-1", IsPrefix: false))];
    private static readonly Effect.Message Text = new("hello");

    private static PathPattern Pattern(string text) => PathPattern.TryParse(text, out var pattern) ? pattern : throw new ArgumentException(text);

    private static Verdict Judge(SigningRule.Deny rule, params Effect[] effects) => Judge(rule, Facts(effects));

    private static Verdict Judge(SigningRule.Deny rule, SigningFacts facts) =>
        PolicyEngine.Decide(Of(rule, AllowEverything() with { Spenders = new AddressSelector.Any(), Allowances = [new(null, null)], Messages = true }), facts);

    [Fact]
    public void One_of_several_keys()
    {
        foreach (var keys in (KeySelector[][])[Keys, [.. Keys.Reverse()]])
        {
            Allows(Decide(Allow() with { Keys = keys }, Facts(Pay)));
            DeniesByRule(Judge(Deny() with { Keys = keys }, Pay));
            DeniesByDefault(Decide(Allow() with { Keys = keys }, Facts(Pay) with { Label = "warm-1" }), "no rule speaks");
            Allows(Judge(Deny() with { Keys = keys }, Facts(Pay) with { Label = "warm-1" }), "everything");
        }
    }

    [Fact]
    public void One_of_several_derivation_paths()
    {
        PathPattern[] paths = [Pattern("m/1"), Pattern("m/2/*")];
        Allows(Decide(Allow() with { Paths = paths }, Facts(Pay) with { Path = [1] }));
        Allows(Decide(Allow() with { Paths = paths }, Facts(Pay) with { Path = [2, 7] }));
        DeniesByRule(Judge(Deny() with { Paths = paths }, Facts(Pay) with { Path = [2, 7] }));
        Allows(Judge(Deny() with { Paths = paths }, Facts(Pay) with { Path = [3] }), "everything");
    }

    [Fact]
    public void One_of_several_chains_is_touched()
    {
        SigningFacts On(string chain) => Facts(Pay) with { Intent = Intent(Pay) with { Chain = chain } };
        var rule = Deny() with { Chains = ["solana", "evm:1"] };
        DeniesByRule(Judge(rule, On("evm:1")));
        DeniesByRule(Judge(rule, On("evm:any")));
        DeniesByRule(Judge(rule, On("solana")));
        Allows(Judge(rule, On("evm:2")), "everything");
    }

    [Fact]
    public void One_of_several_address_books()
    {
        var books = new AddressSelector.Books(["bad", "treasury"]);
        Allows(Decide(Allow() with { Destinations = books }, Facts(Pay, Transfer("SOL", "bad-1", 1))));
        DeniesByRule(Judge(Deny() with { Destinations = books }, Pay));
        Allows(Judge(Deny() with { Destinations = books }, Transfer("SOL", "elsewhere", 1)), "everything");
    }

    [Fact]
    public void One_of_several_label_patterns_of_creation()
    {
        Verdict Judge(CreationRule rule) => PolicyEngine.Decide(Of(rule, AllowCreation("after")), Creation());
        LabelPattern[] both = [new("payroll-1", false), new("payroll-2", false)];
        Allows(Judge(AllowCreation() with { Labels = both }), "make");
        var deny = new CreationRule.Deny(Rule("no"), "not today");
        DeniesByRule(Judge(deny with { Labels = [new("cold-", true), new("payroll-2", false)] }));
        Allows(Judge(deny with { Labels = [new("cold-", true), new("warm-", true)] }), "after");
    }

    [Fact]
    public void One_signed_text_among_other_effects()
    {
        DeniesByRule(Judge(Deny() with { Messages = true }, Pay, Text));
        CannotTell(Judge(Deny() with { Allowances = true }, Pay, Text), "what a signed message allows");
        CannotTell(Judge(Deny() with { Above = [new("USDC", new Amount(1))] }, Pay, Text), "what a signed message allows");
    }

    [Fact]
    public void One_transfer_of_an_unnamed_asset_among_others()
    {
        var rule = Deny() with { Above = [new("USDC", new Amount(1))] };
        CannotTell(Judge(rule, Transfer("DAI", "x", 5), Transfer(Effect.UnknownAsset, "x", 1)), "does not name the asset");
        Allows(Judge(rule, Transfer("DAI", "x", 5), Transfer("SOL", "x", 1)), "everything");
    }

    /// <summary>A ceiling on what has no name is compared like any other: it says of itself whether it is exceeded.</summary>
    [Fact]
    public void A_ceiling_on_unnamed_assets_is_certain()
    {
        var rule = Deny() with { Above = [new(Effect.UnknownAsset, new Amount(5))] };
        Allows(Judge(rule, Transfer(Effect.UnknownAsset, "x", 5)), "everything");
        DeniesByRule(Judge(rule, Transfer(Effect.UnknownAsset, "x", 6)));
    }
}
