using System.Security.Cryptography;
using MpcSigner.Cryptography.Secrets.KeyAgreement;
using MpcSigner.Cryptography.Secrets.Memory;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.KeyAgreement;

public sealed class HkdfSha256Tests
{
    /// <summary>RFC 5869, A.1.</summary>
    [Fact]
    public void Gives_the_answer_of_the_RFC()
    {
        using var input = SecureMemory.CopyOf(Enumerable.Repeat((byte)0x0b, 22).ToArray());
        using var output = HkdfSha256.DeriveKey(input, Convert.FromHexString("000102030405060708090a0b0c"), Convert.FromHexString("f0f1f2f3f4f5f6f7f8f9"), 42);

        Assert.Equal("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865", Convert.ToHexStringLower(output.DangerousSpan));
    }

    [Theory]
    [InlineData(1, 0, 0, 1)]
    [InlineData(32, 0, 10, 32)]
    [InlineData(32, 32, 76, 32)]
    [InlineData(100, 65, 0, 33)]
    [InlineData(100, 200, 300, 8160)]
    public void Agrees_with_the_platform(int inputLength, int saltLength, int infoLength, int length)
    {
        byte[] Ramp(int count, int from) => [.. Enumerable.Range(from, count).Select(i => (byte)(i & 0xff))];
        using var input = SecureMemory.CopyOf(Ramp(inputLength, 3));
        using var output = HkdfSha256.DeriveKey(input, Ramp(saltLength, 50), Ramp(infoLength, 90), length);

        Assert.Equal(HKDF.DeriveKey(HashAlgorithmName.SHA256, Ramp(inputLength, 3), length, Ramp(saltLength, 50), Ramp(infoLength, 90)), output.DangerousSpan.ToArray());
    }

    [Fact]
    public void Rejects_lengths_out_of_range()
    {
        using var input = SecureMemory.CopyOf([1]);
        Assert.Throws<ArgumentOutOfRangeException>(() => HkdfSha256.Expand(input, [], 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => HkdfSha256.Expand(input, [], HkdfSha256.MaxLength + 1));
    }
}
