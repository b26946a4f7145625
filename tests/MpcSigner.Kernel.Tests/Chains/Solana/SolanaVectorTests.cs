using MpcSigner.Chains.Solana;
using MpcSigner.Core.Intents;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Solana;

/// <summary>Solana's own libraries built these transactions: what we decode must be what they were asked for.</summary>
public class SolanaVectorTests
{
    [Fact]
    public void Every_vector_decodes_to_the_effects_it_was_built_to_have()
    {
        var effects = 0;
        foreach (var vector in SolanaVector.All)
        {
            foreach (var signer in vector.Signers)
            {
                var decoded = SolanaPayload.Decode(vector.Message, SolanaPayload.Key(signer));
                Assert.Equal(vector.Message, decoded.Message.ToArray());
                var intent = decoded.Intent;
                Assert.Equal("solana", intent.Chain);
                Assert.Equal(vector.Signers, intent.Signers);
                Assert.Equal("blockhash " + vector.Blockhash, intent.ReplayDomain);
                Assert.True(vector.MaxFee == intent.MaxFee, $"{vector.Name}: fee {intent.MaxFee}, expected {vector.MaxFee}");
                Assert.True(vector.Effects.SequenceEqual(intent.Effects.Select(WithoutWords)), $"{vector.Name}: {SolanaPayload.Print(intent)}");
                effects += intent.Effects.Count;
            }
        }
        Assert.Equal(SolanaVector.Count, SolanaVector.All.Count);
        Assert.True(effects > 2 * SolanaVector.Count);
        // Every kind of effect occurred, in both formats: a vector file that lost one would prove nothing.
        foreach (var type in (Type[])[typeof(Effect.Transfer), typeof(Effect.OpenAccount), typeof(Effect.Memo), typeof(Effect.Opaque)])
        {
            foreach (var version0 in (bool[])[false, true])
                Assert.Contains(SolanaVector.All, v => v.Message[0] >= 0x80 == version0 && v.Effects.Any(e => e.GetType() == type));
        }
    }

    [Fact]
    public void Every_vector_is_assembled_to_the_bytes_its_library_made()
    {
        var assembled = 0;
        foreach (var vector in SolanaVector.All)
        {
            var signatures = vector.Signers.Select((s, i) => (Address: new SolanaAddress(SolanaPayload.Key(s)), Signature: (ReadOnlyMemory<byte>)vector.Transaction.AsMemory(1 + 64 * i, 64)));
            Assert.True(SolanaTransaction.TryAssemble(vector.Message, signatures.Reverse().ToDictionary(s => s.Address, s => s.Signature), out var transaction, out _));
            Assert.Equal(vector.Transaction, transaction.Bytes.ToArray());
            Assert.Equal(vector.Transaction, Convert.FromBase64String(transaction.ToBase64()));
            assembled++;
        }
        Assert.Equal(SolanaVector.Count, assembled);
    }

    [Fact]
    public void A_plain_transfer_is_built_byte_for_byte_like_the_library_s()
    {
        var compared = 0;
        foreach (var vector in SolanaVector.All.Where(v => v.Name.EndsWith(" legacy: transfer", StringComparison.Ordinal) && v.Signers.Count == 1))
        {
            var transfer = Assert.IsType<Effect.Transfer>(Assert.Single(vector.Effects));
            var built = SolanaTransferMessage.Build(Address(transfer.Source), Address(transfer.Destination), (ulong)transfer.Amount.Value, Address(vector.Blockhash));
            Assert.Equal(vector.Message, built);
            compared++;
        }
        Assert.True(compared >= 20, $"{compared} plain transfers among the vectors");
    }

    private static SolanaAddress Address(string text) => new(SolanaPayload.Key(text));

    private static Effect WithoutWords(Effect effect) => effect is Effect.Opaque ? new Effect.Opaque("") : effect;
}
