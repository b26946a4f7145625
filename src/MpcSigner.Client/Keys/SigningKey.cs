using MpcSigner.Client.Errors;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Verification.Keys;

namespace MpcSigner.Client;

/// <summary>A key that is shared among nodes. One in standing <see cref="KeyStanding.Active"/> has been verified by this client: it is the key that its creation made, and all its nodes certified its record.</summary>
public sealed record SigningKey
{
    internal SigningKey() { }

    /// <value>64 lower-case hexadecimal digits.</value>
    public required string Id { get; init; }

    public required KeySuite Suite { get; init; }

    public required KeyStanding Standing { get; init; }

    /// <value>The public key as its suite encodes it: 32 bytes (RFC 8032) or 33 (SEC 1, compressed).</value>
    public required ReadOnlyMemory<byte> PublicKey { get; init; }

    /// <value>t: how many nodes sign together.</value>
    public required int Threshold { get; init; }

    /// <value>The nodes that hold a share, in the order of their numbers.</value>
    public required IReadOnlyList<KeyHolder> Holders { get; init; }

    /// <value>0 for a new key; grows with every renewal of its shares.</value>
    public required uint Generation { get; init; }

    /// <value>The key's address on Solana (Base58), for an Ed25519 key; else null.</value>
    public string? SolanaAddress => AddressOn(AddressForm.Solana);

    /// <value>The chain code that children are derived with, 32 bytes; empty while pending.</value>
    public ReadOnlyMemory<byte> ChainCode => Certified?.ChainCode.ToArray();

    /// <value>Of a key on secp256k1, its extended public key (BIP-32, "xpub…", depth 0): wallets derive all its addresses from it. Else null, since other curves have no such form: give them public key and chain code.</value>
    public string? ExtendedPublicKey => Certified is null ? null : KeyAddresses.Xpub(Certified);

    /// <value>As given at creation, empty if none was; proven by the creation request. While pending it is the answering node's word.</value>
    public required string Label { get; init; }

    /// <value>As <see cref="Label"/>.</value>
    public required KeyUse Use { get; init; }

    /// <value>The client that ordered the key, 64 hexadecimal digits; as <see cref="Label"/>.</value>
    public required string Owner { get; init; }

    /// <value>H(order) of the request that made the key, 64 hexadecimal digits; empty while pending.</value>
    public required string Order { get; init; }

    /// <value>When the answering node stored the key.</value>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <value>The encoded key record (wire document, "Key record"): what the certificate certifies.</value>
    public required ReadOnlyMemory<byte> Record { get; init; }

    /// <value>The encoded commit certificate, for verification by others; empty while pending.</value>
    public required ReadOnlyMemory<byte> Certificate { get; init; }

    /// <summary>The certified record; null while pending.</summary>
    internal KeyRecord? Certified { get; init; }

    /// <summary>The key's own address in a form; null if keys of its suite have none, and while pending.</summary>
    public string? AddressOn(AddressForm form) => Certified is null ? null : Derive("m").AddressOn(form);

    /// <summary>The key at a derivation path, computed here: for addresses to be paid to, without asking a node.</summary>
    /// <param name="path">"0/1" or "m/0/1": at most 10 indices below 2^31; "m" for the key itself.</param>
    /// <exception cref="MpcSignerException">BAD_DERIVATION_PATH says why there is no such key; KEY_PENDING before the key may be used.</exception>
    public DerivedKey Derive(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Certified is not { } record)
            throw new MpcSignerException(FailureKind.Unavailable, "KEY_PENDING", $"Key {Id} is not certified by all of its nodes yet.", "Wait until its nodes reach each other, then try again.", []);
        if (!DerivationPath.TryParse(path, out var indices, out var error))
            throw Failures.From(error);
        var fault = VerificationKey.TryCreate(record, indices, TaprootSpend.OutputOf(null, record.Suite), out var key);
        return key is not null ? new(indices, key) : throw Failures.From(DerivationPath.Refuse(fault));
    }
}

/// <summary>A node that holds a share of a key.</summary>
/// <param name="Number">Its number within the key, 1..65535.</param>
/// <param name="NodeId">64 hexadecimal digits.</param>
/// <param name="NodeName">As the roster names it; empty for a node that has left the roster.</param>
public sealed record KeyHolder(int Number, string NodeId, string NodeName);
