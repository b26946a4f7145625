using System.Numerics;
using MpcSigner.Chains.Encoding;
using MpcSigner.Chains.Solana;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Encoding;

public class Base58Tests
{
    [Theory] // draft-msporny-base58-03 §5, and the edges
    [InlineData("48656c6c6f20576f726c6421", "2NEpo7TZRRrLZSi2U")]
    [InlineData("54686520717569636b2062726f776e20666f78206a756d7073206f76657220746865206c617a7920646f672e", "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z")]
    [InlineData("0000287fb4cd", "11233QC4")]
    [InlineData("", "")]
    [InlineData("00", "1")]
    [InlineData("000000", "111")]
    [InlineData("ff", "5Q")]
    public void Known_values(string hex, string text)
    {
        Assert.Equal(text, Base58.Encode(Convert.FromHexString(hex)));
        Assert.True(Base58.TryDecode(text, 64, out var bytes));
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Agrees_with_plain_arithmetic_and_reads_back()
    {
        var random = new Random(3);
        for (var round = 0; round < 2_000; round++)
        {
            var bytes = new byte[random.Next(80)];
            random.NextBytes(bytes);
            bytes.AsSpan(0, random.Next(Math.Min(4, bytes.Length + 1))).Clear();
            var text = Base58.Encode(bytes);
            Assert.Equal(Reference(bytes), text);
            Assert.True(Base58.TryDecode(text, bytes.Length, out var back));
            Assert.Equal(bytes, back);
            if (bytes.Length > 0)
                Assert.False(Base58.TryDecode(text, bytes.Length - 1, out _));
        }
        var all = Enumerable.Repeat((byte)0xff, Base58.MaxBytes).ToArray();
        Assert.True(Base58.TryDecode(Base58.Encode(all), Base58.MaxBytes, out var same));
        Assert.Equal(all, same);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("O")]
    [InlineData("I")]
    [InlineData("l")]
    [InlineData(" 2")]
    [InlineData("2\n")]
    [InlineData("é")]
    public void Rejects_foreign_characters(string text) => Assert.False(Base58.TryDecode(text, 32, out _));

    [Fact]
    public void Rejects_text_far_too_long_at_once() => Assert.False(Base58.TryDecode(new string('z', 10_000_000), 32, out _));

    [Theory]
    [InlineData("11111111111111111111111111111111", true)]
    [InlineData("1111111111111111111111111111111", false)] // 31 bytes
    [InlineData("111111111111111111111111111111111", false)] // 33
    [InlineData("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA", true)]
    [InlineData("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5D", false)]
    [InlineData("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFG", true)] // 2^256 - 1
    [InlineData("JEKNVnkbo3jma5nREBBJCDoXFVeKkD56V3xKrvRmWxFH", false)] // 2^256
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Addresses_have_exactly_32_bytes(string? text, bool valid)
    {
        Assert.Equal(valid, SolanaAddress.TryParse(text, out var address));
        if (valid)
            Assert.Equal(text, address.ToString());
    }

    private static string Reference(byte[] bytes)
    {
        var text = "";
        for (var value = new BigInteger(bytes, isUnsigned: true, isBigEndian: true); value > 0; value /= 58)
            text = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"[(int)(value % 58)] + text;
        return new string('1', bytes.TakeWhile(b => b == 0).Count()) + text;
    }
}
