using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;

namespace MpcSigner.Chains.Raw;

/// <summary>Bytes that no decoder reads: a message (Ed25519, Schnorr) or a 32-byte digest (ECDSA, Taproot). Its one effect is opaque.</summary>
/// <remarks>
/// The bytes may well be a transaction: whoever may have raw bytes signed by a key may have anything signed by it.
/// That is why the key's usage must allow it and a policy rule must name kind and opaque effect.
/// </remarks>
internal static class RawPayload
{
    public const string Chain = ChainName.Raw;
    public const int DigestSize = 32;

    public static bool TryDecode(ReadOnlySpan<byte> payload, Suite suite,
        [NotNullWhen(true)] out DecodedPayload? decoded, [NotNullWhen(false)] out ServiceError? error)
    {
        decoded = null;
        error = suite switch
        {
            // Signed as they are: the scheme hashes the message itself.
            Suite.FrostEd25519 or Suite.FrostSecp256k1 => payload.IsEmpty
                ? new(Reason.PayloadMalformed, "The payload is empty.", "Send the bytes to sign.")
                : null,
            Suite.FrostSecp256k1Taproot => JudgeDigest(payload, suite),
            Suite.EcdsaSecp256k1 or Suite.EcdsaP256 => JudgeDigest(payload, suite) ?? JudgeScalar(payload, suite),
            Suite.None => throw new ArgumentOutOfRangeException(nameof(suite), "a key has a suite"),
        };
        if (error is not null)
            return false;

        var what = suite is Suite.FrostEd25519 or Suite.FrostSecp256k1 ? $"raw message of {payload.Length} bytes" : "raw digest";
        decoded = new(new SigningIntent(Chain, [], [new Effect.Opaque(what)], MaxFee: null, ReplayDomain: "none"), payload.ToArray());
        return true;
    }

    private static ServiceError? JudgeDigest(ReadOnlySpan<byte> payload, Suite suite) => payload.Length == DigestSize
        ? null
        : new(Reason.PayloadMalformed, $"A key of suite {suite} signs a digest of {DigestSize} bytes, not {payload.Length} bytes.",
            "Hash the message as its chain asks and send the digest.");

    /// <summary>ECDSA signs the digest as a number mod q. Zero is nothing that a hash gives, and a signature over it says nothing (spec §13 step 1).</summary>
    private static ServiceError? JudgeScalar(ReadOnlySpan<byte> digest, Suite suite) => TaprootKeys.Reduce(Groups.For(suite.Curve()), digest).IsZero
        ? new(Reason.PayloadMalformed, "The digest is zero, or zero modulo the order of the key's curve: no hash of a message.", "Send the digest of the message.")
        : null;
}
