using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Mutation;

/// <summary>RLP, also behind the type byte of a typed transaction.</summary>
internal sealed class RlpTree : ITreeFormat
{
    private const ulong String = 0;
    private const ulong List = 1;
    private const ulong TypeByte = 2;
    private const int MaxDepth = 64;

    public static RlpTree Format { get; } = new();

    public List<TreeNode>? Parse(byte[] bytes)
    {
        if (bytes.Length > 1 && bytes[0] is > 0 and < 0x80 && Parse(bytes.AsSpan(1), 0) is { } typed)
            return [new(TypeByte, bytes[..1]), .. typed];
        return Parse(bytes.AsSpan(), 0);
    }

    private static List<TreeNode>? Parse(ReadOnlySpan<byte> rest, int depth)
    {
        List<TreeNode> nodes = [];
        while (!rest.IsEmpty)
        {
            var first = rest[0];
            if (first < 0x80)
            {
                nodes.Add(new(String, [first]));
                rest = rest[1..];
                continue;
            }
            var isList = first >= 0xc0;
            var length = first - (isList ? 0xc0 : 0x80);
            var header = 1;
            if (length > 55)
            {
                var width = length - 55;
                if (rest.Length < 1 + width || width > 3)
                    return null;
                length = 0;
                for (var i = 0; i < width; i++)
                    length = length << 8 | rest[1 + i];
                header += width;
            }
            if (rest.Length < header + length || depth > MaxDepth)
                return null;
            var content = rest.Slice(header, length);
            rest = rest[(header + length)..];
            if (!isList)
                nodes.Add(new(String, content.ToArray()));
            else if (Parse(content, depth + 1) is { } children)
                nodes.Add(new(List, [], children));
            else
                return null;
        }
        return nodes;
    }

    public byte[] Write(IReadOnlyList<TreeNode> nodes)
    {
        using var stream = new MemoryStream();
        foreach (var node in nodes)
        {
            var content = node.Children is { } children ? Write(children) : node.Content;
            if (node.Kind == TypeByte || (node.Kind == String && content is [< 0x80] && node.Length == LengthForm.Shortest))
            {
                stream.Write(content);
                continue;
            }
            PutHeader(stream, node.Kind == String ? (byte)0x80 : (byte)0xc0, content.Length, node.Length);
            stream.Write(content);
        }
        return stream.ToArray();
    }

    private static void PutHeader(MemoryStream stream, byte offset, int length, LengthForm form)
    {
        var said = form switch
        {
            LengthForm.TooLarge => (ulong)length + 1,
            LengthForm.TooSmall => (ulong)Math.Max(0, length - 1),
            LengthForm.Endless => ulong.MaxValue,
            _ => (ulong)length,
        };
        if (said <= 55 && form != LengthForm.Longer)
        {
            stream.WriteByte((byte)(offset + said));
            return;
        }
        var width = form == LengthForm.Longer ? 4 : (71 - (int)ulong.LeadingZeroCount(said)) / 8;
        stream.WriteByte((byte)(offset + 55 + width));
        for (var i = width - 1; i >= 0; i--)
            stream.WriteByte((byte)(said >> (8 * i)));
    }

    public ulong ChangeKind(ulong kind, Dice dice) => (ulong)dice.Below(3);

    public TreeNode Wrap(TreeNode inner) => new(List, [], [inner]);
}
