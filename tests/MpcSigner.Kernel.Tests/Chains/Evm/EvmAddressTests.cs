using System.Text.Json;
using MpcSigner.Chains.Evm;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Evm;

public class EvmAddressTests
{
    private static EvmAddress Parse(string text)
    {
        Assert.True(EvmAddress.TryParse(text, out var address, out var problem), problem);
        return address;
    }

    [Fact]
    public void Addresses_are_those_that_ethers_derives()
    {
        using var json = JsonDocument.Parse(Tree.Read("tests", "Vectors", "evm", "addresses.json"));
        var derived = 0;
        foreach (var vector in json.RootElement.EnumerateArray())
        {
            Assert.True(EvmAddress.TryFromPublicKey(Convert.FromHexString(vector.GetProperty("publicKey").GetString()!), out var address));
            Assert.Equal(vector.GetProperty("address").GetString(), address.ToString());
            derived++;
        }
        Assert.Equal(64, derived);
    }

    [Fact]
    public void Examples_of_EIP_55_are_read_and_written_as_they_stand_there()
    {
        using var json = JsonDocument.Parse(Tree.Read("tests", "Vectors", "evm", "eip55.json"));
        var read = 0;
        foreach (var text in json.RootElement.EnumerateArray().Select(e => e.GetString()!))
        {
            var address = Parse(text);
            Assert.Equal(text, address.ToString());
            Assert.Equal(address, Parse(text.ToLowerInvariant()));
            Assert.Equal(address, new EvmAddress(address.ToArray()));
            read++;
        }
        Assert.Equal(8, read);
    }

    /// <summary>Each letter in the other case is a wrong checksum, unless it makes the whole lower case.</summary>
    [Fact]
    public void Rejects_each_letter_of_the_wrong_case()
    {
        const string text = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
        var rejected = 0;
        for (var i = 2; i < text.Length; i++)
        {
            if (!char.IsAsciiLetter(text[i]))
                continue;
            var other = text.ToCharArray();
            other[i] ^= ' ';
            Assert.False(EvmAddress.TryParse(new(other), out var address, out var problem));
            Assert.Equal(default, address);
            Assert.Contains(text, problem, StringComparison.Ordinal); // the right spelling is told
            rejected++;
        }
        Assert.Equal(18, rejected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0x")]
    [InlineData("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("0X5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0")]
    [InlineData("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg")]
    [InlineData(" 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae")]
    [InlineData("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED")] // upper case alone is no checksum
    public void Rejects_what_is_no_address(string? text)
    {
        Assert.False(EvmAddress.TryParse(text, out _, out var problem));
        Assert.NotEmpty(problem);
    }

    [Fact]
    public void Rejects_keys_that_are_none_and_bytes_that_are_not_twenty()
    {
        Assert.False(EvmAddress.TryFromPublicKey(new byte[33], out _));
        Assert.False(EvmAddress.TryFromPublicKey([4, .. new byte[64]], out _));
        Assert.False(EvmAddress.TryFromPublicKey([2, .. Enumerable.Repeat((byte)0xff, 32)], out _)); // x above the field
        Assert.False(EvmAddress.TryFromPublicKey([], out _));
        Assert.Throws<ArgumentException>(() => new EvmAddress(new byte[19]));
        Assert.Throws<ArgumentException>(() => new EvmAddress(new byte[21]));
    }
}
