using System.Text.Json;
using MpcSigner.Chains;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

/// <summary>What ethers built, signed and hashed: what we decode, hash and put together must be the same.</summary>
public class EvmVectorTests
{
    [Fact]
    public void Every_transaction_is_read_and_put_together_as_ethers_built_it()
    {
        foreach (var vector in EvmVectors.All)
            EvmVectorChecks.Check(vector);
        Assert.Equal(EvmVectors.Count, EvmVectors.All.Count);
        // Every kind of effect in every format: a vector file that lost one would prove nothing.
        foreach (var format in (Func<EvmVector, bool>[])[v => v.ChainId is null, v => v.Type == 0 && v.ChainId is not null, v => v.Type == 1, v => v.Type == 2])
        {
            foreach (var type in (Type[])[typeof(Effect.Transfer), typeof(Effect.Allowance), typeof(Effect.Opaque)])
                Assert.Contains(EvmVectors.All, v => format(v) && v.Effects.Any(e => e.GetType() == type));
        }
        Assert.Contains(EvmVectors.All, v => v.AccessList.Sum(a => a.Keys) > 20);
        Assert.Contains(EvmVectors.All, v => v.Effects is [Effect.Transfer { Asset: "native" }, Effect.Opaque]); // a call with value
        Assert.Contains(EvmVectors.All, v => v.To is null);
    }

    [Fact]
    public void Messages_are_hashed_and_signed_as_ethers_does()
    {
        using var json = JsonDocument.Parse(Tree.Read("tests", "Vectors", "evm", "messages.json"));
        var (texts, opaque) = (0, 0);
        foreach (var vector in json.RootElement.EnumerateArray())
        {
            byte[] Hex(string name) => Convert.FromHexString(vector.GetProperty(name).GetString()!);
            var message = Hex("message");
            var decoded = EvmPayload.Decode(message, Hex("publicKey"), PayloadKind.EvmMessage);
            Assert.Equal(Hex("digest"), decoded.Message.ToArray());
            Assert.Equal(("evm:any", "every chain, for ever", new Amount(0)), (decoded.Intent.Chain, decoded.Intent.ReplayDomain, decoded.Intent.MaxFee));
            Assert.Equal([vector.GetProperty("from").GetString()!], decoded.Intent.Signers);
            switch (Assert.Single(decoded.Intent.Effects))
            {
                case Effect.Message text:
                    Assert.Equal(vector.GetProperty("text").GetString(), text.Text);
                    texts++;
                    break;
                case Effect.Opaque what:
                    Assert.Null(vector.GetProperty("text").GetString());
                    Assert.StartsWith($"message of {message.Length} bytes that is no plain text, Keccak-256 0x", what.What, StringComparison.Ordinal);
                    opaque++;
                    break;
            }
            Assert.True(SignedPayload.TryAssemble(PayloadKind.EvmMessage, message, Suite.EcdsaSecp256k1, Hex("publicKey"), Hex("signature"), out var signed, out var problem), problem);
            Assert.Equal(Hex("signed"), signed!.Bytes.ToArray());
            Assert.Null(signed.Id);
        }
        Assert.Equal((10, 10), (texts, opaque));
    }
}
