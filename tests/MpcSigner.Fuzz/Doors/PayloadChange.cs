using System.Buffers.Binary;

namespace MpcSigner.Fuzz.Doors;

/// <summary>Changes of one message, read from any bytes: which message it is, and up to eight edits of its payload.</summary>
internal sealed class PayloadChange(byte[] input)
{
    private const int Header = 2;
    private const int EditSize = 4;
    private const int MaxEdits = 8;

    /// <summary>A message that grew beyond this is what the reader's bound is for; one edit may reach it.</summary>
    private const int MaxGrowth = 70_000;

    /// <summary>The so many-th kind of message that the party sends.</summary>
    public int Message => input[0];

    /// <summary>The party that changes its message runs the operation itself.</summary>
    public bool Coordinates => (input[1] & 1) != 0;

    /// <summary>Only the first receiver is told it so.</summary>
    public bool ToOneOnly => (input[1] & 2) != 0;

    public static PayloadChange? Read(byte[] input) => input.Length >= Header + EditSize ? new(input) : null;

    public byte[] Of(ReadOnlySpan<byte> payload)
    {
        var bytes = payload.ToArray();
        for (var (at, edits) = (Header, 0); at + EditSize <= input.Length && edits < MaxEdits; at += EditSize, edits++)
            bytes = Edit(bytes, input[at] % 8, BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(at + 1)), input[at + 3]);
        return bytes;
    }

    private static byte[] Edit(byte[] bytes, int what, int where, byte value)
    {
        var at = bytes.Length == 0 ? 0 : where % bytes.Length;
        var run = Math.Min(32, bytes.Length - at);
        switch (what)
        {
            case 0 when bytes.Length > 0:
                bytes[at] ^= value == 0 ? (byte)1 : value;
                return bytes;
            case 1: // a run of one byte: a scalar or an element of zeros, or beyond its field
                bytes.AsSpan(at, run).Fill(value);
                return bytes;
            case 2: // one element in the place of another
                bytes.AsSpan(0, run).CopyTo(bytes.AsSpan(at, run));
                return bytes;
            case 3:
                return bytes[..at];
            case 4:
                return [.. bytes, .. new byte[1 + (value << 8 | where) % MaxGrowth]];
            case 5: // something falls out of the middle
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(Math.Min(bytes.Length, at + value))];
            case 6:
                return [.. bytes.AsSpan(0, at), .. new byte[value], .. bytes.AsSpan(at)];
            case 7: // two elements change places
                var other = bytes.AsSpan(0, run).ToArray();
                bytes.AsSpan(at, run).CopyTo(bytes);
                other.CopyTo(bytes.AsSpan(at));
                return bytes;
            default:
                return bytes;
        }
    }
}
