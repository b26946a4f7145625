using MpcSigner.Core.Intents;

namespace MpcSigner.Policy.Engine;

internal static class Totals
{
    /// <summary>What all transfers of each asset add up to, in the order of first mention; a null sum is 2^256 or more.</summary>
    public static IReadOnlyList<(string Asset, Amount? Sum)> Transfers(SigningIntent intent) =>
        ByAsset(intent.Effects.OfType<Effect.Transfer>().Select(t => (t.Asset, t.Amount)));

    /// <summary>The same of allowances.</summary>
    public static IReadOnlyList<(string Asset, Amount? Sum)> Allowances(SigningIntent intent) =>
        ByAsset(intent.Effects.OfType<Effect.Allowance>().Select(a => (a.Asset, a.Amount)));

    private static IReadOnlyList<(string Asset, Amount? Sum)> ByAsset(IEnumerable<(string Asset, Amount Amount)> movements) =>
        [.. movements.GroupBy(m => m.Asset, m => m.Amount, StringComparer.Ordinal).Select(group => (group.Key, Sum(group)))];

    private static Amount? Sum(IEnumerable<Amount> amounts)
    {
        Amount? sum = new Amount(0);
        foreach (var amount in amounts)
        {
            sum = Amount.Add(sum.Value, amount);
            if (sum is null)
                return null;
        }
        return sum;
    }
}
