using System.Buffers;

namespace MpcSigner.Cryptography.Groups.Ed25519;

/// <summary>Variable-time multiplication of public points: signed sliding windows, the doublings shared by a whole sum (Straus).</summary>
internal static class EdwardsMultiplication
{
    /// <summary>Odd multiples 1, 3, … 15 of each point.</summary>
    private const int TableSize = 8, WindowBits = 5;

    /// <summary>Digits of a recoded scalar: one more than its bits.</summary>
    private const int Digits = 256;

    /// <summary>Points that share one run of doublings; bounds the tables to some 330 kB.</summary>
    private const int MaxRun = 256;

    /// <summary>Σ s_i·P_i of any number of points.</summary>
    internal static EdwardsPoint LinearCombination(ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<EdwardsPoint> points)
    {
        var sum = EdwardsPoint.Identity;
        for (var at = 0; at < points.Length; at += MaxRun)
        {
            var count = Math.Min(MaxRun, points.Length - at);
            sum += Run(scalars.Slice(at, count), points.Slice(at, count));
        }
        return sum;
    }

    /// <summary>x·P for a party's coordinate: plain double and add, since a table would cost more.</summary>
    internal static EdwardsPoint MultiplySmall(ushort x, in EdwardsPoint point)
    {
        var product = EdwardsPoint.Identity;
        var summand = new EdwardsSummand(point);
        for (var bit = 31 - System.Numerics.BitOperations.LeadingZeroCount((uint)x); bit >= 0; bit--)
        {
            EdwardsPoint.Double(product, out product);
            if (((x >> bit) & 1) == 1)
                EdwardsPoint.Add(product, summand, out product);
        }
        return product;
    }

    private static EdwardsPoint Run(ReadOnlySpan<PublicScalar> scalars, ReadOnlySpan<EdwardsPoint> points)
    {
        var tables = ArrayPool<EdwardsSummand>.Shared.Rent(points.Length * TableSize);
        var digits = ArrayPool<sbyte>.Shared.Rent(points.Length * Digits);
        var top = -1;
        for (var i = 0; i < points.Length; i++)
        {
            FillTable(points[i], tables.AsSpan(i * TableSize, TableSize));
            top = Math.Max(top, Recode(scalars[i], digits.AsSpan(i * Digits, Digits)));
        }
        var sum = EdwardsPoint.Identity;
        for (var at = top; at >= 0; at--)
        {
            EdwardsPoint.Double(sum, out sum);
            for (var i = 0; i < points.Length; i++)
            {
                var digit = digits[i * Digits + at];
                if (digit > 0)
                    EdwardsPoint.Add(sum, tables[i * TableSize + digit / 2], out sum);
                else if (digit < 0)
                    EdwardsPoint.Subtract(sum, tables[i * TableSize - digit / 2], out sum);
            }
        }
        ArrayPool<EdwardsSummand>.Shared.Return(tables);
        ArrayPool<sbyte>.Shared.Return(digits);
        return sum;
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

    /// <summary>Digits that are 0 or odd in −15..15, any two of them at least five places apart (width-5 NAF).</summary>
    /// <returns>The highest place that is not 0; −1 for zero.</returns>
    private static int Recode(PublicScalar scalar, Span<sbyte> digits)
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
            var width = Math.Min(WindowBits, Digits - bit);
            var value = BitsAt(bytes, bit, width) + carry;
            carry = value >> (WindowBits - 1) & 1;
            value -= carry << WindowBits;
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
