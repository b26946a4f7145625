namespace MpcSigner.Policy.Engine;

/// <summary>Whether a criterion, or a whole rule, applies to a request.</summary>
public enum MatchKind
{
    /// <summary>Certainly not.</summary>
    No = 0,
    Yes = 1,

    /// <summary>It may: the payload does not say.</summary>
    Unknown = 2,
}

/// <param name="Why">No: what stood against it. Unknown: the missing fact. Yes: empty. For people.</param>
public readonly record struct Match(MatchKind Kind, string Why)
{
    public static Match Yes => new(MatchKind.Yes, "");

    public static Match No(string why) => new(MatchKind.No, why);

    public static Match Unknown(string missing) => new(MatchKind.Unknown, missing);

    public static Match When(bool holds, string otherwise) => holds ? Yes : No(otherwise);

    /// <summary>All must apply: the first No decides, then the first Unknown. Stops at a No.</summary>
    internal static Match All(IEnumerable<Match> criteria)
    {
        var result = Yes;
        foreach (var criterion in criteria)
        {
            if (criterion.Kind == MatchKind.No)
                return criterion;
            if (criterion.Kind == MatchKind.Unknown && result.Kind == MatchKind.Yes)
                result = criterion;
        }
        return result;
    }

    /// <summary>One must apply: the first Yes decides, then the first Unknown, else No.</summary>
    internal static Match Any(IEnumerable<Match> candidates, string otherwise)
    {
        var result = No(otherwise);
        foreach (var candidate in candidates)
        {
            if (candidate.Kind == MatchKind.Yes)
                return candidate;
            if (candidate.Kind == MatchKind.Unknown && result.Kind == MatchKind.No)
                result = candidate;
        }
        return result;
    }
}
