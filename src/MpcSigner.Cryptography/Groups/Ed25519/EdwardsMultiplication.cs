using System.Buffers;
using System.Runtime.CompilerServices;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>Variable-time multiplication of public points: signed sliding windows, the doublings shared by a whole sum (Straus).</summary>
[SkipLocalsInit]
internal static class EdwardsMultiplication
{
    /// <summary>Odd multiples 1, 3, … 15 of each point.</summary>
    private const int TableSize = 8, WindowBits = 5;

    /// <summary>Odd multiples up to 127 of the base point, made once.</summary>
    private const int BaseTableSize = 64, BaseWindowBits = 8;

    /// <summary>Digits of a recoded scalar: one more than its bits.</summary>
    private const int Digits = 256;

    /// <summary>Points that share one run of doublings; bounds the tables to some 330 kB.</summary>
    private const int MaxRun = 256;

    private static readonly Lazy<EdwardsSummand[]> BaseTable = new(MakeBaseTable);

    /// <summary>b·B + Σ s_i·P_i of any number of points.</summary>
    /// <param name="ofBase">b, often zero.</param>
    internal static EdwardsPoint LinearCombination(PublicScalar ofBase, ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<EdwardsPoint> points)
    {
        var first = Math.Min(MaxRun, points.Length);
        var sum = Run(ofBase, scalars[..first], points[..first]);
        for (var at = first; at < points.Length; at += MaxRun)
        {
            var count = Math.Min(MaxRun, points.Length - at);
            sum += Run(ofBase.Group.Zero, scalars.Slice(at, count), points.Slice(at, count));
        }
        return sum;
    }

    /// <summary>x·P for a party's coordinate: plain double and add, since a table would cost more.</summary>
    internal static EdwardsPoint MultiplySmall(ushort x, in EdwardsPoint point)
    {
        if (x <= 1)
            return x == 1 ? point : EdwardsPoint.Identity;
        var product = point;
        var summand = new EdwardsSummand(point);
        for (var bit = 30 - System.Numerics.BitOperations.LeadingZeroCount((uint)x); bit >= 0; bit--)
        {
            EdwardsPoint.Double(product, out product);
            if (((x >> bit) & 1) == 1)
                EdwardsPoint.Add(product, summand, out product);
        }
        return product;
    }

    private static EdwardsPoint Run(PublicScalar ofBase, ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<EdwardsPoint> points)
    {
        var tables = ArrayPool<EdwardsSummand>.Shared.Rent(points.Length * TableSize);
        var digits = ArrayPool<sbyte>.Shared.Rent(points.Length * Digits);
        Span<sbyte> baseDigits = stackalloc sbyte[Digits];
        var baseTable = BaseTable.Value;
        var top = Recode(ofBase, BaseWindowBits, baseDigits);
        for (var i = 0; i < points.Length; i++)
        {
            FillTable(points[i], tables.AsSpan(i * TableSize, TableSize));
            top = Math.Max(top, Recode(scalars[i], WindowBits, digits.AsSpan(i * Digits, Digits)));
        }
        var sum = EdwardsPoint.Identity;
        for (var at = top; at >= 0; at--)
        {
            EdwardsPoint.Double(sum, out sum);
            AddDigit(ref sum, baseDigits[at], baseTable);
            for (var i = 0; i < points.Length; i++)
                AddDigit(ref sum, digits[i * Digits + at], tables.AsSpan(i * TableSize, TableSize));
        }
        ArrayPool<EdwardsSummand>.Shared.Return(tables);
        ArrayPool<sbyte>.Shared.Return(digits);
        return sum;
    }

    private static void AddDigit(ref EdwardsPoint sum, sbyte digit, ReadOnlySpan<EdwardsSummand> table)
    {
        if (digit > 0)
            EdwardsPoint.Add(sum, table[digit / 2], out sum);
        else if (digit < 0)
            EdwardsPoint.Subtract(sum, table[-digit / 2], out sum);
    }

    private static EdwardsSummand[] MakeBaseTable()
    {
        var table = new EdwardsSummand[BaseTableSize];
        FillTable(((Ed25519Point)Ed25519Group.Instance.Generator).Coordinates, table);
        return table;
    }

    private static void FillTable(in EdwardsPoint point, Span<EdwardsSummand> table)
    {
        EdwardsPoint.Double(point, out var twice);
        var step = new EdwardsSummand(twice);
        var multiple = point;
        table[0] = new(point);
        for (var k = 1; k < table.Length; k++)
        {
            EdwardsPoint.Add(multiple, step, out multiple);
            table[k] = new(multiple);
        }
    }

    /// <summary>Digits that are 0 or odd and below 2^(w−1) in size, any two of them at least w places apart (width-w NAF).</summary>
    /// <returns>The highest place that is not 0; −1 for zero.</returns>
    private static int Recode(PublicScalar scalar, int windowBits, Span<sbyte> digits)
    {
        Span<byte> bytes = stackalloc byte[IGroup.ScalarSize];
        scalar.CopyTo(bytes);
        digits.Clear();
        var (top, carry, bit) = (-1, 0, 0);
        while (bit < Digits)
        {
            if (BitsAt(bytes, bit, 1) == carry)
            {
                bit++;
                continue;
            }
            // ℓ < 2^253: the last window ends, carry included, before place 256.
            var width = Math.Min(windowBits, Digits - bit);
            var value = BitsAt(bytes, bit, width) + carry;
            carry = value >> (windowBits - 1) & 1;
            value -= carry << windowBits;
            digits[bit] = (sbyte)value;
            top = bit;
            bit += width;
        }
        return top;
    }

    private static int BitsAt(ReadOnlySpan<byte> bytes, int bit, int count)
    {
        var window = bytes[bit / 8] | (bit / 8 + 1 < bytes.Length ? bytes[bit / 8 + 1] << 8 : 0);
        return window >> (bit % 8) & ((1 << count) - 1);
    }
}
