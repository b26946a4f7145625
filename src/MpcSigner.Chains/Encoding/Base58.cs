using System.Diagnostics.CodeAnalysis;

namespace MpcSigner.Chains.Encoding;

/// <summary>Base58 with Bitcoin's alphabet, as Solana writes addresses, hashes and signatures. For public values: the time depends on them.</summary>
/// <remarks>A leading zero byte is a leading '1', one to one, so that every byte string has exactly one text.</remarks>
public static class Base58
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    /// <summary>The most bytes either direction takes: a Solana transaction. The work grows with the square.</summary>
    public const int MaxBytes = 1232;

    /// <exception cref="ArgumentOutOfRangeException">More than <see cref="MaxBytes"/>.</exception>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaxBytes, nameof(bytes));
        var zeros = bytes.IndexOfAnyExcept((byte)0);
        if (zeros < 0)
            return new string(Alphabet[0], bytes.Length);

        var digits = new byte[MaxDigits(bytes.Length - zeros)]; // base 58, least significant first
        var count = 0;
        foreach (var b in bytes[zeros..])
        {
            int carry = b;
            for (var i = 0; i < count; i++)
            {
                carry += digits[i] << 8;
                digits[i] = (byte)(carry % 58);
                carry /= 58;
            }
            for (; carry > 0; carry /= 58)
                digits[count++] = (byte)(carry % 58);
        }

        return string.Create(zeros + count, (digits, zeros, count), static (text, state) =>
        {
            text[..state.zeros].Fill(Alphabet[0]);
            for (var i = 0; i < state.count; i++)
                text[state.zeros + i] = Alphabet[state.digits[state.count - 1 - i]];
        });
    }

    /// <summary>False for a character outside the alphabet (blanks too), or for more than <paramref name="maxBytes"/> bytes.</summary>
    /// <param name="maxBytes">0..<see cref="MaxBytes"/>.</param>
    public static bool TryDecode(ReadOnlySpan<char> text, int maxBytes, [NotNullWhen(true)] out byte[]? bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxBytes, MaxBytes);
        bytes = null;
        var zeros = text.IndexOfAnyExcept(Alphabet[0]);
        if (zeros < 0)
            zeros = text.Length;
        if (zeros > maxBytes || text.Length - zeros > MaxDigits(maxBytes - zeros))
            return false;

        var reversed = new byte[maxBytes - zeros]; // least significant first
        var count = 0;
        foreach (var c in text[zeros..])
        {
            var carry = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (carry < 0)
                return false;
            for (var i = 0; i < count; i++)
            {
                carry += reversed[i] * 58;
                reversed[i] = (byte)(carry & 0xff);
                carry >>= 8;
            }
            for (; carry > 0; carry >>= 8)
            {
                if (count == reversed.Length)
                    return false;
                reversed[count++] = (byte)(carry & 0xff);
            }
        }

        bytes = new byte[zeros + count];
        for (var i = 0; i < count; i++)
            bytes[zeros + i] = reversed[count - 1 - i];
        return true;
    }

    /// <summary>log(256)/log(58) = 1.3657… digits a byte, rounded up.</summary>
    private static int MaxDigits(int bytes) => bytes * 138 / 100 + 1;
}
