using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Mutation;

/// <summary>DER: tags of one byte, which certificates and keys keep to.</summary>
internal sealed class DerTree : ITreeFormat
{
    private const byte Constructed = 0x20;
    private const byte Sequence = 0x30;
    private const int MaxDepth = 32;

    private static readonly byte[] s_tags = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0c, 0x13, 0x17, 0x18, 0x30, 0x31, 0xa0, 0xa1, 0xa2, 0xa3, 0x00, 0xff, 0x1f];

    public static DerTree Format { get; } = new();

    public List<TreeNode>? Parse(byte[] bytes) => Parse(bytes, 0);

    private static List<TreeNode>? Parse(ReadOnlySpan<byte> rest, int depth)
    {
        List<TreeNode> nodes = [];
        while (!rest.IsEmpty)
        {
            if (rest.Length < 2 || depth > MaxDepth)
                return null;
            var (tag, length, header) = (rest[0], (int)rest[1], 2);
            if (length >= 0x80)
            {
                var width = length - 0x80;
                if (width is 0 or > 3 || rest.Length < 2 + width)
                    return null;
                length = 0;
                for (var i = 0; i < width; i++)
                    length = length << 8 | rest[2 + i];
                header += width;
            }
            if (rest.Length < header + length)
                return null;
            var content = rest.Slice(header, length);
            rest = rest[(header + length)..];
            nodes.Add(new(tag, content.ToArray(), (tag & Constructed) != 0 ? Parse(content, depth + 1) : null));
        }
        return nodes;
    }

    public byte[] Write(IReadOnlyList<TreeNode> nodes)
    {
        using var stream = new MemoryStream();
        foreach (var node in nodes)
        {
            var content = node.Children is { } children ? Write(children) : node.Content;
            stream.WriteByte((byte)node.Kind);
            PutLength(stream, content.Length, node.Length);
            stream.Write(content);
        }
        return stream.ToArray();
    }

    private static void PutLength(MemoryStream stream, int length, LengthForm form)
    {
        switch (form)
        {
            case LengthForm.Endless: // the indefinite form of BER
                stream.WriteByte(0x80);
                return;
            case LengthForm.TooLarge:
                length++;
                break;
            case LengthForm.TooSmall:
                length = Math.Max(0, length - 1);
                break;
            case LengthForm.Longer:
                stream.Write([0x84, (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length]);
                return;
            case LengthForm.Shortest:
                break;
        }
        if (length < 0x80)
            stream.WriteByte((byte)length);
        else if (length < 0x100)
            stream.Write([0x81, (byte)length]);
        else
            stream.Write(length < 0x10000 ? [0x82, (byte)(length >> 8), (byte)length] : [0x83, (byte)(length >> 16), (byte)(length >> 8), (byte)length]);
    }

    public ulong ChangeKind(ulong kind, Dice dice) => dice.OneIn(3) ? dice.Byte() : dice.Pick(s_tags);

    public TreeNode Wrap(TreeNode inner) => new(Sequence, [], [inner]);
}

/// <summary>PEM: the DER in it, or its lines.</summary>
internal static class PemChanges
{
    public static byte[] Apply(byte[] input, IReadOnlyList<byte[]> seeds, Dice dice)
    {
        var text = System.Text.Encoding.Latin1.GetString(input);
        if (dice.OneIn(3) || !System.Security.Cryptography.PemEncoding.TryFind(text, out var fields))
            return YamlChanges.ApplyLines(input, seeds, dice);
        var der = new byte[fields.DecodedDataLength];
        if (!Convert.TryFromBase64String(text[fields.Base64Data], der, out var count))
            return ByteChanges.Apply(input, seeds, dice);
        var changed = TreeChanges.Apply(DerTree.Format, der[..count], [der[..count]], dice);
        return System.Text.Encoding.Latin1.GetBytes(
            text[..fields.Location.Start.Value] + System.Security.Cryptography.PemEncoding.WriteString(text[fields.Label], changed) + text[fields.Location.End.Value..]);
    }
}
