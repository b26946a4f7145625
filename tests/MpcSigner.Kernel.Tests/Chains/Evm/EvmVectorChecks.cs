using MpcSigner.Chains;
using MpcSigner.Chains.Evm;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

/// <summary>Our reading of a transaction against what ethers was asked to build: every field, the digest, the intent, the signed form.</summary>
internal static class EvmVectorChecks
{
    /// <returns>The signed transaction that we put together.</returns>
    public static SignedPayload Check(EvmVector vector)
    {
        Assert.True(EvmTransactionReader.TryRead(vector.Unsigned, out var read, out var problem), $"{vector.Name}: {problem}");
        Assert.Equal((vector.Type, vector.ChainId, vector.Nonce), ((int)read.Format, read.ChainId, read.Nonce));
        Assert.Equal((vector.GasLimit, vector.GasPrice, vector.MaxPriorityFee, vector.MaxFee),
            (read.GasLimit.Value, read.GasPrice.Value, read.MaxPriorityFee?.Value, read.MaxFee.Value));
        Assert.Equal((vector.To, vector.Value), (read.To?.ToString(), read.Value.Value));
        Assert.Equal(vector.Data, read.Data.ToArray());
        Assert.Equal(vector.AccessList, read.AccessList.Select(a => (a.Address.ToString(), a.Keys)));

        Assert.True(PayloadDecoder.TryDecode(PayloadKind.EvmTransaction, vector.Unsigned, Suite.EcdsaSecp256k1, vector.PublicKey, out var decoded, out var error), error?.ToString());
        Assert.Equal(vector.Digest, decoded.Message.ToArray());
        var intent = decoded.Intent;
        Assert.Equal((vector.Chain, new Amount(vector.MaxFee)), (intent.Chain, intent.MaxFee));
        Assert.Equal([vector.From], intent.Signers);
        Assert.EndsWith($", nonce {vector.Nonce}", intent.ReplayDomain, StringComparison.Ordinal);
        Assert.True(vector.Effects.SequenceEqual(intent.Effects.Select(WithoutWords)), $"{vector.Name}: {string.Join("; ", intent.Effects)}");

        Assert.True(SignedPayload.TryAssemble(PayloadKind.EvmTransaction, vector.Unsigned, Suite.EcdsaSecp256k1, vector.PublicKey, vector.Signature, out var signed, out problem), problem);
        Assert.Equal(vector.Signed, signed!.Bytes.ToArray());
        Assert.Equal(vector.Hash, signed.Id);
        return signed;
    }

    private static Effect WithoutWords(Effect effect) => effect is Effect.Opaque ? new Effect.Opaque("") : effect;
}
