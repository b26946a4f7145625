using MpcSigner.Core.Intents;

namespace MpcSigner.Policy.Engine;

internal static class Totals
{
    /// <summary>What all transfers of each asset add up to, in the order of first mention; a null sum is 2^256 or more.</summary>
    public static IReadOnlyList<(string Asset, Amount? Sum)> ByAsset(SigningIntent intent) =>
        [.. intent.Effects.OfType<Effect.Transfer>().GroupBy(t => t.Asset, StringComparer.Ordinal).Select(group => (group.Key, Sum(group)))];

    private static Amount? Sum(IEnumerable<Effect.Transfer> transfers)
    {
        Amount? sum = new Amount(0);
        foreach (var transfer in transfers)
        {
            sum = Amount.Add(sum.Value, transfer.Amount);
            if (sum is null)
                return null;
        }
        return sum;
    }
}
