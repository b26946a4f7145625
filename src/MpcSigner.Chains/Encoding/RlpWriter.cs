using System.Numerics;

namespace MpcSigner.Chains.Encoding;

/// <summary>Writes RLP in its one encoding: the counterpart of <see cref="RlpReader"/>.</summary>
internal static class RlpWriter
{
    private const byte StringBase = 0x80;
    private const byte ListBase = 0xc0;
    private const int MaxShort = 55;

    public static byte[] String(ReadOnlySpan<byte> value) => value is [< StringBase] ? [value[0]] : [.. Prefix(StringBase, value.Length), .. value];

    /// <param name="value">Not negative.</param>
    public static byte[] Integer(BigInteger value) => value.IsZero ? String([]) : String(value.ToByteArray(isUnsigned: true, isBigEndian: true));

    /// <param name="items">Encoded items, one behind the other.</param>
    public static byte[] List(ReadOnlySpan<byte> items) => [.. Prefix(ListBase, items.Length), .. items];

    private static byte[] Prefix(byte form, int length)
    {
        if (length <= MaxShort)
            return [(byte)(form + length)];
        var digits = new BigInteger(length).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [(byte)(form + MaxShort + digits.Length), .. digits];
    }
}
