using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;

namespace MpcSigner.Cryptography.Secrets.SelfTests;

/// <summary>Known answers of a SEC 1 curve by way of our own binding, so that a library of another build or layout is found out.</summary>
/// <param name="group">The group.</param>
/// <param name="generator">enc(G).</param>
/// <param name="scalar">k, 32 bytes; its top bit decides nothing.</param>
/// <param name="multiple">enc(k·G).</param>
/// <param name="notOnCurve">02 ‖ x for an x below p that no point has.</param>
/// <param name="outOfRange">02 ‖ x + p for an x that a point has.</param>
internal sealed class CurveChecks(IGroup group, string generator, string scalar, string multiple, string notOnCurve, string outOfRange)
{
    internal IReadOnlyList<(string Check, Func<string?> Run)> All =>
    [
        ($"{group.Name} base point", () => group.Generator.ToString() == generator ? null : "1·G is not the base point"),
        ($"{group.Name} secret multiplication", SecretMultiplication),
        ($"{group.Name} sums and products", SumsAndProducts),
        ($"{group.Name} refuses what is no point", Refusals),
    ];

    private string? SecretMultiplication()
    {
        if (!SecretScalar.TryDecode(group, Convert.FromHexString(scalar), out var secret))
            return "a scalar below the order is refused";
        using (secret)
        using (var negative = secret.Negate())
        {
            if (secret.MultiplyBase().ToString() != multiple)
                return "wrong product";
            return group.Add(secret.MultiplyBase(), negative.MultiplyBase()).IsIdentity ? null : "k·G and −k·G are not opposite";
        }
    }

    private string? SumsAndProducts()
    {
        var k = group.TryDecodeScalar(Convert.FromHexString(scalar), out var value) ? value : group.Zero;
        if (group.MultiplyPublic(k, group.Generator).ToString() != multiple)
            return "wrong product";
        var twice = group.MultiplyPublic(group.FromUInt64(2), group.Generator);
        if (group.Add(group.Generator, group.Generator) != twice || group.LinearCombinationPublic([k, group.NegatePublic(k)], [twice, twice]) != group.Identity)
            return "wrong sum";
        return group.TryDecodePoint(Convert.FromHexString(multiple), out var decoded) && group.Subtract(decoded, group.MultiplyBasePublic(k)).IsIdentity
            ? null
            : "a point is refused or read wrongly";
    }

    private string? Refusals()
    {
        foreach (var bad in new[] { notOnCurve, outOfRange, "00" + generator[2..], "05" + generator[2..] })
        {
            if (group.TryDecodePoint(Convert.FromHexString(bad), out _))
                return $"{bad} is taken for a point";
        }
        return null;
    }
}
