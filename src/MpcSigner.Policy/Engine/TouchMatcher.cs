using MpcSigner.Core.Intents;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Policy.Engine;

/// <summary>Whether a deny rule touches some effect of an intent. An opaque effect may do anything, so it may be touched by everything; a signed text may move what it does not say.</summary>
internal static class TouchMatcher
{
    private const string MessageIsOpen = "what a signed message allows is up to whoever asked for it";

    /// <summary>Destination and asset of the same transfer (or new account, or allowance, whose spender can move the asset).</summary>
    public static Match Movement(ClusterPolicy policy, SigningRule.Deny rule, SigningIntent intent)
    {
        if (rule.Destinations is null && rule.Assets is null)
            return Match.Yes;
        return Match.Any(intent.Effects.Select(effect => effect switch
        {
            Effect.Transfer t => Movement(policy, rule, t.Asset, [t.Destination]),
            Effect.OpenAccount o => Movement(policy, rule, o.Asset, [o.Owner, o.Account]),
            Effect.Allowance a => Movement(policy, rule, a.Asset, [a.Spender]),
            Effect.Message => Match.Unknown(MessageIsOpen),
            Effect.Memo => Match.No("a memo moves nothing"),
            Effect.Opaque o => Match.Unknown($"an effect is opaque: {o.What}"),
            _ => Match.Unknown("an effect is of a kind it does not know"),
        }), "it touches none of the transfers");
    }

    /// <summary>Sums per asset, of transfers and of allowances; deposits of new accounts are not stated by the payload and not in them.</summary>
    public static Match Above(SigningRule.Deny rule, SigningIntent intent)
    {
        if (rule.Above is null)
            return Match.Yes;
        IReadOnlyList<(string Asset, Amount? Sum)> totals = [.. Totals.Transfers(intent), .. Totals.Allowances(intent)];
        return Match.Any(rule.Above.Select(ceiling => Above(ceiling, totals, intent)), "no sum is above its amounts");
    }

    public static Match Memo(SigningRule.Deny rule, SigningIntent intent)
    {
        if (!rule.Memos || intent.Effects.Any(e => e is Effect.Memo))
            return Match.Yes;
        return intent.Effects.OfType<Effect.Opaque>().FirstOrDefault() is { } opaque
            ? Match.Unknown($"an effect is opaque: {opaque.What}")
            : Match.No("there is no memo");
    }

    public static Match Allowance(SigningRule.Deny rule, SigningIntent intent)
    {
        if (!rule.Allowances || intent.Effects.Any(e => e is Effect.Allowance))
            return Match.Yes;
        return Open(intent) ?? Match.No("there is no allowance");
    }

    public static Match Message(SigningRule.Deny rule, SigningIntent intent)
    {
        if (!rule.Messages || intent.Effects.Any(e => e is Effect.Message))
            return Match.Yes;
        return intent.Effects.OfType<Effect.Opaque>().FirstOrDefault() is { } opaque
            ? Match.Unknown($"an effect is opaque: {opaque.What}")
            : Match.No("there is no signed message");
    }

    public static Match Opaque(SigningRule.Deny rule, SigningIntent intent) =>
        Match.When(!rule.Opaque || intent.Effects.Any(e => e is Effect.Opaque), "no effect is opaque");

    /// <summary>Unknown where some effect may move more than it says; else null.</summary>
    private static Match? Open(SigningIntent intent) =>
        intent.Effects.OfType<Effect.Opaque>().FirstOrDefault() is { } opaque ? Match.Unknown($"an effect is opaque: {opaque.What}")
        : intent.Effects.Any(e => e is Effect.Message) ? Match.Unknown(MessageIsOpen)
        : null;

    private static Match Movement(ClusterPolicy policy, SigningRule.Deny rule, string asset, string[] addresses)
    {
        if (rule.Destinations is { } destinations && !addresses.Any(a => destinations.Matches(policy, a)))
            return Match.No("another destination");
        if (rule.Assets is null || rule.Assets.Contains(asset, StringComparer.Ordinal))
            return Match.Yes;
        return asset == Effect.UnknownAsset ? Match.Unknown("the payload does not name the asset of a transfer") : Match.No("another asset");
    }

    private static Match Above(AmountCeiling ceiling, IReadOnlyList<(string Asset, Amount? Sum)> totals, SigningIntent intent)
    {
        if (ceiling.Max is not { } max)
            return Match.No("no amount");
        foreach (var (asset, sum) in totals)
        {
            // A sum beyond 256 bits is above every ceiling.
            if (string.Equals(asset, ceiling.Asset, StringComparison.Ordinal) && (sum is null || sum.Value.CompareTo(max) > 0))
                return Match.Yes;
        }
        if (Open(intent) is { } open)
            return open;
        return ceiling.Asset != Effect.UnknownAsset && totals.Any(t => t.Asset == Effect.UnknownAsset)
            ? Match.Unknown("the payload does not name the asset of a transfer")
            : Match.No("not above");
    }
}
