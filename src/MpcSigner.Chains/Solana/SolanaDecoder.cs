using System.Diagnostics.CodeAnalysis;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;

namespace MpcSigner.Chains.Solana;

/// <summary>A Solana message to its intent. The message's own bytes are what Ed25519 signs.</summary>
internal static class SolanaDecoder
{
    public const string Chain = ChainName.Solana;

    public static bool TryDecode(ReadOnlySpan<byte> payload, Suite suite, ReadOnlySpan<byte> publicKey,
        [NotNullWhen(true)] out DecodedPayload? decoded, [NotNullWhen(false)] out ServiceError? error)
    {
        decoded = null;
        if (suite != Suite.FrostEd25519)
        {
            error = new(Reason.PayloadKindNotAllowed, $"Solana transactions are signed with Ed25519; this key is of suite {suite}.", "Use an Ed25519 key.");
            return false;
        }
        if (payload.Length > SolanaMessageReader.MaxTransactionBytes)
        {
            error = new(Reason.PayloadTooLarge, $"The Solana message has {payload.Length} bytes; a transaction has at most {SolanaMessageReader.MaxTransactionBytes}.",
                "Split the instructions over several transactions.");
            return false;
        }
        if (!SolanaMessageReader.TryRead(payload, out var message, out var problem)
            || !SolanaFee.TryBound(message, out var maxFee, out problem))
        {
            error = new(Reason.PayloadMalformed, $"Not a Solana message: {problem}.",
                "Send the serialized message (not the transaction with its signatures) as the chain's own library makes it.");
            return false;
        }

        var own = new SolanaAddress(publicKey);
        if (!message.Signers.Contains(own))
        {
            error = new(Reason.PayloadMalformed, $"The transaction does not ask for a signature of this key, {own}.",
                "Make the key's address the fee payer or a signer, or name the key that is.");
            return false;
        }
        decoded = new(Intent(message, maxFee), payload.ToArray());
        error = null;
        return true;
    }

    private static SigningIntent Intent(SolanaMessage message, Amount? maxFee)
    {
        var effects = new List<Effect>();
        for (var i = 0; i < message.Instructions.Count; i++)
        {
            if (SolanaInstructionDecoder.Decode(message, i) is { } effect)
                effects.Add(effect);
        }
        if (effects.Count == 0)
            effects.Add(new Effect.Opaque("nothing but the fee: no instruction has an effect"));
        return new(Chain, [.. message.Signers.Select(s => s.ToString())], effects, maxFee, "blockhash " + message.Blockhash);
    }
}
