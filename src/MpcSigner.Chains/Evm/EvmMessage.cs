using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using MpcSigner.Chains.Hashing;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;

namespace MpcSigner.Chains.Evm;

/// <summary>A message under EIP-191, version 0x45 ("personal_sign"): the digest is Keccak-256("\x19Ethereum Signed Message:\n" ‖ its length in decimal ‖ message).</summary>
/// <remarks>The prefix keeps a message from being a transaction: no transaction begins with 0x19.</remarks>
internal static class EvmMessage
{
    private static readonly UTF8Encoding s_strictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool TryDecode(ReadOnlySpan<byte> payload, Suite suite, ReadOnlySpan<byte> publicKey,
        [NotNullWhen(true)] out DecodedPayload? decoded, [NotNullWhen(false)] out ServiceError? error)
    {
        decoded = null;
        if (!EvmDecoder.TrySender(suite, publicKey, out var sender, out error))
            return false;
        if (payload.IsEmpty)
        {
            error = new(Reason.PayloadMalformed, "The message is empty.", "Send the message's bytes, without prefix and not hashed.");
            return false;
        }
        // Nothing of the chain's is spent: the fee is none. Whoever holds the signature can show it on any chain and for ever.
        decoded = new(
            new(ChainName.EveryEvm, [sender.ToString()], [Effect(payload)], new Amount(0), "every chain, for ever", "EIP-191 message"),
            Digest(payload));
        return true;
    }

    public static byte[] Digest(ReadOnlySpan<byte> message) =>
        Keccak256.HashData([0x19, .. "Ethereum Signed Message:\n"u8, .. System.Text.Encoding.ASCII.GetBytes(message.Length.ToString(CultureInfo.InvariantCulture)), .. message]);

    private static Effect Effect(ReadOnlySpan<byte> message) => TryText(message, out var text)
        ? new Effect.Message(text)
        : new Effect.Opaque($"message of {message.Length} bytes that is no plain text, Keccak-256 0x{Convert.ToHexStringLower(Keccak256.HashData(message))}");

    /// <summary>Strict UTF-8 of characters that a person sees, blanks, tabs and line feeds: whoever approves it must see all of it, in its order.</summary>
    private static bool TryText(ReadOnlySpan<byte> message, [NotNullWhen(true)] out string? text)
    {
        text = null;
        string read;
        try
        {
            read = s_strictUtf8.GetString(message);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
        if (!read.EnumerateRunes().All(IsShown))
            return false;
        text = read;
        return true;
    }

    private static bool IsShown(Rune rune) => rune.Value is '\n' or '\t' || Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => false,
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
            or UnicodeCategory.OtherLetter or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber or UnicodeCategory.SpaceSeparator
            or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.DashPunctuation or UnicodeCategory.OpenPunctuation or UnicodeCategory.ClosePunctuation
            or UnicodeCategory.InitialQuotePunctuation or UnicodeCategory.FinalQuotePunctuation or UnicodeCategory.OtherPunctuation
            or UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.ModifierSymbol or UnicodeCategory.OtherSymbol => true,
    };
}
