using MpcSigner.Chains.Encoding;
using MpcSigner.Kernel.Tests.Protocols.Support;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Encoding;

public class Bech32Tests
{
    [Fact]
    public void Addresses_are_those_of_BIP350()
    {
        using var vectors = VectorFiles.Read("bip350", "addresses.json");
        var (version0, later) = (0, 0);
        foreach (var vector in vectors.RootElement.EnumerateArray())
        {
            var address = vector.GetProperty("address").GetString()!.ToLowerInvariant();
            var script = vector.Hex("script");
            // OP_0, or OP_1 = 0x51 and upward, then one push of the program.
            var version = script[0] == 0 ? 0 : script[0] - 0x50;
            Assert.Equal(script.Length - 2, script[1]);
            Assert.Equal(address, Bech32.EncodeWitness(address[..2], version, script.AsSpan(2)));
            _ = version == 0 ? version0++ : later++;
        }
        Assert.Equal((3, 5), (version0, later));
    }

    [Theory]
    [InlineData(17, 20)]
    [InlineData(-1, 20)]
    [InlineData(0, 21)]
    [InlineData(0, 40)]
    [InlineData(1, 1)]
    [InlineData(1, 41)]
    public void Rejects_programs_that_are_none(int version, int length) =>
        Assert.Throws<ArgumentException>(() => Bech32.EncodeWitness("bc", version, new byte[length]));

    [Fact]
    public void Rejects_a_network_without_a_name() => Assert.Throws<ArgumentException>(() => Bech32.EncodeWitness("", 0, new byte[20]));
}
