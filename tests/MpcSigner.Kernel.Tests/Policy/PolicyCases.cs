using MpcSigner.Core.Identities;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Policy;
using MpcSigner.Policy.Engine;
using MpcSigner.Policy.Rules;
using Xunit;

namespace MpcSigner.Kernel.Tests.Policy;

/// <summary>A policy and facts that fit each other; tests change one thing at a time.</summary>
internal static class PolicyCases
{
    public static readonly Bytes32 ClientBytes = new([.. Enumerable.Repeat((byte)0xc1, 32)]);
    public static readonly Bytes32 KeyBytes = new([.. Enumerable.Repeat((byte)0x6b, 32)]);
    public static readonly Effect.Transfer Pay = Transfer("SOL", "treasury-1", 100);

    public static RuleId Rule(string id) => RuleId.TryParse(id, out var rule) ? rule : throw new ArgumentException(id);

    public static Effect.Transfer Transfer(string asset, string to, ulong amount) => new(asset, "me", to, new(amount));

    public static SigningIntent Intent(params Effect[] effects) => new("solana", ["me"], effects, new Amount(5_000), "blockhash x");

    public static SigningFacts Facts(params Effect[] effects) =>
        new(new(new(ClientBytes), "payroll-service"), new(KeyBytes), "payroll-1", KeyUsage.Transactions, [], PayloadKind.SolanaTransaction, Intent(effects));

    public static CreationFacts Creation() => new(new(new(ClientBytes), "payroll-service"), Suite.FrostEd25519, 2, 3, 2, ["payroll-1", "payroll-2"], KeyUsage.Transactions);

    /// <summary>Covers <see cref="Pay"/> and nothing that is not named here.</summary>
    public static SigningRule.Allow Allow(string id = "pay") => new(Rule(id))
    {
        Clients = [new ClientSelector.Name("payroll-service")],
        Keys = [new KeySelector.Label(new("payroll-", IsPrefix: true))],
        Payloads = [PayloadKind.SolanaTransaction],
        Destinations = new AddressSelector.Books(["treasury"]),
        Amounts = [new("SOL", new Amount(1_000))],
        MaxFee = new Amount(10_000),
    };

    public static SigningRule.Allow AllowEverything(string id = "everything") => new(Rule(id))
    {
        Clients = [new ClientSelector.Any()], Keys = [new KeySelector.Any()], Payloads = [.. Enum.GetValues<PayloadKind>()],
        Destinations = new AddressSelector.Any(), Amounts = [new(null, null)], Memos = true, NewAccounts = 64, Opaque = true,
    };

    public static SigningRule.Deny Deny(string id = "no") => new(Rule(id), "not today");

    public static CreationRule.Allow AllowCreation(string id = "make") => new(Rule(id))
    {
        Clients = [new ClientSelector.Name("payroll-service")], Suites = [Suite.FrostEd25519], Usages = [KeyUsage.Transactions], MaxParties = 3, MaxCount = 10,
        Labels = [new("payroll-", IsPrefix: true)],
    };

    public static ClusterPolicy Of(params SigningRule[] rules) => new(default, 1, null, new Dictionary<string, IReadOnlySet<string>>
    {
        ["treasury"] = new HashSet<string> { "treasury-1", "treasury-2" },
        ["bad"] = new HashSet<string> { "bad-1" },
    }, rules, []);

    public static ClusterPolicy Of(params CreationRule[] rules) => Of((SigningRule[])[]) with { Creation = rules };

    public static void Allows(Verdict verdict, string rule = "pay")
    {
        Assert.Equal(Rule(rule), Assert.IsType<Verdict.Allow>(verdict).Rule);
        Assert.Equal(VerdictKind.Allowed, verdict.Kind);
        Assert.Null(verdict.ToError());
    }

    public static void DeniesByDefault(Verdict verdict, string detail)
    {
        var deny = Assert.IsType<Verdict.Deny>(verdict);
        Assert.Equal((RuleId.Default, DenyReason.NoRuleAllows), (deny.Rule, deny.Reason));
        Assert.Contains(detail, deny.Detail, StringComparison.Ordinal);
        Assert.Equal(Core.Faults.Reason.PolicyDenied, verdict.ToError()!.Reason);
    }

    public static void DeniesByRule(Verdict verdict, string rule = "no")
    {
        var deny = Assert.IsType<Verdict.Deny>(verdict);
        Assert.Equal((Rule(rule), DenyReason.RuleDenies, "not today"), (deny.Rule, deny.Reason, deny.Detail));
        Assert.Equal(VerdictKind.Denied, verdict.Kind);
    }

    public static void CannotTell(Verdict verdict, string fact, string rule = "no")
    {
        var unknown = Assert.IsType<Verdict.CannotTell>(verdict);
        Assert.Equal(Rule(rule), unknown.Rule);
        Assert.Contains(fact, unknown.MissingFact, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.CannotTell, verdict.Kind);
        Assert.Equal(Core.Faults.Reason.PolicyDenied, verdict.ToError()!.Reason);
    }

    public static Verdict Decide(SigningRule rule, SigningFacts facts) => PolicyEngine.Decide(Of(rule), facts);
}
