using System.Numerics;
using MpcSigner.Chains.Encoding;
using Xunit;

namespace MpcSigner.Kernel.Tests.Chains.Encoding;

public class RlpReaderTests
{
    /// <summary>Reads one string, to the end of the bytes; null with the problem otherwise.</summary>
    private static (byte[]? Value, string? Problem) String(params byte[] bytes)
    {
        var reader = new RlpReader(bytes, 0);
        return reader.TryString("it", out var value) ? (value.ToArray(), reader.AtEnd ? null : $"{reader.Offset}") : (null, reader.Problem);
    }

    private static void Reads(byte[] value, byte[] bytes)
    {
        var (read, problem) = String(bytes);
        Assert.Null(problem);
        Assert.Equal(value, read);
    }

    private static (BigInteger? Value, string? Problem) Integer(params byte[] bytes)
    {
        var reader = new RlpReader(bytes, 0);
        return reader.TryInteger("it", out var value) ? (value, null) : (null, reader.Problem);
    }

    private static void Refuses(string why, params byte[] bytes)
    {
        var (value, problem) = String(bytes);
        Assert.Null(value);
        Assert.Equal("it at byte 0 " + why, problem);
    }

    [Fact]
    public void What_is_written_is_read()
    {
        var read = 0;
        foreach (var length in (int[])[0, 1, 2, 54, 55, 56, 57, 255, 256, 257, 65_535, 65_536, 70_000])
        {
            var value = new byte[length];
            new Random(length).NextBytes(value);
            Reads(value, RlpWriter.String(value));
            var list = RlpWriter.List([.. RlpWriter.String(value), .. RlpWriter.Integer(length)]);
            var reader = new RlpReader(list, 0);
            Assert.True(reader.TryEnter("list"));
            Assert.True(reader.TryFixed("value", length, out var again));
            Assert.Equal(value, again.ToArray());
            Assert.True(reader.TryInteger("length", out var number));
            Assert.Equal(length, number);
            Assert.True(reader.TryLeave("list") && reader.AtEnd);
            read++;
        }
        Assert.Equal(13, read);
    }

    [Fact]
    public void Every_single_byte_has_one_encoding()
    {
        for (var value = 0; value < 256; value++)
        {
            byte[] direct = [(byte)value], prefixed = [0x81, (byte)value];
            Assert.Equal(value < 0x80 ? direct : prefixed, RlpWriter.String([(byte)value]));
            if (value < 0x80)
            {
                Reads(direct, direct);
                Refuses("is a byte below 0x80 that does not stand for itself", prefixed);
            }
            else
            {
                Reads(direct, prefixed);
            }
        }
    }

    [Fact]
    public void Rejects_lengths_that_are_not_the_shortest()
    {
        Refuses("has 3 bytes and the long form of a length, which begins at 56", 0xb8, 3, 1, 2, 3);
        Refuses("has 55 bytes and the long form of a length, which begins at 56", [0xb8, 55, .. new byte[55]]);
        Refuses("has a length with a leading zero byte", [0xb8 + 1, 0, 56, .. new byte[56]]);
        Refuses("has a length with a leading zero byte", [0xb8, 0]);
        Refuses("has a length of 4 bytes, more than any payload", 0xbb, 1, 0, 0, 0);
        Refuses("has a length of 8 bytes, more than any payload", 0xbf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
        var list = new RlpReader([0xf8, 3, 1, 2, 3], 0);
        Assert.False(list.TryEnter("a list"));
        Assert.Equal("a list at byte 0 has 3 bytes and the long form of a length, which begins at 56", list.Problem);
    }

    [Fact]
    public void Rejects_what_ends_too_early()
    {
        Refuses("is missing");
        Refuses("says 1 bytes, but only 0 follow", 0x81);
        Refuses("says 5 bytes, but only 4 follow", 0x85, 1, 2, 3, 4);
        Refuses("ends within its length of 1 bytes", 0xb8);
        Refuses("ends within its length of 2 bytes", 0xb9, 1);
        Refuses("says 256 bytes, but only 2 follow", 0xb9, 1, 0, 7, 7);
        Refuses("says 16777215 bytes, but only 0 follow", 0xba, 0xff, 0xff, 0xff);
    }

    [Fact]
    public void Rejects_an_item_that_reaches_beyond_its_list()
    {
        var reader = new RlpReader([0xc2, 0x82, 1, 2], 0); // the list ends where the string still goes on
        Assert.True(reader.TryEnter("list"));
        Assert.False(reader.TryString("it", out _));
        Assert.Equal("it at byte 1 says 2 bytes, but only 1 follow", reader.Problem);
    }

    [Fact]
    public void Rejects_lists_for_strings_and_strings_for_lists()
    {
        Refuses("is a list, and a string belongs here", 0xc0);
        Refuses("is a list, and a string belongs here", 0xc1, 0x05);
        foreach (var bytes in (byte[][])[[0x80], [0x05], [0x82, 1, 2]])
        {
            var reader = new RlpReader(bytes, 0);
            Assert.False(reader.TryEnter("it"));
            Assert.Equal("it at byte 0 is a string, and a list belongs here", reader.Problem);
        }
    }

    [Fact]
    public void Integers_have_no_leading_zeros_and_at_most_256_bits()
    {
        Assert.Equal((BigInteger.Zero, null), Integer(0x80));
        Assert.Equal((new BigInteger(0x7f), null), Integer(0x7f));
        Assert.Equal((new BigInteger(0x80), null), Integer(0x81, 0x80));
        Assert.Equal((new BigInteger(0x0400), null), Integer(0x82, 4, 0));
        Assert.Equal(((BigInteger.One << 256) - 1, null), Integer([0xa0, .. Enumerable.Repeat((byte)0xff, 32)]));
        Assert.Equal((null, "it at byte 0 is an integer with a leading zero byte"), Integer(0x00));
        Assert.Equal((null, "it at byte 0 is an integer with a leading zero byte"), Integer(0x82, 0, 1));
        Assert.Equal((null, "it at byte 0 is an integer of 33 bytes, beyond 256 bits"), Integer([0xa1, 1, .. new byte[32]]));
    }

    [Fact]
    public void Rejects_bytes_left_in_a_list_and_lists_too_deep()
    {
        var left = new RlpReader([0xc3, 1, 2, 3], 0);
        Assert.True(left.TryEnter("list") && left.TryString("first", out _));
        Assert.False(left.TryLeave("list"));
        Assert.Equal("list at byte 2 holds 2 bytes more than belong there", left.Problem);

        var deep = new RlpReader([0xc4, 0xc3, 0xc2, 0xc1, 0xc0], 0);
        for (var depth = 0; depth < RlpReader.MaxDepth; depth++)
            Assert.True(deep.TryEnter("list"));
        Assert.False(deep.TryEnter("one more"));
        Assert.Equal("one more at byte 4 lies deeper than 4 lists", deep.Problem);
    }

    [Fact]
    public void Reads_as_many_items_as_are_bound_and_none_more()
    {
        var reader = new RlpReader(new byte[RlpReader.MaxItems + 1], 0);
        for (var i = 0; i < RlpReader.MaxItems; i++)
            Assert.True(reader.TryString("it", out _));
        Assert.False(reader.TryString("it", out _));
        Assert.Equal($"it at byte {RlpReader.MaxItems} comes after {RlpReader.MaxItems} items, more than are read", reader.Problem);
    }

    [Fact]
    public void After_a_problem_nothing_is_read_and_the_first_problem_stays()
    {
        var reader = new RlpReader([0x81, 0x01, 0x05], 0);
        Assert.False(reader.TryString("first", out _));
        var problem = reader.Problem;
        Assert.False(reader.TryInteger("second", out _));
        Assert.False(reader.TryEnter("third"));
        Assert.Equal(problem, reader.Problem);
    }
}
