using MpcSigner.Chains.Bitcoin;
using MpcSigner.Chains.Encoding;
using MpcSigner.Kernel.Tests.Protocols.Support;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Bitcoin;

public class ExtendedPublicKeyTests
{
    private const int ExtendedKeySize = 82;

    [Fact]
    public void Keys_of_depth_0_are_written_as_BIP32_publishes_them()
    {
        using var vectors = VectorFiles.Read("bip32", "public-steps.json");
        var counted = 0;
        foreach (var published in vectors.RootElement.EnumerateArray().Select(vector => vector.GetProperty("parent").GetString()!))
        {
            Assert.True(Base58.TryDecode(published, ExtendedKeySize, out var bytes));
            if (bytes[4] != 0)
                continue;
            Assert.Equal(published, ExtendedPublicKey.Encode(bytes.AsSpan(45, 33), bytes.AsSpan(13, 32)));
            counted++;
        }
        Assert.Equal(1, counted);
    }

    [Fact]
    public void Rejects_other_lengths()
    {
        Assert.Throws<ArgumentException>(() => ExtendedPublicKey.Encode(new byte[32], new byte[32]));
        Assert.Throws<ArgumentException>(() => ExtendedPublicKey.Encode(new byte[33], new byte[31]));
        Assert.Throws<ArgumentException>(() => BitcoinAddress.OfKeyHash(new byte[65]));
        Assert.Throws<ArgumentException>(() => BitcoinAddress.OfOutputKey(new byte[33]));
    }
}
