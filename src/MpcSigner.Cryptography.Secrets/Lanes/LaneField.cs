using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Groups.P256;
using MpcSigner.Cryptography.Groups.Secp256k1;
using MpcSigner.Cryptography.Scalars;

namespace MpcSigner.Cryptography.Secrets.Lanes;

using Word = Vector512<ulong>;

/// <summary>Arithmetic mod the order q of a SEC 1 curve on eight scalars at once, in constant time: nine limbs of 29 bits, one vector a limb.</summary>
/// <remarks>
/// Three forms. <i>Wide</i>: 18 limbs below 2^31, any number below 2^526. <i>Loose</i>: 9 limbs, each below 2^29 but the last, which is below 2^27: a number below 2^259, congruent.
/// <i>Canonical</i>: below q. Reduction replaces 2^(29·i) by its residue (a table), then what stands above 2^256 in the same way: 2^256 mod q is
/// below 2^225 for both orders, so that it converges at once. Columns of products may grow to 2^64: six products fit before a carry.
/// </remarks>
internal sealed unsafe class LaneField
{
    internal const int Limbs = 9;
    internal const int WideLimbs = 18;

    /// <summary>Products that may be added up in one set of columns before <see cref="Carry"/>.</summary>
    internal const int MaxProducts = 6;

    private const int Bits = 29;

    /// <summary>Bits of the last limb below 2^256.</summary>
    private const int TopBits = 256 - (Limbs - 1) * Bits;

    private static readonly LaneField Secp256k1 = Create<Secp256k1Order>();
    private static readonly LaneField P256 = Create<P256Order>();

    /// <summary>Rows of nine words each, one value in all lanes: 2^(29·i) mod q for i = 9..17, 2^256, 2^285, q.</summary>
    private readonly Word* _residues, _residueOf256, _residueOf285, _order;

    /// <summary>A multiple of q with all 18 limbs between 2^29 and 2^30: added before a subtraction, it keeps every limb positive.</summary>
    private readonly Word* _bias;

    private LaneField(ReadOnlySpan<ulong> words)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("the kernels of OT extension read words in little-endian order");
        // Public constants for the life of the process, aligned so that no load crosses a cache line.
        _residues = (Word*)NativeMemory.AlignedAlloc((nuint)(words.Length * sizeof(Word)), (nuint)sizeof(Word));
        for (var i = 0; i < words.Length; i++)
            _residues[i] = Vector512.Create(words[i]);
        _residueOf256 = _residues + (WideLimbs - Limbs) * Limbs;
        _residueOf285 = _residueOf256 + Limbs;
        _order = _residueOf285 + Limbs;
        _bias = _order + Limbs;
    }

    private static Word LimbMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create((1UL << Bits) - 1);
    }

    private static Word TopMask
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create((1UL << TopBits) - 1);
    }

    internal static LaneField For(IGroup group) => group.Curve switch
    {
        Curve.Secp256k1 => Secp256k1,
        Curve.P256 => P256,
        Curve.Edwards25519 => throw new ArgumentException("no ECDSA on edwards25519", nameof(group)),
    };

    /// <summary>wide ← wide − subtrahend + a multiple of q; both have limbs below 2^29.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Subtract(Word* wide, Word* subtrahend)
    {
        for (var i = 0; i < WideLimbs; i++)
            wide[i] = wide[i] + _bias[i] - subtrahend[i];
    }

    /// <summary>Wide → loose.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Reduce(Word* wide, Word* loose)
    {
        Word r0 = wide[0], r1 = wide[1], r2 = wide[2], r3 = wide[3], r4 = wide[4], r5 = wide[5], r6 = wide[6], r7 = wide[7], r8 = wide[8];
        var row = _residues;
        for (var i = Limbs; i < WideLimbs; i++, row += Limbs)
        {
            var limb = wide[i];
            r0 += LaneWord.Multiply(limb, row[0]);
            r1 += LaneWord.Multiply(limb, row[1]);
            r2 += LaneWord.Multiply(limb, row[2]);
            r3 += LaneWord.Multiply(limb, row[3]);
            r4 += LaneWord.Multiply(limb, row[4]);
            r5 += LaneWord.Multiply(limb, row[5]);
            r6 += LaneWord.Multiply(limb, row[6]);
            r7 += LaneWord.Multiply(limb, row[7]);
            r8 += LaneWord.Multiply(limb, row[8]);
        }
        var mask = LimbMask;
        r1 += r0 >>> Bits;
        r2 += r1 >>> Bits;
        r3 += r2 >>> Bits;
        r4 += r3 >>> Bits;
        r5 += r4 >>> Bits;
        r6 += r5 >>> Bits;
        r7 += r6 >>> Bits;
        r8 += r7 >>> Bits;
        // Below 2^35: what stands above 2^256, folded as two limbs.
        var high = r8 >>> TopBits;
        Word low = high & mask, rest = high >>> Bits;
        r0 = (r0 & mask) + Fold(low, rest, 0);
        r1 = (r1 & mask) + Fold(low, rest, 1) + (r0 >>> Bits);
        r2 = (r2 & mask) + Fold(low, rest, 2) + (r1 >>> Bits);
        r3 = (r3 & mask) + Fold(low, rest, 3) + (r2 >>> Bits);
        r4 = (r4 & mask) + Fold(low, rest, 4) + (r3 >>> Bits);
        r5 = (r5 & mask) + Fold(low, rest, 5) + (r4 >>> Bits);
        r6 = (r6 & mask) + Fold(low, rest, 6) + (r5 >>> Bits);
        r7 = (r7 & mask) + Fold(low, rest, 7) + (r6 >>> Bits);
        r8 = (r8 & TopMask) + Fold(low, rest, 8) + (r7 >>> Bits);
        (loose[0], loose[1], loose[2], loose[3]) = (r0 & mask, r1 & mask, r2 & mask, r3 & mask);
        (loose[4], loose[5], loose[6], loose[7], loose[8]) = (r4 & mask, r5 & mask, r6 & mask, r7 & mask, r8);
    }

    /// <summary>Loose → canonical, in place.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal void Canonicalize(Word* loose)
    {
        var high = loose[Limbs - 1] >>> TopBits;
        loose[Limbs - 1] &= TopMask;
        var carry = Word.Zero;
        for (var k = 0; k < Limbs; k++)
        {
            var limb = loose[k] + LaneWord.Multiply(high, _residueOf256[k]) + carry;
            carry = limb >>> Bits;
            loose[k] = k < Limbs - 1 ? limb & LimbMask : limb;
        }
        // Now below 2^256 + 2^228, hence below 2q.
        var difference = stackalloc Word[Limbs];
        var keep = SubtractOrder(loose, difference);
        for (var k = 0; k < Limbs; k++)
            loose[k] = (loose[k] & keep) | Vector512.AndNot(difference[k], keep);
    }

    /// <summary>All ones in the lanes whose nine 29-bit limbs are below q.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal Word IsCanonical(Word* value)
    {
        var difference = stackalloc Word[Limbs];
        return SubtractOrder(value, difference);
    }

    /// <summary>columns += a·b; a and b loose. At most <see cref="MaxProducts"/> before a <see cref="Carry"/>.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void MultiplyAdd(Word* columns, Word* a, Word* b)
    {
        Word b0 = b[0], b1 = b[1], b2 = b[2], b3 = b[3], b4 = b[4], b5 = b[5], b6 = b[6], b7 = b[7], b8 = b[8];
        Word c0 = columns[0], c1 = columns[1], c2 = columns[2], c3 = columns[3], c4 = columns[4], c5 = columns[5], c6 = columns[6], c7 = columns[7], c8 = columns[8];
        // The window of nine columns moves up with a's limbs: a column that has left it is complete.
        for (var i = 0; i < Limbs; i++)
        {
            var limb = a[i];
            columns[i] = c0 + LaneWord.Multiply(limb, b0);
            c0 = c1 + LaneWord.Multiply(limb, b1);
            c1 = c2 + LaneWord.Multiply(limb, b2);
            c2 = c3 + LaneWord.Multiply(limb, b3);
            c3 = c4 + LaneWord.Multiply(limb, b4);
            c4 = c5 + LaneWord.Multiply(limb, b5);
            c5 = c6 + LaneWord.Multiply(limb, b6);
            c6 = c7 + LaneWord.Multiply(limb, b7);
            c7 = c8 + LaneWord.Multiply(limb, b8);
            c8 = columns[i + Limbs];
        }
        (columns[9], columns[10], columns[11], columns[12], columns[13], columns[14], columns[15], columns[16], columns[17]) = (c0, c1, c2, c3, c4, c5, c6, c7, c8);
    }

    /// <summary>Columns → wide, in place: 29 bits a limb, the last one keeps what is above.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Carry(Word* columns)
    {
        var carry = Word.Zero;
        for (var i = 0; i < WideLimbs - 1; i++)
        {
            var column = columns[i] + carry;
            columns[i] = column & LimbMask;
            carry = column >>> Bits;
        }
        columns[WideLimbs - 1] += carry;
    }

    /// <summary>Limb k of low·(2^256 mod q) + rest·(2^285 mod q).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Word Fold(Word low, Word rest, int k) => LaneWord.Multiply(low, _residueOf256[k]) + LaneWord.Multiply(rest, _residueOf285[k]);

    /// <summary>difference ← value − q; all ones where it is negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Word SubtractOrder(Word* value, Word* difference)
    {
        var borrow = Vector512<long>.Zero; // 0 or −1
        for (var k = 0; k < Limbs; k++)
        {
            var limb = value[k].AsInt64() - _order[k].AsInt64() + borrow;
            difference[k] = limb.AsUInt64() & LimbMask;
            borrow = limb >> Bits;
        }
        return (borrow >> 63).AsUInt64();
    }

    private static LaneField Create<TModulus>()
        where TModulus : struct, IScalarModulus
    {
        var words = new List<ulong>();
        for (var i = Limbs; i < WideLimbs; i++)
            words.AddRange(Split(PowerOfTwo<TModulus>(Bits * i)));
        words.AddRange(Split(PowerOfTwo<TModulus>(256)));
        words.AddRange(Split(PowerOfTwo<TModulus>(256 + Bits)));
        words.AddRange(Split(ScalarArithmetic<TModulus>.Order));
        // Σ 2^29·2^(29·i) + e with e = its negative mod q: a multiple of q.
        var sum = default(Scalar256);
        for (var i = 1; i <= WideLimbs; i++)
            sum = ScalarArithmetic<TModulus>.Add(sum, PowerOfTwo<TModulus>(Bits * i));
        var rest = Split(ScalarArithmetic<TModulus>.Negate(sum));
        for (var i = 0; i < WideLimbs; i++)
            words.Add((1UL << Bits) + (i < Limbs ? rest[i] : 0));
        return new(CollectionsMarshal.AsSpan(words));
    }

    private static Scalar256 PowerOfTwo<TModulus>(int exponent)
        where TModulus : struct, IScalarModulus
    {
        var power = ScalarArithmetic<TModulus>.One;
        for (var i = 0; i < exponent; i++)
            power = ScalarArithmetic<TModulus>.Add(power, power);
        return power;
    }

    private static ulong[] Split(in Scalar256 value)
    {
        Span<ulong> words = [value.L0, value.L1, value.L2, value.L3, 0];
        var limbs = new ulong[Limbs];
        for (var k = 0; k < Limbs; k++)
        {
            int word = k * Bits / 64, shift = k * Bits % 64;
            var bits = words[word] >> shift;
            if (shift > 64 - Bits)
                bits |= words[word + 1] << (64 - shift);
            limbs[k] = bits & ((1UL << Bits) - 1);
        }
        return limbs;
    }
}
