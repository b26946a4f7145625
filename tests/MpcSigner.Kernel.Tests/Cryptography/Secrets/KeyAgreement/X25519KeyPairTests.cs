using MpcSigner.Cryptography.Secrets.KeyAgreement;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.KeyAgreement;

public sealed class X25519KeyPairTests
{
    [Fact]
    public void Both_sides_agree_and_a_stranger_does_not()
    {
        var random = new SeededRandom(1);
        using var a = X25519KeyPair.Generate(random);
        using var b = X25519KeyPair.Generate(random);
        using var c = X25519KeyPair.Generate(random);

        Assert.True(a.TryAgree(b.PublicKey, out var ab));
        Assert.True(b.TryAgree(a.PublicKey, out var ba));
        Assert.True(c.TryAgree(a.PublicKey, out var ca));
        using (ab) using (ba) using (ca)
        {
            Assert.True(ab.DangerousSpan.SequenceEqual(ba.DangerousSpan));
            Assert.False(ab.DangerousSpan.SequenceEqual(ca.DangerousSpan));
        }
    }

    /// <summary>RFC 7748 §5.2, the first iteration.</summary>
    [Fact]
    public void Gives_the_answer_of_the_RFC()
    {
        byte[] nine = [9, .. new byte[31]];
        using var pair = X25519KeyPair.FromSecret(nine);

        Assert.Equal("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079", pair.PublicKey.ToString());
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    [InlineData("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")]
    public void Rejects_points_of_small_order(string peer)
    {
        using var pair = X25519KeyPair.Generate(new SeededRandom(2));
        Assert.False(pair.TryAgree(Convert.FromHexString(peer), out var shared));
        Assert.Null(shared);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void Rejects_keys_of_another_length(int length)
    {
        using var pair = X25519KeyPair.Generate(new SeededRandom(3));
        Assert.False(pair.TryAgree(new byte[length], out _));
    }
}
