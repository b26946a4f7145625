using MpcSigner.Chains.Solana;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Verification.Signatures;
using Xunit;

namespace MpcSigner.Kernel.Tests.Verification;

public class SignatureVerifierTests
{
    [Fact]
    public void Accepts_the_signature_over_the_message_and_rejects_every_neighbour()
    {
        using var key = IdentityKey.Generate(SystemRandomSource.Instance);
        using var other = IdentityKey.Generate(SystemRandomSource.Instance);
        var from = new SolanaAddress(key.PublicKey.Bytes);
        var message = SolanaTransferMessage.Build(from, new(other.PublicKey.Bytes), 5, from);
        var signature = key.Sign(message);

        Assert.True(SignatureVerifier.VerifyMessage(Suite.FrostEd25519, key.PublicKey.Bytes, message, signature).IsValid);
        Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.VerifyMessage(Suite.FrostEd25519, other.PublicKey.Bytes, message, signature).Fault);
        Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.VerifyMessage(Suite.FrostEd25519, key.PublicKey.Bytes, message.AsSpan(1), signature).Fault);
        Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.VerifyMessage(Suite.FrostEd25519, key.PublicKey.Bytes, message, signature.AsSpan(1)).Fault);
        Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.VerifyMessage(Suite.FrostEd25519, key.PublicKey.Bytes, message, new byte[64]).Fault);
        signature[10] ^= 1;
        Assert.Equal(SignatureFault.BadSignature, SignatureVerifier.VerifyMessage(Suite.FrostEd25519, key.PublicKey.Bytes, message, signature).Fault);
    }

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void Rejects_a_suite_it_cannot_verify_instead_of_trusting_the_node(Suite suite) =>
        Assert.Equal(SignatureFault.UnsupportedSuite, SignatureVerifier.VerifyMessage(suite, new byte[33], new byte[32], new byte[64]).Fault);
}
