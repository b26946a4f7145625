using System.Numerics;

namespace MpcSigner.Core.Intents;

/// <summary>What a payload would do if it were signed: what policy judges. Produced by a chain's decoder from the exact bytes.</summary>
/// <param name="Chain">Lower-case chain name, e.g. "solana"; see <see cref="ChainName"/>.</param>
/// <param name="Signers">Addresses whose signature the payload asks for, in its order; where a format names none but has one sender, the address of the key that is to sign.</param>
/// <param name="Effects">In the payload's order; never empty: what is not understood is an <see cref="Effect.Opaque"/>.</param>
/// <param name="MaxFee">Upper bound of the network fee in the chain's base unit, null where the payload does not bound it.</param>
/// <param name="ReplayDomain">What keeps the payload from being valid twice or elsewhere (blockhash, chain id and nonce), for people and logs.</param>
/// <param name="Terms">What else the payload fixes (gas and its price, accounts named in advance), for people and logs: two payloads that differ in it are two intents. Empty where there is nothing.</param>
public sealed record SigningIntent(
    string Chain,
    IReadOnlyList<string> Signers,
    IReadOnlyList<Effect> Effects,
    Amount? MaxFee,
    string ReplayDomain,
    string Terms = "");

/// <summary>One thing a payload does.</summary>
public abstract record Effect
{
    private Effect() { }

    /// <summary>The asset of a transfer whose payload does not name it.</summary>
    public const string UnknownAsset = "unknown";

    /// <summary>Moves an asset.</summary>
    /// <param name="Asset">The chain's own name of the asset: "SOL", or a token's mint or contract address; "unknown" where the payload does not name it.</param>
    /// <param name="Destination">The address as the chain writes it: the account credited.</param>
    public sealed record Transfer(string Asset, string Source, string Destination, Amount Amount) : Effect;

    /// <summary>Opens an account that can hold an asset for someone. It costs the payer a deposit that the payload does not state, and which the owner may later take out.</summary>
    /// <param name="Asset">As of a transfer: what the account will hold.</param>
    /// <param name="Account">The new account's address.</param>
    public sealed record OpenAccount(string Asset, string Owner, string Account, string Payer) : Effect;

    /// <summary>Lets somebody else move an asset of the owner's, up to an amount, until that is used up or set anew. It moves nothing itself.</summary>
    /// <param name="Asset">As of a transfer.</param>
    /// <param name="Amount">What may be moved in all; it takes the place of what was allowed before.</param>
    public sealed record Allowance(string Asset, string Owner, string Spender, Amount Amount) : Effect;

    /// <summary>A text signed as such, for whoever asked for it: it costs nothing, moves nothing on a chain by itself, and is valid for ever.</summary>
    public sealed record Message(string Text) : Effect;

    /// <summary>Text published with the transaction.</summary>
    public sealed record Memo(string Text) : Effect;

    /// <summary>Something the decoder does not fully understand, shown as such and never passed as harmless.</summary>
    public sealed record Opaque(string What) : Effect;
}

/// <summary>An exact amount in base units, 0..2^256−1. Never a fraction, never a float.</summary>
public readonly record struct Amount : IComparable<Amount>
{
    private static readonly BigInteger Limit = BigInteger.One << 256;

    public BigInteger Value { get; }

    /// <exception cref="ArgumentOutOfRangeException">Negative, or 2^256 or more.</exception>
    public Amount(BigInteger value)
    {
        if (value.Sign < 0 || value >= Limit)
            throw new ArgumentOutOfRangeException(nameof(value), "an amount is 0..2^256-1");
        Value = value;
    }

    /// <summary>Null when the sum leaves 256 bits.</summary>
    public static Amount? Add(Amount a, Amount b)
    {
        var sum = a.Value + b.Value;
        return sum < Limit ? new(sum) : null;
    }

    public int CompareTo(Amount other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
