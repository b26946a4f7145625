namespace MpcSigner.Core.Keys;

/// <summary>The bounds of a key's parameters (spec §2, §9.1).</summary>
public static class KeyLimits
{
    public const int MinThreshold = 2;
    public const int MaxParties = 16;

    /// <summary>Keys made by one session.</summary>
    public const int MaxBatch = 1_000;
}
