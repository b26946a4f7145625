using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;

namespace MpcSigner.Chains.Raw;

/// <summary>Bytes that no decoder reads: a message (Ed25519) or a 32-byte digest (the other suites). Its one effect is opaque.</summary>
/// <remarks>
/// The bytes may well be a transaction: whoever may have raw bytes signed by a key may have anything signed by it.
/// That is why the key's usage must allow it and a policy rule must name kind and opaque effect.
/// </remarks>
internal static class RawPayload
{
    public const string Chain = "raw";
    public const int DigestSize = 32;

    public static bool TryDecode(ReadOnlySpan<byte> payload, Suite suite,
        [NotNullWhen(true)] out DecodedPayload? decoded, [NotNullWhen(false)] out ServiceError? error)
    {
        decoded = null;
        error = null;
        switch (suite)
        {
            case Suite.FrostEd25519:
                if (payload.IsEmpty)
                    error = new(Reason.PayloadMalformed, "The payload is empty.", "Send the bytes to sign.");
                break;
            case Suite.EcdsaSecp256k1:
            case Suite.EcdsaP256:
            case Suite.FrostSecp256k1:
            case Suite.FrostSecp256k1Taproot:
                if (payload.Length != DigestSize)
                    error = new(Reason.PayloadMalformed, $"A key of suite {suite} signs a digest of {DigestSize} bytes, not {payload.Length} bytes.",
                        "Hash the message as its chain asks and send the digest.");
                break;
            case Suite.None:
                throw new ArgumentOutOfRangeException(nameof(suite), "a key has a suite");
        }
        if (error is not null)
            return false;

        var what = suite == Suite.FrostEd25519 ? $"raw message of {payload.Length} bytes" : "raw digest";
        decoded = new(new SigningIntent(Chain, [], [new Effect.Opaque(what)], MaxFee: null, ReplayDomain: "none"), payload.ToArray());
        return true;
    }
}
