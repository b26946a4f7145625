using MpcSigner.Chains;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

/// <summary>Decoding as a node does it, with the assertions every test makes.</summary>
internal static class EvmPayload
{
    public static DecodedPayload Decode(byte[] payload, byte[] key, PayloadKind kind = PayloadKind.EvmTransaction)
    {
        Assert.True(PayloadDecoder.TryDecode(kind, payload, Suite.EcdsaSecp256k1, key, out var decoded, out var error), error?.ToString());
        Assert.Null(error);
        return decoded;
    }

    public static ServiceError Refused(byte[] payload, byte[] key, PayloadKind kind = PayloadKind.EvmTransaction)
    {
        Assert.False(PayloadDecoder.TryDecode(kind, payload, Suite.EcdsaSecp256k1, key, out var decoded, out var error));
        Assert.Null(decoded);
        return error;
    }

    /// <summary>Null when refused.</summary>
    public static DecodedPayload? Try(byte[] payload, byte[] key, PayloadKind kind = PayloadKind.EvmTransaction) =>
        PayloadDecoder.TryDecode(kind, payload, Suite.EcdsaSecp256k1, key, out var decoded, out _) ? decoded : null;

    /// <summary>Everything an intent says, in one line: equal lines, equal intents.</summary>
    public static string Print(SigningIntent intent) =>
        $"{intent.Chain}|{string.Join(',', intent.Signers)}|{string.Join(';', intent.Effects)}|{intent.MaxFee?.ToString() ?? "unbounded"}|{intent.ReplayDomain}|{intent.Terms}";
}
