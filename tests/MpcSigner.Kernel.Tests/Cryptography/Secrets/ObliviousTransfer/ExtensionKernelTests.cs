using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.ObliviousTransfer;

/// <summary>The kernels of OT extension against the specification's known answers (§20) and slow definitions.</summary>
public sealed class ExtensionKernelTests
{
    private static readonly byte[] Counting = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    [Fact]
    public void The_permutation_is_AES_128()
    {
        using var permutation = new SessionPermutation(Counting.AsSpan(0, 16));
        var block = Convert.FromHexString("00112233445566778899aabbccddeeff");
        permutation.Apply(block);
        Assert.Equal("69C4E0D86A7B0430D8CDB78070B4C55A", Convert.ToHexString(block));
        Assert.Throws<ArgumentException>(() => permutation.Apply(new byte[17]));
        permutation.Dispose();
        Assert.Throws<ObjectDisposedException>(() => permutation.Apply(new byte[16]));
    }

    /// <summary>One leaf of b32 in slot 1 of tree 5 and zeros elsewhere: what the zero leaves add is computed beside it.</summary>
    [Fact]
    public void The_PRG_gives_the_known_answer()
    {
        using var permutation = new SessionPermutation(Counting.AsSpan(0, 16));
        var (with, without) = (Expand(permutation, leafAt: (5 * 16) + 1), Expand(permutation, leafAt: null));
        var zero = new byte[80];
        for (var c = 0; c < 5; c++)
            zero[(16 * c) + 15] = (byte)c;
        permutation.Apply(zero);
        // Bit 0 of slot 1 is set: row 20 holds the stream in the place of the zero leaf's.
        var stream = Enumerable.Range(0, 68).Select(i => (byte)(with.Rows[(20 * 80) + i] ^ without.Rows[(20 * 80) + i] ^ zero[i])).ToArray();
        Assert.Equal(
            "0A9509B6456BF642F9CA9E53CA5EE455E62B2A16C24ABD23E896018A387B400C14E27AE3C0CEAD7060E71E588887140F7C78E3FD1B696D2EB96519EAB97732FCE1E50447",
            Convert.ToHexString(stream));
        Assert.Equal(with.Sums.AsSpan(0, 5 * 80), without.Sums.AsSpan(0, 5 * 80));
        Assert.NotEqual(with.Sums.AsSpan(5 * 80, 68).ToArray(), without.Sums.AsSpan(5 * 80, 68).ToArray());
    }

    [Fact]
    public void Rows_are_the_sums_of_the_streams_whose_slot_has_the_bit()
    {
        var leaves = new byte[OtSizes.AllLeaves];
        new SeededRandom(1).Fill(leaves);
        using var permutation = new SessionPermutation(Counting.AsSpan(0, 16));
        var (rows, sums) = (new byte[OtSizes.Matrix], new byte[OtSizes.Trees * OtSizes.PaddedRow]);
        LeafExpansion.Run(permutation, leaves, sums, rows);
        for (var tree = 0; tree < OtSizes.Trees; tree++)
        {
            var expected = new byte[5][]; // four rows, then the sum of all
            for (var b = 0; b < 5; b++)
            {
                expected[b] = new byte[80];
                for (var y = 0; y < 16; y++)
                {
                    if (b < 4 && ((y >> b) & 1) == 0)
                        continue;
                    var stream = Stream(permutation, leaves.AsSpan(((tree * 16) + y) * 16, 16));
                    for (var i = 0; i < 80; i++)
                        expected[b][i] ^= stream[i];
                }
            }
            for (var b = 0; b < 4; b++)
                Assert.Equal(expected[b], rows.AsSpan(((4 * tree) + b) * 80, 80).ToArray());
            Assert.Equal(expected[4], sums.AsSpan(tree * 80, 80).ToArray());
        }
    }

    [Fact]
    public void GF_2_128_gives_the_known_answers()
    {
        Assert.Equal("C041EE395862761AA00A8E7238291651", Hex(BinaryField.Multiply(Element(Counting.AsSpan(0, 16)), Element(Counting.AsSpan(16)))));
        var x = Vector128.Create(2UL, 0);
        var top = Vector128.Create(0, 1UL << 63);
        Assert.Equal("87" + new string('0', 30), Hex(BinaryField.Multiply(x, top)));
    }

    [Fact]
    public void GF_2_128_agrees_with_shift_and_add()
    {
        var random = new SeededRandom(2);
        var bytes = new byte[32];
        for (var i = 0; i < 500; i++)
        {
            random.Fill(bytes);
            var (a, b) = (bytes.AsSpan(0, 16).ToArray(), bytes.AsSpan(16).ToArray());
            Assert.Equal(SlowMultiply(a, b), Bytes(BinaryField.Multiply(Element(a), Element(b))));
        }
    }

    [Fact]
    public void Carryless_products_without_the_instruction_agree_with_it()
    {
        Assert.True(Pclmulqdq.IsSupported, "this machine has no instruction to compare with");
        var random = new SeededRandom(3);
        var bytes = new byte[16];
        for (var i = 0; i < 200; i++)
        {
            random.Fill(bytes);
            var (a, b) = (BitConverter.ToUInt64(bytes), BitConverter.ToUInt64(bytes, 8));
            Assert.Equal(Pclmulqdq.CarrylessMultiply(Vector128.CreateScalar(a), Vector128.CreateScalar(b), 0), BinaryField.CarrylessMultiply(a, b));
        }
        Assert.Equal(Vector128.Create(0x5555555555555555UL, 0x5555555555555555UL), BinaryField.CarrylessMultiply(ulong.MaxValue, ulong.MaxValue));
    }

    /// <summary>I4: folding is linear, with the specification's χ and row.</summary>
    [Fact]
    public void Fold_gives_the_known_answer_and_is_linear()
    {
        Vector128<ulong>[] challenges =
        [
            .. ((string[])["bcc8317493f887efd7a172a08caa477b", "ddea2676a71dbb6d2c2a88915d29f1aa", "79d0582972f5b9da1ffabee3ca3ecbf9", "2426f2c2e4f5dbe2d38b2c1a8f619716"])
                .Select(hex => Element(Convert.FromHexString(hex))),
        ];
        byte[] row = [.. Enumerable.Range(0, 68).Select(i => (byte)(((7 * i) + 3) % 256))];
        Assert.Equal("CD2DD3A6D19F98F5B7AE94E9FCDD21D3", Hex(BinaryField.Fold(row, challenges)));
        var other = new byte[68];
        new SeededRandom(4).Fill(other);
        byte[] sum = [.. row.Zip(other, (a, b) => (byte)(a ^ b))];
        Assert.Equal(BinaryField.Fold(row, challenges) ^ BinaryField.Fold(other, challenges), BinaryField.Fold(sum, challenges));
        // What stands behind the 68 bytes of a padded row does not count.
        Assert.Equal(BinaryField.Fold(row, challenges), BinaryField.Fold([.. row, .. other.AsSpan(0, 12)], challenges));
    }

    [Fact]
    public void Transposition_moves_bit_j_of_row_p_to_bit_p_of_row_j()
    {
        var matrix = new byte[OtSizes.Matrix];
        new SeededRandom(5).Fill(matrix);
        var rows = new byte[OtSizes.OtRows];
        BitTranspose.Run(matrix, rows);
        for (var j = 0; j < 416; j++)
        {
            for (var p = 0; p < 128; p++)
                Assert.Equal((matrix[(p * 80) + (j / 8)] >> (j % 8)) & 1, (rows[(j * 16) + (p / 8)] >> (p % 8)) & 1);
        }
    }

    [Fact]
    public void Payload_blocks_are_those_of_CRH()
    {
        using var permutation = new SessionPermutation(Counting.AsSpan(3, 16));
        var masks = new byte[OtSizes.OtRows];
        new SeededRandom(6).Fill(masks);
        var blocks = new byte[5 * 192];
        PayloadExpansion.Run(permutation, masks, first: 411, count: 5, blocks);
        for (var row = 411; row < 416; row++)
        {
            for (var c = 0; c < 12; c++)
            {
                var block = masks.AsSpan(row * 16, 16).ToArray();
                var tweak = new byte[16];
                System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(tweak.AsSpan(12), (16 * row) + c);
                for (var i = 0; i < 16; i++)
                    block[i] ^= tweak[i];
                permutation.Apply(block);
                Assert.Equal(block, blocks.AsSpan((((row - 411) * 12) + c) * 16, 16).ToArray());
            }
        }
    }

    private static (byte[] Rows, byte[] Sums) Expand(SessionPermutation permutation, int? leafAt)
    {
        var leaves = new byte[OtSizes.AllLeaves];
        if (leafAt is { } at)
            Counting.AsSpan(0, 16).CopyTo(leaves.AsSpan(at * 16));
        var (rows, sums) = (new byte[OtSizes.Matrix], new byte[OtSizes.Trees * OtSizes.PaddedRow]);
        LeafExpansion.Run(permutation, leaves, sums, rows);
        return (rows, sums);
    }

    private static byte[] Stream(SessionPermutation permutation, ReadOnlySpan<byte> leaf)
    {
        var stream = new byte[80];
        for (var c = 0; c < 5; c++)
        {
            leaf.CopyTo(stream.AsSpan(c * 16));
            stream[(c * 16) + 15] ^= (byte)c;
        }
        permutation.Apply(stream);
        for (var i = 0; i < 80; i++)
            stream[i] ^= leaf[i % 16];
        return stream;
    }

    private static byte[] SlowMultiply(byte[] a, byte[] b)
    {
        var (x, y) = (new BigInteger(a, isUnsigned: true), new BigInteger(b, isUnsigned: true));
        var modulus = (BigInteger.One << 128) | 0x87;
        var product = BigInteger.Zero;
        for (var bit = 0; bit < 128; bit++)
        {
            if (!((y >> bit) & 1).IsZero)
                product ^= x << bit;
        }
        for (var bit = 255; bit >= 128; bit--)
        {
            if (!((product >> bit) & 1).IsZero)
                product ^= modulus << (bit - 128);
        }
        var bytes = product.ToByteArray(isUnsigned: true);
        return [.. bytes, .. new byte[16 - bytes.Length]];
    }

    private static Vector128<ulong> Element(ReadOnlySpan<byte> bytes) => BinaryField.Read(bytes);

    private static byte[] Bytes(Vector128<ulong> element)
    {
        var bytes = new byte[16];
        BinaryField.Write(element, bytes);
        return bytes;
    }

    private static string Hex(Vector128<ulong> element) => Convert.ToHexString(Bytes(element));
}
