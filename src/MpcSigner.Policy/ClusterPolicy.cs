using MpcSigner.Core.Identities;
using MpcSigner.Policy.Rules;

namespace MpcSigner.Policy;

/// <summary>What the cluster may be asked to do. Whatever no rule allows is denied; of each list the first rule that applies decides.</summary>
/// <param name="Hash">SHA-256 of the exact signed bytes: what nodes compare.</param>
/// <param name="Version">1 and upward by one.</param>
/// <param name="Predecessor">Hash of the version before; null exactly at version 1.</param>
/// <param name="AddressBooks">Names to addresses as their chains write them, compared exactly.</param>
/// <param name="Signing">Rules over requests to sign.</param>
/// <param name="Creation">Rules over requests to make keys.</param>
public sealed record ClusterPolicy(
    Digest32 Hash,
    uint Version,
    Digest32? Predecessor,
    IReadOnlyDictionary<string, IReadOnlySet<string>> AddressBooks,
    IReadOnlyList<SigningRule> Signing,
    IReadOnlyList<CreationRule> Creation)
{
    public const int MaxRules = 1_000;
    public const int MaxAddressBooks = 256;
    public const int MaxAddresses = 10_000;
    public const int MaxSelectors = 256;
    public const int MaxReasonLength = 256;
}
