namespace MpcSigner.Protocols.Dkls23.Setup;

/// <summary>A node's epochs with one peer, one counter a direction (spec §5); 0 before the first setup. Both are kept durably by both nodes.</summary>
/// <param name="Sending">With self as A.</param>
/// <param name="Receiving">With self as B.</param>
public readonly record struct PairEpochs(ulong Sending, ulong Receiving)
{
    /// <summary>How far the two nodes' last epochs may lie apart; more asks the operator.</summary>
    public const ulong MaxGap = 1_000;

    /// <summary>Exactly max(last_A, last_B) + 1.</summary>
    /// <returns>False if the gap is too wide, or no epoch is left.</returns>
    internal static bool TryNext(ulong lastA, ulong lastB, out ulong epoch)
    {
        var highest = Math.Max(lastA, lastB);
        var agreed = highest - Math.Min(lastA, lastB) <= MaxGap && highest < ulong.MaxValue;
        epoch = agreed ? highest + 1 : 0;
        return agreed;
    }
}
