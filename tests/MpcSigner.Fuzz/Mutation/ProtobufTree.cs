using System.Buffers.Binary;
using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Mutation;

/// <summary>Protobuf without its schema: what parses as a message within a field may be one.</summary>
internal sealed class ProtobufTree : ITreeFormat
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Delimited = 2;
    private const int Fixed32 = 5;
    private const int MaxDepth = 24;

    public static ProtobufTree Format { get; } = new();

    public List<TreeNode>? Parse(byte[] bytes) => Parse(bytes, 0);

    private static List<TreeNode>? Parse(ReadOnlySpan<byte> rest, int depth)
    {
        List<TreeNode> nodes = [];
        while (!rest.IsEmpty)
        {
            if (!TryVarint(ref rest, out var tag) || tag >> 3 == 0)
                return null;
            int length;
            switch (tag & 7)
            {
                case Varint:
                    var before = rest;
                    if (!TryVarint(ref rest, out _))
                        return null;
                    nodes.Add(new(tag, before[..(before.Length - rest.Length)].ToArray()));
                    continue;
                case Fixed64:
                    length = 8;
                    break;
                case Fixed32:
                    length = 4;
                    break;
                case Delimited:
                    if (!TryVarint(ref rest, out var said) || said > (ulong)rest.Length)
                        return null;
                    length = (int)said;
                    break;
                default:
                    return null;
            }
            if (rest.Length < length)
                return null;
            var content = rest[..length];
            rest = rest[length..];
            var inner = (tag & 7) == Delimited && length > 1 && depth < MaxDepth ? Parse(content, depth + 1) : null;
            nodes.Add(new(tag, content.ToArray(), inner));
        }
        return nodes;
    }

    public byte[] Write(IReadOnlyList<TreeNode> nodes)
    {
        using var stream = new MemoryStream();
        foreach (var node in nodes)
        {
            PutVarint(stream, node.Kind, 0);
            var content = node.Children is { } children ? Write(children) : node.Content;
            if ((node.Kind & 7) == Delimited)
            {
                var said = node.Length switch
                {
                    LengthForm.TooLarge => (ulong)content.Length + 1,
                    LengthForm.TooSmall => (ulong)Math.Max(0, content.Length - 1),
                    LengthForm.Endless => ulong.MaxValue,
                    _ => (ulong)content.Length,
                };
                PutVarint(stream, said, node.Length == LengthForm.Longer ? 2 : 0);
            }
            stream.Write(content);
        }
        return stream.ToArray();
    }

    public ulong ChangeKind(ulong kind, Dice dice) => dice.Below(4) switch
    {
        0 => (kind & 7) | ((1UL + (uint)dice.Below(40)) << 3),
        1 => (kind & ~7UL) | (uint)dice.Below(8),
        2 => dice.Next() >> dice.Below(64),
        _ => (kind & 7) | (((1UL << 29) - 1) << 3),
    };

    public TreeNode Wrap(TreeNode inner) => new((inner.Kind & ~7UL) | Delimited, [], [inner]);

    private static bool TryVarint(ref ReadOnlySpan<byte> rest, out ulong value)
    {
        value = 0;
        for (var i = 0; i < 10 && i < rest.Length; i++)
        {
            value |= (ulong)(rest[i] & 0x7f) << (7 * i);
            if (rest[i] >= 0x80)
                continue;
            rest = rest[(i + 1)..];
            return true;
        }
        return false;
    }

    /// <param name="padding">Bytes more than it needs.</param>
    private static void PutVarint(MemoryStream stream, ulong value, int padding)
    {
        for (; value >= 0x80 || padding > 0; value >>= 7)
        {
            if (value < 0x80)
                padding--;
            stream.WriteByte((byte)(value | 0x80));
        }
        stream.WriteByte((byte)value);
    }
}
