namespace MpcSigner.Cryptography.Secrets.Sealing;

/// <summary>Crockford's base 32 of secret bytes: no table and no branch that a secret chooses.</summary>
internal static class SecretBase32
{
    internal const int BytesPerGroup = 5;
    internal const int SymbolsPerGroup = 8;

    private const int Bits = 5, Radix = 32;

    /// <param name="bytes">5 bytes.</param>
    /// <param name="symbols">8 characters.</param>
    internal static void Encode(ReadOnlySpan<byte> bytes, Span<byte> symbols)
    {
        var group = 0L;
        for (var i = 0; i < BytesPerGroup; i++)
            group = group << 8 | bytes[i];
        for (var i = SymbolsPerGroup - 1; i >= 0; i--, group >>= Bits)
            symbols[i] = (byte)SymbolOf((int)(group & (Radix - 1)));
    }

    /// <summary>False, and every symbol read all the same, if one is none.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> symbols, Span<byte> bytes)
    {
        var (group, known) = (0L, -1);
        for (var i = 0; i < SymbolsPerGroup; i++)
        {
            var (value, found) = ValueOf(symbols[i]);
            group = group << Bits | (uint)value;
            known &= found;
        }
        for (var i = BytesPerGroup - 1; i >= 0; i--, group >>= 8)
            bytes[i] = (byte)(group & 0xff);
        return known == -1;
    }

    /// <summary>0–9, A–Z without I, L, O and U.</summary>
    private static int SymbolOf(int value) =>
        value + '0' + ('A' - '9' - 1 & Above(value, 9)) + (1 & Above(value, 17)) + (1 & Above(value, 19)) + (1 & Above(value, 21)) + (1 & Above(value, 26));

    /// <returns>The value, and −1 if the character is a symbol, else 0.</returns>
    private static (int Value, int Found) ValueOf(byte character)
    {
        var letter = character - (0x20 & Above(character, 'a' - 1) & ~Above(character, 'z')); // upper case
        var (value, found) = (0, 0);
        for (var candidate = 0; candidate < Radix; candidate++)
        {
            var same = Same(letter, SymbolOf(candidate));
            (value, found) = (value | candidate & same, found | same);
        }
        var one = Same(letter, 'I') | Same(letter, 'L');
        return (value | 1 & one, found | one | Same(letter, 'O'));
    }

    /// <summary>−1 if a &gt; b, else 0; both small.</summary>
    private static int Above(int a, int b) => b - a >> 31;

    private static int Same(int a, int b) => ~(Above(a, b) | Above(b, a));
}
