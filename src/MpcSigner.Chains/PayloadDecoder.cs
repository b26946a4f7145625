using System.Diagnostics.CodeAnalysis;
using MpcSigner.Chains.Evm;
using MpcSigner.Chains.Raw;
using MpcSigner.Chains.Solana;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;

namespace MpcSigner.Chains;

/// <summary>From a request's payload bytes to what they mean and what is to be signed, or to a precise refusal. Pure; never throws on input.</summary>
public static class PayloadDecoder
{
    /// <param name="payload">At most <see cref="RequestAction.Sign.MaxPayloadBytes"/> bytes.</param>
    /// <param name="suite">The key's suite: what it can sign.</param>
    /// <param name="publicKey">The encoded public key that would sign (after derivation): a payload that does not ask for its signature is refused.</param>
    /// <param name="decoded">Its message is independent of <paramref name="payload"/>'s memory.</param>
    /// <param name="error"><see cref="Reason.PayloadTooLarge"/>, <see cref="Reason.PayloadMalformed"/> or <see cref="Reason.PayloadKindNotAllowed"/>.</param>
    public static bool TryDecode(
        PayloadKind kind,
        ReadOnlySpan<byte> payload,
        Suite suite,
        ReadOnlySpan<byte> publicKey,
        [NotNullWhen(true)] out DecodedPayload? decoded,
        [NotNullWhen(false)] out ServiceError? error)
    {
        decoded = null;
        if (payload.Length > RequestAction.Sign.MaxPayloadBytes)
        {
            error = new(Reason.PayloadTooLarge, $"The payload has {payload.Length} bytes; at most {RequestAction.Sign.MaxPayloadBytes} are read.",
                "Send the transaction itself, not what surrounds it.");
            return false;
        }
        switch (kind)
        {
            case PayloadKind.Raw:
                return RawPayload.TryDecode(payload, suite, out decoded, out error);
            case PayloadKind.SolanaTransaction:
                return SolanaDecoder.TryDecode(payload, suite, publicKey, out decoded, out error);
            case PayloadKind.EvmTransaction:
                return EvmDecoder.TryDecode(payload, suite, publicKey, out decoded, out error);
            case PayloadKind.EvmMessage:
                return EvmMessage.TryDecode(payload, suite, publicKey, out decoded, out error);
        }
        // The number comes from the wire: one that names no member is the sender's mistake.
        error = new(Reason.PayloadKindNotAllowed, $"Payload kind {(int)kind} is not known.", "Name a kind that this release's documentation lists.");
        return false;
    }
}
