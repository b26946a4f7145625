using System.Buffers.Binary;
using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Mutation;

/// <summary>Changes that need to know nothing of the form.</summary>
internal static class ByteChanges
{
    private static readonly byte[] s_edges = [0, 1, 2, 0x7f, 0x80, 0x81, 0xfe, 0xff];

    /// <summary>Widths of fields that are everywhere in our formats: numbers, pids, indices, ids, points, signatures.</summary>
    private static readonly int[] s_fields = [1, 2, 4, 8, 16, 32, 33, 34, 64];

    public static byte[] Apply(byte[] input, IReadOnlyList<byte[]> seeds, Dice dice) => dice.Below(13) switch
    {
        0 => FlipBit(input, dice),
        1 => SetByte(input, dice),
        2 or 3 => SetNumber(input, dice),
        4 => input[..dice.Below(input.Length + 1)],
        5 => [.. input, .. dice.OneIn(2) ? dice.Bytes(dice.Size(256)) : new byte[dice.Size(256)]],
        6 => Delete(input, dice),
        7 => Insert(input, dice.Bytes(dice.Size(512)), dice),
        8 => Insert(input, Piece(input, dice), dice),
        9 => Insert(input, Piece(dice.Pick(seeds), dice), dice),
        10 => Splice(input, dice.Pick(seeds), dice),
        11 => SwapFields(input, dice),
        _ => Overwrite(input, dice.OneIn(2) ? dice.Pick(seeds) : input, dice),
    };

    private static byte[] FlipBit(byte[] input, Dice dice) => Changed(input, dice, static (bytes, at, dice) => bytes[at] ^= (byte)(1 << dice.Below(8)));

    private static byte[] SetByte(byte[] input, Dice dice) =>
        Changed(input, dice, static (bytes, at, dice) => bytes[at] = dice.OneIn(2) ? dice.Pick(s_edges) : dice.Byte());

    private static byte[] Changed(byte[] input, Dice dice, Action<byte[], int, Dice> change)
    {
        if (input.Length == 0)
            return [dice.Byte()];
        byte[] changed = [.. input];
        change(changed, dice.Below(changed.Length), dice);
        return changed;
    }

    /// <summary>An edge of its type, or next to what it was.</summary>
    private static byte[] SetNumber(byte[] input, Dice dice)
    {
        var width = dice.Pick([1, 2, 4, 8]);
        if (input.Length < width)
            return input;
        byte[] changed = [.. input];
        WriteNumber(changed.AsSpan(dice.Below(input.Length - width + 1), width), dice, input.Length);
        return changed;
    }

    public static void WriteNumber(Span<byte> field, Dice dice, int length)
    {
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        field.CopyTo(wide[(8 - field.Length)..]);
        var was = BinaryPrimitives.ReadUInt64BigEndian(wide);
        var most = field.Length == 8 ? ulong.MaxValue : (1UL << (8 * field.Length)) - 1;
        var value = dice.Below(10) switch
        {
            0 => 0UL,
            1 => 1UL,
            2 => most,
            3 => most >> 1,
            4 => (most >> 1) + 1,
            5 => was + 1,
            6 => was - 1,
            7 => (ulong)length,
            8 => was * 2,
            _ => dice.Next(),
        };
        BinaryPrimitives.WriteUInt64BigEndian(wide, value);
        wide[(8 - field.Length)..].CopyTo(field);
        if (dice.OneIn(4))
            field.Reverse();
    }

    private static byte[] Delete(byte[] input, Dice dice)
    {
        var at = dice.Below(input.Length);
        var count = Math.Min(dice.OneIn(2) ? dice.Pick(s_fields) : dice.Size(512), input.Length - at);
        return [.. input.AsSpan(0, at), .. input.AsSpan(at + count)];
    }

    private static byte[] Insert(byte[] input, byte[] piece, Dice dice)
    {
        var at = dice.Below(input.Length + 1);
        return [.. input.AsSpan(0, at), .. piece, .. input.AsSpan(at)];
    }

    private static byte[] Piece(byte[] from, Dice dice)
    {
        var at = dice.Below(from.Length);
        return from[at..Math.Min(from.Length, at + (dice.OneIn(2) ? dice.Pick(s_fields) : dice.Size(2_048)))];
    }

    private static byte[] Splice(byte[] input, byte[] other, Dice dice) =>
        [.. input.AsSpan(0, dice.Below(input.Length + 1)), .. other.AsSpan(dice.Below(other.Length + 1))];

    private static byte[] SwapFields(byte[] input, Dice dice)
    {
        var width = dice.Pick(s_fields);
        if (input.Length < 2 * width)
            return input;
        byte[] changed = [.. input];
        var (one, other) = (dice.Below(input.Length - width + 1), dice.Below(input.Length - width + 1));
        input.AsSpan(one, width).CopyTo(changed.AsSpan(other));
        input.AsSpan(other, width).CopyTo(changed.AsSpan(one));
        return changed;
    }

    /// <summary>A field of one message in the place of the same of another.</summary>
    private static byte[] Overwrite(byte[] input, byte[] from, Dice dice)
    {
        var width = Math.Min(dice.Pick(s_fields), Math.Min(input.Length, from.Length));
        var at = dice.Below(Math.Min(input.Length, from.Length) - width + 1);
        byte[] changed = [.. input];
        from.AsSpan(dice.OneIn(2) ? at : dice.Below(from.Length - width + 1), width).CopyTo(changed.AsSpan(at));
        return changed;
    }
}
