using MpcSigner.Chains;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Intents;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains;

public class PayloadDecoderTests
{
    private static ServiceError Refused(PayloadKind kind, byte[] payload, Suite suite)
    {
        Assert.False(PayloadDecoder.TryDecode(kind, payload, suite, new byte[32], out var decoded, out var error));
        Assert.Null(decoded);
        return error;
    }

    [Fact]
    public void Raw_bytes_are_one_opaque_effect_and_signed_as_they_are()
    {
        byte[] payload = [1, 2, 3];
        Assert.True(PayloadDecoder.TryDecode(PayloadKind.Raw, payload, Suite.FrostEd25519, new byte[32], out var decoded, out _));
        Assert.Equal(payload, decoded.Message.ToArray());
        Assert.Equal("raw", decoded.Intent.Chain);
        Assert.IsType<Effect.Opaque>(Assert.Single(decoded.Intent.Effects));
        Assert.Null(decoded.Intent.MaxFee);
        payload[0] = 9; // the caller's buffer is the caller's
        Assert.Equal(1, decoded.Message.Span[0]);
    }

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void Rejects_raw_digests_of_another_length(Suite suite)
    {
        var digest = Enumerable.Repeat((byte)0x44, 32).ToArray();
        Assert.True(PayloadDecoder.TryDecode(PayloadKind.Raw, digest, suite, new byte[33], out var decoded, out _));
        Assert.Equal(digest, decoded.Message.ToArray());
        foreach (var length in new[] { 0, 1, 31, 33, 64 })
            Assert.Equal(Reason.PayloadMalformed, Refused(PayloadKind.Raw, new byte[length], suite).Reason);
    }

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData(Suite.EcdsaP256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")]
    public void Rejects_digests_that_are_zero_modulo_the_order(Suite suite, string order)
    {
        var q = Convert.FromHexString(order);
        Assert.Contains("zero", Refused(PayloadKind.Raw, new byte[32], suite).Message, StringComparison.Ordinal);
        Assert.Equal(Reason.PayloadMalformed, Refused(PayloadKind.Raw, q, suite).Reason);
        foreach (var step in new[] { 1, -1 })
        {
            var neighbour = (byte[])q.Clone();
            neighbour[^1] = (byte)(neighbour[^1] + step);
            Assert.True(PayloadDecoder.TryDecode(PayloadKind.Raw, neighbour, suite, new byte[33], out _, out _));
        }
        Assert.True(PayloadDecoder.TryDecode(PayloadKind.Raw, Enumerable.Repeat((byte)0xff, 32).ToArray(), suite, new byte[33], out _, out _));
    }

    [Fact]
    public void A_Schnorr_key_on_secp256k1_signs_messages_and_no_digests()
    {
        byte[] message = [1, 2, 3];
        Assert.True(PayloadDecoder.TryDecode(PayloadKind.Raw, message, Suite.FrostSecp256k1, new byte[33], out var decoded, out _));
        Assert.Equal(message, decoded.Message.ToArray());
        Assert.Contains("3 bytes", Assert.IsType<Effect.Opaque>(Assert.Single(decoded.Intent.Effects)).What, StringComparison.Ordinal);
        Assert.Equal(Reason.PayloadMalformed, Refused(PayloadKind.Raw, [], Suite.FrostSecp256k1).Reason);
    }

    [Fact]
    public void Rejects_raw_bytes_that_are_none_or_too_many()
    {
        Assert.Equal(Reason.PayloadMalformed, Refused(PayloadKind.Raw, [], Suite.FrostEd25519).Reason);
        Assert.True(PayloadDecoder.TryDecode(PayloadKind.Raw, new byte[RequestAction.Sign.MaxPayloadBytes], Suite.FrostEd25519, new byte[32], out _, out _));
        Assert.Equal(Reason.PayloadTooLarge, Refused(PayloadKind.Raw, new byte[RequestAction.Sign.MaxPayloadBytes + 1], Suite.FrostEd25519).Reason);
    }

    [Theory]
    [InlineData((PayloadKind)0)]
    [InlineData((PayloadKind)99)]
    public void Rejects_kinds_that_no_decoder_reads(PayloadKind kind) =>
        Assert.Equal(Reason.PayloadKindNotAllowed, Refused(kind, new byte[40], Suite.EcdsaSecp256k1).Reason);
}
