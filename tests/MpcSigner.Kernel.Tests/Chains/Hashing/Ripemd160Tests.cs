using MpcSigner.Chains.Hashing;
using MpcSigner.Kernel.Tests.Protocols.Support;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Hashing;

public class Ripemd160Tests
{
    [Fact]
    public void Hashes_as_published()
    {
        using var vectors = VectorFiles.Read("ripemd160", "hashes.json");
        var counted = 0;
        foreach (var vector in vectors.RootElement.GetProperty("published").EnumerateArray())
        {
            Assert.Equal(vector.Hex("hash"), Ripemd160.HashData(System.Text.Encoding.ASCII.GetBytes(vector.GetProperty("text").GetString()!)));
            counted++;
        }
        Assert.Equal(8, counted);
        Assert.Equal(vectors.RootElement.Hex("millionTimesA"), Ripemd160.HashData(Enumerable.Repeat((byte)'a', 1_000_000).ToArray()));
    }

    [Fact]
    public void Hashes_every_length_around_the_blocks_as_OpenSSL_does()
    {
        using var vectors = VectorFiles.Read("ripemd160", "hashes.json");
        var length = 0;
        foreach (var hash in vectors.RootElement.GetProperty("byLength").EnumerateArray())
        {
            Assert.Equal(hash.GetString(), Convert.ToHexStringLower(Ripemd160.HashData(Enumerable.Range(0, length).Select(i => (byte)(i % 256)).ToArray())));
            length++;
        }
        Assert.Equal(200, length);
    }
}
