using System.Numerics;
using MpcSigner.Chains;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

/// <summary>A signature that the chain would not take, or would take for another sender's, is put into nothing.</summary>
public class EvmAssemblyTests
{
    private static readonly BigInteger Order = BigInteger.Parse("115792089237316195423570985008687907852837564279074904382605163141518161494337");
    private static readonly EvmVector Vector = EvmVectors.All[0];

    private static void Rejects(string why, byte[] signature, Suite suite = Suite.EcdsaSecp256k1, byte[]? payload = null, byte[]? key = null)
    {
        foreach (var kind in (PayloadKind[])[PayloadKind.EvmTransaction, PayloadKind.EvmMessage])
        {
            Assert.False(SignedPayload.TryAssemble(kind, payload ?? Vector.Unsigned, suite, key ?? Vector.PublicKey, signature, out var signed, out var problem));
            Assert.Null(signed);
            if (kind == PayloadKind.EvmTransaction)
                Assert.Contains(why, problem, StringComparison.Ordinal);
        }
    }

    private static byte[] Changed(Action<byte[]> change)
    {
        byte[] signature = [.. Vector.Signature];
        change(signature);
        return signature;
    }

    [Fact]
    public void Rejects_another_sender()
    {
        var other = EvmVectors.All[1];
        Rejects("the sender recovered from it is not the key's account", Vector.Signature, key: other.PublicKey);
        Rejects("the sender recovered from it is not the key's account", Vector.Signature, payload: other.Unsigned);
        Rejects("the sender recovered from it is not the key's account", Changed(s => s[64] ^= 1));
        Rejects("the sender recovered from it is not the key's account", other.Signature);
    }

    [Fact]
    public void Rejects_the_high_s_and_a_recovery_id_that_Ethereum_has_not()
    {
        var s = new BigInteger(Vector.Signature.AsSpan(32, 32), isUnsigned: true, isBigEndian: true);
        var high = (Order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        Assert.Equal(32, high.Length);
        Rejects("its s is the high one", Changed(signature =>
        {
            high.CopyTo(signature, 32);
            signature[64] ^= 1; // it recovers the same key, and is refused all the same
        }));
        Rejects("x(R) is not below the group's order", Changed(signature => signature[64] |= 2));
        Rejects("no ECDSA signature", Changed(signature => signature[64] = 4));
    }

    [Fact]
    public void Rejects_what_is_no_signature()
    {
        Rejects("no ECDSA signature", []);
        Rejects("no ECDSA signature", Vector.Signature[..64]);
        Rejects("no ECDSA signature", [.. Vector.Signature, 0]);
        Rejects("no ECDSA signature", new byte[65]);
        Rejects("no ECDSA signature", [.. Enumerable.Repeat((byte)0xff, 64), 0]);
        Rejects("signs nothing of Ethereum's", Vector.Signature, Suite.EcdsaP256);
    }

    [Fact]
    public void Rejects_a_payload_that_is_no_transaction()
    {
        Assert.False(SignedPayload.TryAssemble(PayloadKind.EvmTransaction, Vector.Signed, Suite.EcdsaSecp256k1, Vector.PublicKey, Vector.Signature, out _, out var problem));
        Assert.NotEmpty(problem);
        Assert.Throws<ArgumentOutOfRangeException>(() => SignedPayload.TryAssemble((PayloadKind)99, [], Suite.EcdsaSecp256k1, Vector.PublicKey, Vector.Signature, out _, out _));
    }

    [Fact]
    public void Raw_digests_have_no_other_form()
    {
        Assert.True(SignedPayload.TryAssemble(PayloadKind.Raw, Vector.Digest, Suite.EcdsaSecp256k1, Vector.PublicKey, Vector.Signature, out var signed, out _));
        Assert.Null(signed);
    }
}
