using MpcSigner.Chains;
using MpcSigner.Chains.Solana;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Solana;

/// <summary>Decoding as a node does it, with the assertions every test makes.</summary>
internal static class SolanaPayload
{
    public static byte[] Key(string address) => SolanaAddress.TryParse(address, out var parsed) ? parsed.ToArray() : throw new ArgumentException(address);

    public static DecodedPayload Decode(byte[] message, byte[] key)
    {
        Assert.True(PayloadDecoder.TryDecode(PayloadKind.SolanaTransaction, message, Suite.FrostEd25519, key, out var decoded, out var error), error?.ToString());
        Assert.Null(error);
        return decoded;
    }

    public static ServiceError Refused(byte[] message, byte[] key)
    {
        Assert.False(PayloadDecoder.TryDecode(PayloadKind.SolanaTransaction, message, Suite.FrostEd25519, key, out var decoded, out var error));
        Assert.Null(decoded);
        return error;
    }

    /// <summary>Null when refused.</summary>
    public static DecodedPayload? Try(byte[] message, byte[] key) =>
        PayloadDecoder.TryDecode(PayloadKind.SolanaTransaction, message, Suite.FrostEd25519, key, out var decoded, out _) ? decoded : null;

    /// <summary>Everything an intent says, in one line: equal lines, equal intents.</summary>
    public static string Print(SigningIntent intent) =>
        $"{intent.Chain}|{string.Join(',', intent.Signers)}|{string.Join(';', intent.Effects)}|{intent.MaxFee?.ToString() ?? "unbounded"}|{intent.ReplayDomain}";
}
