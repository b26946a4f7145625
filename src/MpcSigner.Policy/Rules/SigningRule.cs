using MpcSigner.Core.Intents;
using MpcSigner.Core.Requests;

namespace MpcSigner.Policy.Rules;

/// <summary>One rule over requests to sign.</summary>
public abstract record SigningRule(RuleId Id)
{
    /// <summary>
    /// Allows what it covers in full: client, key and payload kind match, and each single effect is one that this rule permits.
    /// What a list does not name is not covered; an effect that may or may not be covered is not.
    /// </summary>
    public sealed record Allow(RuleId Id) : SigningRule(Id)
    {
        public required IReadOnlyList<ClientSelector> Clients { get; init; }

        public required IReadOnlyList<KeySelector> Keys { get; init; }

        /// <summary>Derivation paths of those keys; null for every path and the key itself.</summary>
        public IReadOnlyList<PathPattern>? Paths { get; init; }

        public required IReadOnlyList<PayloadKind> Payloads { get; init; }

        /// <summary>Chains by name (<see cref="ChainName"/>); null for every chain of those kinds. What is valid on every chain is covered only by the name that says so.</summary>
        public IReadOnlyList<string>? Chains { get; init; }

        /// <summary>Where transfers may go; null: the rule covers no transfer.</summary>
        public AddressSelector? Destinations { get; init; }

        /// <summary>Of each asset, the most that all its transfers in the transaction may add up to. An asset not named is not covered.</summary>
        public IReadOnlyList<AmountCeiling> Amounts { get; init; } = [];

        /// <summary>The most the network fee may be; null for no limit. With a limit, a payload that does not bound its fee is not covered.</summary>
        public Amount? MaxFee { get; init; }

        /// <summary>Whom a token's owner may let spend it; null: the rule covers no allowance.</summary>
        public AddressSelector? Spenders { get; init; }

        /// <summary>Of each asset, the most that all its allowances in the transaction may add up to. An asset not named is not covered.</summary>
        public IReadOnlyList<AmountCeiling> Allowances { get; init; } = [];

        /// <summary>Whether signed texts are covered. Not by default: a text can open an account, or bind the signer, somewhere the payload does not say.</summary>
        public bool Messages { get; init; }

        /// <summary>Whether memos are covered. Not by default: an exchange credits deposits by memo, so a memo can decide who is paid.</summary>
        public bool Memos { get; init; }

        /// <summary>How many accounts the transaction may open, for owners (or at addresses) among <see cref="Destinations"/>.</summary>
        public int NewAccounts { get; init; }

        /// <summary>Whether effects that no decoder understands are covered: anything at all, then.</summary>
        public bool Opaque { get; init; }
    }

    /// <summary>
    /// Denies what it may touch: each criterion that is given matches, those on effects by at least one effect (transfers and allowances: destination and asset of the same one).
    /// A criterion not given matches everything. Where the payload does not say whether a criterion matches, the request is denied as undecidable.
    /// </summary>
    public sealed record Deny(RuleId Id, string Reason) : SigningRule(Id)
    {
        /// <summary>Null matches every client; as for the other criteria.</summary>
        public IReadOnlyList<ClientSelector>? Clients { get; init; }

        public IReadOnlyList<KeySelector>? Keys { get; init; }

        public IReadOnlyList<PathPattern>? Paths { get; init; }

        public IReadOnlyList<PayloadKind>? Payloads { get; init; }

        /// <summary>What is valid on every chain of a family is valid on each that is named here.</summary>
        public IReadOnlyList<string>? Chains { get; init; }

        /// <summary>Of transfers and new accounts; of allowances, who may spend.</summary>
        public AddressSelector? Destinations { get; init; }

        public IReadOnlyList<string>? Assets { get; init; }

        /// <summary>Matches when the transfers, or the allowances, of some asset named here add up to more than its amount.</summary>
        public IReadOnlyList<AmountCeiling>? Above { get; init; }

        /// <summary>Matches when some effect is an allowance.</summary>
        public bool Allowances { get; init; }

        /// <summary>Matches when some effect is a signed text.</summary>
        public bool Messages { get; init; }

        /// <summary>Matches when some effect is a memo.</summary>
        public bool Memos { get; init; }

        /// <summary>Matches when some effect is opaque.</summary>
        public bool Opaque { get; init; }
    }
}
