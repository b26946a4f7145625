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
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void Rejects_raw_digests_of_another_length(Suite suite)
    {
        Assert.True(PayloadDecoder.TryDecode(PayloadKind.Raw, new byte[32], suite, new byte[33], out _, out _));
        Assert.Equal(Reason.PayloadMalformed, Refused(PayloadKind.Raw, new byte[31], suite).Reason);
        Assert.Equal(Reason.PayloadMalformed, Refused(PayloadKind.Raw, new byte[33], suite).Reason);
    }

    [Fact]
    public void Rejects_raw_bytes_that_are_none_or_too_many()
    {
        Assert.Equal(Reason.PayloadMalformed, Refused(PayloadKind.Raw, [], Suite.FrostEd25519).Reason);
        Assert.True(PayloadDecoder.TryDecode(PayloadKind.Raw, new byte[RequestAction.Sign.MaxPayloadBytes], Suite.FrostEd25519, new byte[32], out _, out _));
        Assert.Equal(Reason.PayloadTooLarge, Refused(PayloadKind.Raw, new byte[RequestAction.Sign.MaxPayloadBytes + 1], Suite.FrostEd25519).Reason);
    }

    [Theory]
    [InlineData(PayloadKind.EvmTransaction)]
    [InlineData(PayloadKind.EvmMessage)]
    [InlineData((PayloadKind)0)]
    [InlineData((PayloadKind)99)]
    public void Rejects_kinds_that_no_decoder_reads(PayloadKind kind) =>
        Assert.Equal(Reason.PayloadKindNotAllowed, Refused(kind, new byte[40], Suite.EcdsaSecp256k1).Reason);
}
