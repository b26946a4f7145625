using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Policy.Rules;

/// <summary>One rule over requests to make keys.</summary>
public abstract record CreationRule(RuleId Id)
{
    /// <summary>Allows what it covers in full.</summary>
    public sealed record Allow(RuleId Id) : CreationRule(Id)
    {
        public required IReadOnlyList<ClientSelector> Clients { get; init; }

        public required IReadOnlyList<Suite> Suites { get; init; }

        public required IReadOnlyList<KeyUsage> Usages { get; init; }

        /// <summary>t at least.</summary>
        public int MinThreshold { get; init; } = KeyLimits.MinThreshold;

        /// <summary>n at most.</summary>
        public required int MaxParties { get; init; }

        /// <summary>Keys in one request at most.</summary>
        public int MaxCount { get; init; } = KeyLimits.MaxBatch;

        /// <summary>Each label must match one; null: any labels, and none.</summary>
        public IReadOnlyList<LabelPattern>? Labels { get; init; }
    }

    /// <summary>Denies what it touches: each criterion that is given matches; labels by at least one of them.</summary>
    public sealed record Deny(RuleId Id, string Reason) : CreationRule(Id)
    {
        public IReadOnlyList<ClientSelector>? Clients { get; init; }

        public IReadOnlyList<Suite>? Suites { get; init; }

        public IReadOnlyList<KeyUsage>? Usages { get; init; }

        public IReadOnlyList<LabelPattern>? Labels { get; init; }
    }
}
