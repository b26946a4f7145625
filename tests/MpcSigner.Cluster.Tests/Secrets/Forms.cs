using System.Buffers.Binary;
using System.Text;

namespace MpcSigner.Cluster.Tests.Secrets;

/// <summary>The forms in which a copy of a value is looked for.</summary>
internal static class Forms
{
    /// <summary>A single word left in a register's save slot or on a stack is a find too: 2⁻⁶⁴ of chance a place.</summary>
    private const int Word = 8;

    public static IEnumerable<Form> Of(Secret secret)
    {
        var bytes = secret.Bytes;
        yield return New("raw", bytes);
        yield return New("reversed", Reversed(bytes, bytes.Length));
        if (bytes.Length % Word == 0)
        {
            // Limbs: numbers held as four 64-bit words (or eight of 32 bits), the words in either order, each in either byte order.
            yield return New("64-bit limbs, highest first", Reversed(Reversed(bytes, bytes.Length), Word));
            yield return New("64-bit limbs, bytes swapped", Reversed(bytes, Word));
            yield return New("32-bit limbs, highest first", Reversed(Reversed(bytes, bytes.Length), 4));
            yield return New("32-bit limbs, bytes swapped", Reversed(bytes, 4));
            for (var at = 0; at < bytes.Length; at += Word)
                yield return New($"word at {at}", bytes[at..(at + Word)]);
        }
        if (bytes.Length == 32)
        {
            yield return New("21-bit limbs as libsodium's scalars", Limbs(bytes, bits: 21, count: 12));
            yield return New("51-bit limbs as libsodium's field elements", Limbs(bytes, bits: 51, count: 5));
        }
        foreach (var (name, text) in Texts(bytes))
        {
            yield return New(name, Encoding.ASCII.GetBytes(text));
            yield return New(name + ", UTF-16", Encoding.Unicode.GetBytes(text));
        }

        Form New(string encoding, byte[] pattern) => new(secret.Name, encoding, pattern);
    }

    private static IEnumerable<(string Name, string Text)> Texts(byte[] bytes)
    {
        yield return ("hex, lower case", Convert.ToHexStringLower(bytes));
        yield return ("hex, upper case", Convert.ToHexString(bytes));
        yield return ("hex, lower case, of the reversed", Convert.ToHexStringLower(Reversed(bytes, bytes.Length)));
        // Base64 of a text in which the value stands at any place: without the characters that neighbours share.
        for (var before = 0; before < 3; before++)
        {
            var text = Convert.ToBase64String([.. new byte[before], .. bytes]);
            var first = before == 0 ? 0 : before + 1;
            var whole = (before + bytes.Length) * 8 / 6;
            yield return ($"base64 at {before}", text[first..whole]);
            var url = text[first..whole].Replace('+', '-').Replace('/', '_');
            if (url != text[first..whole])
                yield return ($"base64url at {before}", url);
        }
    }

    /// <summary>Each group of so many bytes turned round.</summary>
    private static byte[] Reversed(byte[] bytes, int group)
    {
        var result = (byte[])bytes.Clone();
        for (var at = 0; at < result.Length; at += group)
            result.AsSpan(at, group).Reverse();
        return result;
    }

    private static byte[] Limbs(byte[] bytes, int bits, int count)
    {
        var value = new System.Numerics.BigInteger(bytes, isUnsigned: true);
        var limbs = new byte[count * sizeof(ulong)];
        for (var i = 0; i < count; i++)
        {
            // The last limb takes what is left.
            var limb = i == count - 1 ? value >> (bits * i) : (value >> (bits * i)) & ((System.Numerics.BigInteger.One << bits) - 1);
            BinaryPrimitives.WriteUInt64LittleEndian(limbs.AsSpan(i * sizeof(ulong)), (ulong)limb);
        }
        return limbs;
    }
}
