using MpcSigner.Core.Intents;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Policy.Engine;

/// <summary>Whether an allow rule covers every effect of an intent for certain: the answer is Yes or No, never Unknown.</summary>
internal static class CoverageMatcher
{
    public static Match Effects(ClusterPolicy policy, SigningRule.Allow rule, SigningIntent intent) =>
        Match.All(intent.Effects.Select(effect => Covers(policy, rule, effect))
            .Append(NewAccounts(rule, intent))
            .Append(Amounts(rule.Amounts, "", Totals.Transfers(intent)))
            .Append(Amounts(rule.Allowances, "allowances for ", Totals.Allowances(intent))));

    public static Match Fee(SigningRule.Allow rule, SigningIntent intent)
    {
        if (rule.MaxFee is not { } max)
            return Match.Yes;
        return intent.MaxFee is { } fee
            ? Match.When(fee.CompareTo(max) <= 0, $"the fee may reach {fee}, above its limit of {max}")
            : Match.No($"the payload does not bound its fee, and the rule limits it to {max}");
    }

    private static Match Covers(ClusterPolicy policy, SigningRule.Allow rule, Effect effect) => effect switch
    {
        Effect.Transfer t => Match.All([
            Destination(policy, rule, "a transfer to", t.Destination),
            Match.When(CeilingOf(rule.Amounts, t.Asset) is not null, $"it names no amount of asset {t.Asset}"),
        ]),
        Effect.Allowance a => Match.All([
            Spender(policy, rule, a.Spender),
            Match.When(CeilingOf(rule.Allowances, a.Asset) is not null, $"it names no amount of allowances for asset {a.Asset}"),
        ]),
        Effect.Message => Match.When(rule.Messages, "it covers no signed message"),
        // Either name will do: the chain itself ties account and owner together.
        Effect.OpenAccount o => Match.Any(
            [Destination(policy, rule, "an account of", o.Owner), Destination(policy, rule, "an account at", o.Account)],
            $"it covers no new account of {o.Owner}"),
        Effect.Memo => Match.When(rule.Memos, "it covers no memo"),
        Effect.Opaque o => Match.When(rule.Opaque, $"it covers no opaque effect: {o.What}"),
        _ => Match.No("it knows no effect of this kind"),
    };

    private static Match Destination(ClusterPolicy policy, SigningRule.Allow rule, string what, string address) =>
        rule.Destinations is { } destinations
            ? Match.When(destinations.Matches(policy, address), $"{what} {address} is in none of its address books ({destinations})")
            : Match.No($"it covers no transfer, and this is {what} {address}");

    private static Match Spender(ClusterPolicy policy, SigningRule.Allow rule, string address) =>
        rule.Spenders is { } spenders
            ? Match.When(spenders.Matches(policy, address), $"an allowance for {address} to spend: it is in none of its address books ({spenders})")
            : Match.No($"it covers no allowance, and this lets {address} spend");

    private static Match NewAccounts(SigningRule.Allow rule, SigningIntent intent)
    {
        var opened = intent.Effects.OfType<Effect.OpenAccount>().Count();
        return Match.When(opened <= rule.NewAccounts, $"{opened} new accounts, above its limit of {rule.NewAccounts}");
    }

    private static Match Amounts(IReadOnlyList<AmountCeiling> ceilings, string what, IReadOnlyList<(string Asset, Amount? Sum)> totals) =>
        Match.All(totals.Select(total => CeilingOf(ceilings, total.Asset) switch
        {
            null => Match.No($"it names no amount of {what}asset {total.Asset}"),
            { Max: null } => Match.Yes,
            { Max: { } max } => Match.When(total.Sum is { } sum && sum.CompareTo(max) <= 0,
                $"{what}{total.Sum?.ToString() ?? "2^256 or more"} of asset {total.Asset}, above its limit of {max}"),
        }));

    /// <summary>The line that names the asset, else the line for all others.</summary>
    private static AmountCeiling? CeilingOf(IReadOnlyList<AmountCeiling> ceilings, string asset) =>
        ceilings.FirstOrDefault(a => string.Equals(a.Asset, asset, StringComparison.Ordinal)) ?? ceilings.FirstOrDefault(a => a.Asset is null);
}
