using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.ObliviousTransfer;

public sealed class MaskedBytesTests
{
    [Fact]
    public void Masks_are_all_ones_or_zero()
    {
        Assert.Equal((0UL, ulong.MaxValue), (MaskedBytes.Mask(0), MaskedBytes.Mask(1)));
        for (var a = 0; a < 32; a++)
        {
            for (var b = 0; b < 32; b++)
                Assert.Equal(a == b ? ulong.MaxValue : 0UL, MaskedBytes.MaskOfEqual(a, b));
        }
        Assert.Equal((0UL, ulong.MaxValue), (MaskedBytes.MaskOfEqual(0, int.MaxValue), MaskedBytes.MaskOfEqual(int.MaxValue, int.MaxValue)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(32)]
    [InlineData(33)]
    public void Select_takes_one_of_two(int length)
    {
        byte[] set = Bytes(length, 1), clear = Bytes(length, 2), result = new byte[length];
        MaskedBytes.Select(result, ulong.MaxValue, set, clear);
        Assert.Equal(set, result);
        MaskedBytes.Select(result, 0, set, clear);
        Assert.Equal(clear, result);
        MaskedBytes.Select(result, ulong.MaxValue, set, result); // onto itself
        Assert.Equal(set, result);
    }

    [Fact]
    public void Swap_xor_and_keep_do_so_only_under_the_mask()
    {
        byte[] a = Bytes(16, 1), b = Bytes(16, 2);
        MaskedBytes.Swap(0, a, b);
        Assert.Equal(Bytes(16, 1), a);
        Assert.Equal(Bytes(16, 2), b);
        MaskedBytes.Swap(ulong.MaxValue, a, b);
        Assert.Equal(Bytes(16, 2), a);
        Assert.Equal(Bytes(16, 1), b);

        MaskedBytes.XorInto(a, 0, b);
        Assert.Equal(Bytes(16, 2), a);
        MaskedBytes.XorInto(a, b);
        Assert.Equal(Bytes(16, 1).Zip(Bytes(16, 2), (x, y) => (byte)(x ^ y)), a);

        MaskedBytes.Keep(ulong.MaxValue, b);
        Assert.Equal(Bytes(16, 1), b);
        MaskedBytes.Keep(0, b);
        Assert.Equal(new byte[16], b);
    }

    [Fact]
    public void Difference_sees_every_bit()
    {
        var a = Bytes(32, 3);
        Assert.Equal(0UL, MaskedBytes.Difference(a, a.ToArray()));
        for (var bit = 0; bit < 256; bit++)
        {
            var b = a.ToArray();
            b[bit / 8] ^= (byte)(1 << bit % 8);
            Assert.NotEqual(0UL, MaskedBytes.Difference(a, b));
        }
    }

    [Fact]
    public void Rejects_lengths_that_do_not_fit()
    {
        Assert.Throws<ArgumentException>(() => MaskedBytes.Select(new byte[8], 0, new byte[8], new byte[7]));
        Assert.Throws<ArgumentException>(() => MaskedBytes.XorInto(new byte[9], new byte[9]));
        Assert.Throws<ArgumentException>(() => MaskedBytes.Swap(0, new byte[8], new byte[16]));
        Assert.Throws<ArgumentException>(() => MaskedBytes.Keep(0, new byte[7]));
        Assert.Throws<ArgumentException>(() => MaskedBytes.Difference(new byte[8], new byte[16]));
    }

    private static byte[] Bytes(int length, byte seed) => [.. Enumerable.Range(0, length).Select(i => (byte)((seed * 37 + i * 11) % 256))];
}
