using MpcSigner.Core.Intents;

namespace MpcSigner.Policy.Rules;

/// <summary>How much of one asset a single transaction may move, or from how much on a deny rule applies.</summary>
/// <param name="Asset">As decoders name it ("SOL", "native", a mint, a token contract, "unknown"); null for every asset that no other line names.</param>
/// <param name="Max">Inclusive, in base units; null for no limit. Always null where <paramref name="Asset"/> is: units of different assets cannot be compared.</param>
public sealed record AmountCeiling(string? Asset, Amount? Max);
