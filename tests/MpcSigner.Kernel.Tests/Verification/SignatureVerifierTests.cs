using MpcSigner.Chains.Solana;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using MpcSigner.Verification.Signatures;
using Xunit;

namespace MpcSigner.Kernel.Tests.Verification;

public class SignatureVerifierTests
{
    private static readonly byte[] Digest = [.. Enumerable.Repeat((byte)0x44, 32)];

    private static (CertifiedBatch Batch, VerifiedKey Key) Made(Suite suite)
    {
        var batch = new CertifiedBatch(3);
        var order = CertifiedBatch.Order(batch.Ask(suite, 2, 3, 1));
        var verdict = new KeyVerifier(batch.Roster, new RequestBodyCodec()).Verify(Assert.Single(batch.Make(order)), order, 0);
        Assert.True(verdict.IsValid);
        return (batch, verdict.Key);
    }

    private static RequestAction.Sign Raw(VerifiedKey key, params uint[] path) => new(key.Record.KeyId, path, PayloadKind.Raw, Digest);

    [Fact]
    public void Accepts_the_signature_over_the_message_and_rejects_every_neighbour()
    {
        var (batch, key) = Made(Suite.FrostEd25519);
        var other = Made(Suite.FrostEd25519).Key;
        var from = new SolanaAddress(key.Record.PublicKey.Span);
        var message = SolanaTransferMessage.Build(from, new(other.Record.PublicKey.Span), 5, from);
        var asked = new RequestAction.Sign(key.Record.KeyId, [], PayloadKind.SolanaTransaction, message);
        var signature = batch.Sign(key.Record, message);

        Assert.True(SignatureVerifier.Verify(key, asked, signature).IsValid);
        Assert.True(SignedArtefact.TryAssemble(key, asked, signature, out var signed, out _));
        Assert.Equal([1, .. signature, .. message], signed!.Bytes.ToArray());
        Assert.Equal(SignatureFault.BadPayload, SignatureVerifier.Verify(other, asked, signature).Fault); // it does not ask for that key's signature
        Assert.Equal(SignatureFault.BadPayload, SignatureVerifier.Verify(key, asked with { Payload = message.AsMemory(1) }, signature).Fault);
        Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.Verify(key, asked, signature.AsSpan(1)).Fault);
        Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.Verify(key, asked, new byte[64]).Fault);
        signature[10] ^= 1;
        Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.Verify(key, asked, signature).Fault);
    }

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void A_signature_holds_under_its_own_path_and_output_only(Suite suite)
    {
        var (batch, key) = Made(suite);
        TaprootOutput[] outputs = suite == Suite.FrostSecp256k1Taproot
            ? [TaprootOutput.None, TaprootOutput.KeyPath, TaprootOutput.KeyPathWithRoot(CertifiedBatch.Root)]
            : [TaprootOutput.None];
        var asked = (from path in new uint[][] { [], [0], [0, 1], [1, 0] } from output in outputs select Raw(key, path) with { Taproot = output }).ToArray();
        foreach (var signed in asked)
        {
            var signature = batch.Sign(key.Record, Digest, signed.Path, signed.Taproot);
            foreach (var shown in asked)
                Assert.Equal(shown == signed ? SignatureFault.Valid : SignatureFault.BadSignature, SignatureVerifier.Verify(key, shown, signature).Fault);
            for (var i = 0; i < signature.Length; i++)
            {
                signature[i] ^= 0x10;
                Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.Verify(key, signed, signature).Fault);
                signature[i] ^= 0x10;
            }
            Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.Verify(key, signed, [.. signature, 0]).Fault);
            Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.Verify(key, signed, []).Fault);
        }
    }

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    public void Rejects_ECDSA_with_high_s_or_another_recovery_id(Suite suite)
    {
        var (batch, key) = Made(suite);
        var signature = batch.Sign(key.Record, Digest);
        Assert.True(SignatureVerifier.Verify(key, Raw(key), signature).IsValid);
        for (byte id = 0; id <= EcdsaSignature.MaxRecoveryId + 1; id++)
        {
            byte[] other = [.. signature[..64], id];
            Assert.Equal(id == signature[64] ? SignatureFault.Valid : SignatureFault.BadSignature, SignatureVerifier.Verify(key, Raw(key), other).Fault);
        }
        var group = Groups.For(suite.Curve());
        Assert.True(EcdsaSignature.TryDecode(group, signature, out var low));
        Assert.True(EcdsaSignature.TryCreate(low.R, group.NegatePublic(low.S), (byte)(low.RecoveryId ^ 1), out var high));
        Assert.True(high.Verify(Point(key), Digest)); // a signature to the mathematics, but not the form that nodes release
        Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.Verify(key, Raw(key), high.Encode()).Fault);
        Assert.Equal(SignatureFault.BadPayload, SignatureVerifier.Verify(key, Raw(key) with { Payload = new byte[32] }, signature).Fault);
    }

    private static GroupPoint Point(VerifiedKey key)
    {
        Assert.True(Groups.For(key.Record.Suite.Curve()).TryDecodePoint(key.Record.PublicKey.Span, out var point));
        return point;
    }

    [Fact]
    public void Rejects_paths_and_outputs_that_the_key_does_not_have()
    {
        var key = Made(Suite.FrostSecp256k1).Key;
        var verdict = SignatureVerifier.Verify(key, Raw(key, 0x8000_0000), new byte[65]);
        Assert.Equal((SignatureFault.BadPayload, Reason.BadDerivationPath), (verdict.Fault, verdict.Error!.Reason));
        verdict = SignatureVerifier.Verify(key, Raw(key) with { Taproot = TaprootOutput.KeyPath }, new byte[65]);
        Assert.Equal((SignatureFault.BadPayload, Reason.MalformedRequest), (verdict.Fault, verdict.Error!.Reason));
    }
}
