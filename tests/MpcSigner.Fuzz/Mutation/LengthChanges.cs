using System.Buffers.Binary;
using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Mutation;

/// <summary>
/// Changes at the joints of fixed encodings. Joints are found by what they say: a number whose value is a length that fits behind it, or a small count.
/// Some changes keep the lengths true, so that what stands further inside is reached.
/// </summary>
internal static class LengthChanges
{
    /// <summary>Where a block begins behind its length.</summary>
    private readonly record struct Joint(int At, int Width, int Length);

    public static byte[] Apply(byte[] input, Dice dice)
    {
        var joints = Find(input);
        if (joints.Count == 0 || dice.OneIn(3))
            return SetCount(input, dice);
        var joint = dice.Pick(joints);
        return dice.Below(3) switch
        {
            0 => SetLength(input, joint, dice),
            1 => Resize(input, joint, dice),
            _ => ChangeInside(input, joint, dice),
        };
    }

    private static List<Joint> Find(byte[] input)
    {
        List<Joint> joints = [];
        for (var at = 0; at + 2 <= input.Length && joints.Count < 256; at++)
        {
            if (at + 4 <= input.Length && BinaryPrimitives.ReadUInt32BigEndian(input.AsSpan(at)) is > 0 and var four && four <= input.Length - at - 4)
                joints.Add(new(at, 4, (int)four));
            else if (BinaryPrimitives.ReadUInt16BigEndian(input.AsSpan(at)) is > 15 and var two && two <= input.Length - at - 2)
                joints.Add(new(at, 2, two));
        }
        return joints;
    }

    private static byte[] SetLength(byte[] input, Joint joint, Dice dice)
    {
        byte[] changed = [.. input];
        ByteChanges.WriteNumber(changed.AsSpan(joint.At, joint.Width), dice, input.Length);
        return changed;
    }

    /// <summary>The block becomes longer or shorter, and its length says so.</summary>
    private static byte[] Resize(byte[] input, Joint joint, Dice dice)
    {
        var start = joint.At + joint.Width;
        var block = input.AsSpan(start, joint.Length).ToArray();
        block = dice.OneIn(2) ? block[..dice.Below(block.Length)] : [.. block, .. dice.Bytes(dice.Size(512))];
        return Join(input, joint, block);
    }

    private static byte[] ChangeInside(byte[] input, Joint joint, Dice dice)
    {
        var block = input.AsSpan(joint.At + joint.Width, joint.Length).ToArray();
        return Join(input, joint, ByteChanges.Apply(block, [block], dice));
    }

    private static byte[] Join(byte[] input, Joint joint, byte[] block)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, block.Length);
        return [.. input.AsSpan(0, joint.At), .. length.AsSpan(4 - joint.Width), .. block, .. input.AsSpan(joint.At + joint.Width + joint.Length)];
    }

    /// <summary>A small number, which may well be a count, a version or a kind, becomes another.</summary>
    private static byte[] SetCount(byte[] input, Dice dice)
    {
        List<int> small = [];
        for (var at = 0; at < input.Length && small.Count < 256; at++)
        {
            if (input[at] is > 0 and <= 32)
                small.Add(at);
        }
        if (small.Count == 0)
            return input;
        byte[] changed = [.. input];
        var place = dice.Pick(small);
        changed[place] = dice.Below(5) switch
        {
            0 => 0,
            1 => (byte)(changed[place] + 1),
            2 => (byte)(changed[place] - 1),
            3 => 0xff,
            _ => (byte)dice.Below(40),
        };
        return changed;
    }
}
