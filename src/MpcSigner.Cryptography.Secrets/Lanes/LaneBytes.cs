using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace MpcSigner.Cryptography.Secrets.Lanes;

using Word = Vector512<ulong>;

/// <summary>Between bytes, one scalar behind the other and big endian, and limbs of eight scalars side by side.</summary>
internal static unsafe class LaneBytes
{
    private const int Bits = 29;
    private const int WideWords = 8;
    private const int NarrowWords = 4;

    /// <summary>Reverses the bytes of each 64-bit word.</summary>
    private static Vector512<byte> ReversedWords
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(0x0001020304050607UL, 0x08090a0b0c0d0e0f, 0x0001020304050607, 0x08090a0b0c0d0e0f,
            0x0001020304050607, 0x08090a0b0c0d0e0f, 0x0001020304050607, 0x08090a0b0c0d0e0f).AsByte();
    }

    private static Word LimbMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create((1UL << Bits) - 1);
    }

    /// <summary>Reads eight numbers of 64 bytes, each xored with its lane's 16 bytes of <paramref name="mask"/> (four times over), into wide form.</summary>
    /// <param name="bytes">The first lane's number.</param>
    /// <param name="stride">Bytes from one lane's number to the next one's.</param>
    /// <param name="mask">16 bytes a lane, one lane behind the other.</param>
    /// <param name="wide">18 limbs.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void ReadWide(byte* bytes, int stride, byte* mask, Word* wide)
    {
        var words = stackalloc Word[WideWords];
        if (Avx512BW.IsSupported)
            TransposeWide(bytes, stride, mask, words);
        else
            GatherWide(bytes, stride, mask, words);
        SplitWide(words, wide);
    }

    /// <summary>Words of eight lanes one by one: for processors without the instructions of <see cref="TransposeWide"/>.</summary>
    internal static void GatherWide(byte* bytes, int stride, byte* mask, Word* words)
    {
        var places = (ulong*)words + (WideWords - 1) * LaneWord.Count;
        for (var lane = 0; lane < LaneWord.Count; lane++, bytes += stride, mask += 16)
        {
            ulong first = *(ulong*)mask, second = *(ulong*)(mask + 8);
            for (var i = 0; i < WideWords; i += 2)
            {
                places[lane - i * LaneWord.Count] = BinaryPrimitives.ReverseEndianness(((ulong*)bytes)[i] ^ first);
                places[lane - (i + 1) * LaneWord.Count] = BinaryPrimitives.ReverseEndianness(((ulong*)bytes)[i + 1] ^ second);
            }
        }
    }

    /// <summary>The same by whole vectors: a lane's number is one vector, and eight of them are transposed in three steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeWide(byte* bytes, int stride, byte* mask, Word* words)
    {
        Word v0 = Lane(bytes, mask), v1 = Lane(bytes + stride, mask + 16), v2 = Lane(bytes + 2 * stride, mask + 32), v3 = Lane(bytes + 3 * stride, mask + 48);
        Word v4 = Lane(bytes + 4 * stride, mask + 64), v5 = Lane(bytes + 5 * stride, mask + 80), v6 = Lane(bytes + 6 * stride, mask + 96), v7 = Lane(bytes + 7 * stride, mask + 112);
        Word low01 = Avx512F.UnpackLow(v0, v1), high01 = Avx512F.UnpackHigh(v0, v1), low23 = Avx512F.UnpackLow(v2, v3), high23 = Avx512F.UnpackHigh(v2, v3);
        Word low45 = Avx512F.UnpackLow(v4, v5), high45 = Avx512F.UnpackHigh(v4, v5), low67 = Avx512F.UnpackLow(v6, v7), high67 = Avx512F.UnpackHigh(v6, v7);
        // Word i of the big-endian number is word 7 − i of the result; even words stand in the low halves.
        Merge(low01, low23, low45, low67, words + 7, words + 5, words + 3, words + 1);
        Merge(high01, high23, high45, high67, words + 6, words + 4, words + 2, words);
    }

    /// <summary>A lane's number under its mask, each word in our own byte order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Word Lane(byte* number, byte* mask)
    {
        var feed = Vector128.Load(mask);
        var twice = Vector256.Create(feed, feed);
        return Avx512BW.Shuffle(Vector512.Load(number) ^ Vector512.Create(twice, twice), ReversedWords).AsUInt64();
    }

    /// <summary>Pairs of lanes 0–1, 2–3, 4–5, 6–7, each with four words of two lanes, become four words of eight lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Merge(Word p01, Word p23, Word p45, Word p67, Word* first, Word* second, Word* third, Word* fourth)
    {
        Word lower = Vector512.Create(0UL, 1, 8, 9, 4, 5, 12, 13), upper = Vector512.Create(2UL, 3, 10, 11, 6, 7, 14, 15);
        Word a03 = Avx512F.PermuteVar8x64x2(p01, lower, p23), b03 = Avx512F.PermuteVar8x64x2(p01, upper, p23);
        Word a47 = Avx512F.PermuteVar8x64x2(p45, lower, p67), b47 = Avx512F.PermuteVar8x64x2(p45, upper, p67);
        Word even = Vector512.Create(0UL, 1, 2, 3, 8, 9, 10, 11), odd = Vector512.Create(4UL, 5, 6, 7, 12, 13, 14, 15);
        *first = Avx512F.PermuteVar8x64x2(a03, even, a47);
        *second = Avx512F.PermuteVar8x64x2(b03, even, b47);
        *third = Avx512F.PermuteVar8x64x2(a03, odd, a47);
        *fourth = Avx512F.PermuteVar8x64x2(b03, odd, b47);
    }

    /// <summary>Reads eight scalars of 32 bytes into nine limbs; the last may be as large as 2^24 − 1: not judged.</summary>
    /// <param name="bytes">The first lane's scalar.</param>
    /// <param name="stride">Bytes from one lane's scalar to the next one's.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Read(byte* bytes, int stride, Word* limbs)
    {
        var words = stackalloc Word[NarrowWords];
        var places = (ulong*)words + (NarrowWords - 1) * LaneWord.Count;
        for (var lane = 0; lane < LaneWord.Count; lane++, bytes += stride)
        {
            for (var i = 0; i < NarrowWords; i++)
                places[lane - i * LaneWord.Count] = BinaryPrimitives.ReverseEndianness(((ulong*)bytes)[i]);
        }
        Split(words, limbs);
    }

    /// <summary>Writes eight canonical scalars.</summary>
    /// <param name="stride">Bytes from one lane's scalar to the next one's.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Write(Word* limbs, byte* bytes, int stride)
    {
        var words = stackalloc Word[NarrowWords];
        words[3] = limbs[0] | (limbs[1] << 29) | (limbs[2] << 58);
        words[2] = (limbs[2] >>> 6) | (limbs[3] << 23) | (limbs[4] << 52);
        words[1] = (limbs[4] >>> 12) | (limbs[5] << 17) | (limbs[6] << 46);
        words[0] = (limbs[6] >>> 18) | (limbs[7] << 11) | (limbs[8] << 40);
        var places = (ulong*)words;
        for (var lane = 0; lane < LaneWord.Count; lane++, bytes += stride)
        {
            for (var i = 0; i < NarrowWords; i++)
                ((ulong*)bytes)[i] = BinaryPrimitives.ReverseEndianness(places[i * LaneWord.Count + lane]);
        }
    }

    /// <summary>One scalar of 32 bytes in all lanes.</summary>
    internal static void Broadcast(ReadOnlySpan<byte> scalar, Word* limbs)
    {
        fixed (byte* bytes = scalar[..32])
            Read(bytes, 0, limbs);
    }

    /// <summary>Four 64-bit words, least significant first, into nine limbs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Split(Word* words, Word* limbs)
    {
        var mask = LimbMask;
        limbs[0] = words[0] & mask;
        limbs[1] = (words[0] >>> 29) & mask;
        limbs[2] = ((words[0] >>> 58) | (words[1] << 6)) & mask;
        limbs[3] = (words[1] >>> 23) & mask;
        limbs[4] = ((words[1] >>> 52) | (words[2] << 12)) & mask;
        limbs[5] = (words[2] >>> 17) & mask;
        limbs[6] = ((words[2] >>> 46) | (words[3] << 18)) & mask;
        limbs[7] = (words[3] >>> 11) & mask;
        limbs[8] = words[3] >>> 40;
    }

    /// <summary>Eight 64-bit words, least significant first, into 18 limbs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SplitWide(Word* words, Word* limbs)
    {
        var mask = LimbMask;
        limbs[0] = words[0] & mask;
        limbs[1] = (words[0] >>> 29) & mask;
        limbs[2] = ((words[0] >>> 58) | (words[1] << 6)) & mask;
        limbs[3] = (words[1] >>> 23) & mask;
        limbs[4] = ((words[1] >>> 52) | (words[2] << 12)) & mask;
        limbs[5] = (words[2] >>> 17) & mask;
        limbs[6] = ((words[2] >>> 46) | (words[3] << 18)) & mask;
        limbs[7] = (words[3] >>> 11) & mask;
        limbs[8] = ((words[3] >>> 40) | (words[4] << 24)) & mask;
        limbs[9] = (words[4] >>> 5) & mask;
        limbs[10] = (words[4] >>> 34) & mask;
        limbs[11] = ((words[4] >>> 63) | (words[5] << 1)) & mask;
        limbs[12] = (words[5] >>> 28) & mask;
        limbs[13] = ((words[5] >>> 57) | (words[6] << 7)) & mask;
        limbs[14] = (words[6] >>> 22) & mask;
        limbs[15] = ((words[6] >>> 51) | (words[7] << 13)) & mask;
        limbs[16] = (words[7] >>> 16) & mask;
        limbs[17] = words[7] >>> 45;
    }
}
