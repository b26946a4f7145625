using MpcSigner.Fuzz.Engine;

namespace MpcSigner.Fuzz.Mutation;

/// <summary>A piece of a nested encoding.</summary>
/// <param name="kind">Tag, wire type or whatever the format tells pieces apart by.</param>
internal sealed class TreeNode(ulong kind, byte[] content, List<TreeNode>? children = null)
{
    public ulong Kind { get; set; } = kind;

    /// <summary>Of a leaf.</summary>
    public byte[] Content { get; set; } = content;

    public List<TreeNode>? Children { get; set; } = children;

    /// <summary>Says its length in a form that is longer than it has to be, or wrong.</summary>
    public LengthForm Length { get; set; }

    public TreeNode Copy() => new(Kind, Content, Children?.ConvertAll(static child => child.Copy())) { Length = Length };
}

internal enum LengthForm
{
    Shortest,
    Longer,
    TooLarge,
    TooSmall,
    Endless,
}

/// <summary>A nested encoding that can be taken apart and put together.</summary>
internal interface ITreeFormat
{
    /// <summary>Null where the bytes are none of it.</summary>
    List<TreeNode>? Parse(byte[] bytes);

    byte[] Write(IReadOnlyList<TreeNode> nodes);

    /// <summary>Another kind for a node.</summary>
    ulong ChangeKind(ulong kind, Dice dice);

    /// <summary>A node around another.</summary>
    TreeNode Wrap(TreeNode inner);
}

/// <summary>Changes of nodes in their tree; lengths around them stay true unless one is the change.</summary>
internal static class TreeChanges
{
    private const int DeepestWrap = 200;

    public static byte[] Apply(ITreeFormat format, byte[] input, IReadOnlyList<byte[]> seeds, Dice dice)
    {
        if (format.Parse(input) is not { Count: > 0 } roots)
            return ByteChanges.Apply(input, seeds, dice);
        List<(List<TreeNode> Parent, int Index)> places = [];
        Collect(roots, places, 0);
        var (siblings, index) = dice.Pick(places);
        var node = siblings[index];
        switch (dice.Below(11))
        {
            case 0:
                siblings.RemoveAt(index);
                break;
            case 1:
                siblings.Insert(dice.Below(siblings.Count + 1), node.Copy());
                break;
            case 2:
                Repeat(siblings, node, dice);
                break;
            case 3:
                (siblings[index], siblings[0]) = (siblings[0], siblings[index]);
                break;
            case 4:
                node.Kind = format.ChangeKind(node.Kind, dice);
                break;
            case 5:
                node.Length = (LengthForm)(1 + dice.Below(4));
                break;
            case 6:
                Deepen(format, siblings, index, dice);
                break;
            case 7:
                Graft(format, siblings, index, seeds, dice);
                break;
            case 8:
                (node.Content, node.Children) = (node.Children is null ? dice.Bytes(dice.Size(300)) : [], null);
                break;
            default:
                ChangeLeaf(node, dice);
                break;
        }
        return format.Write(roots);
    }

    private static void Collect(List<TreeNode> nodes, List<(List<TreeNode>, int)> places, int depth)
    {
        for (var i = 0; i < nodes.Count && places.Count < 4_096; i++)
        {
            places.Add((nodes, i));
            if (nodes[i].Children is { } children && depth < 64)
                Collect(children, places, depth + 1);
        }
    }

    private static void Repeat(List<TreeNode> siblings, TreeNode node, Dice dice)
    {
        for (var i = dice.Size(1_000); i > 0; i--)
            siblings.Add(node);
    }

    private static void Deepen(ITreeFormat format, List<TreeNode> siblings, int index, Dice dice)
    {
        var node = siblings[index];
        for (var i = dice.Size(DeepestWrap); i > 0; i--)
            node = format.Wrap(node);
        siblings[index] = node;
    }

    /// <summary>A node of another seed takes this one's place.</summary>
    private static void Graft(ITreeFormat format, List<TreeNode> siblings, int index, IReadOnlyList<byte[]> seeds, Dice dice)
    {
        if (format.Parse(dice.Pick(seeds)) is not { Count: > 0 } others)
            return;
        List<(List<TreeNode> Parent, int Index)> places = [];
        Collect(others, places, 0);
        var (parent, at) = dice.Pick(places);
        siblings[index] = parent[at];
    }

    private static void ChangeLeaf(TreeNode node, Dice dice)
    {
        while (node.Children is { Count: > 0 } children)
            node = dice.Pick(children);
        node.Children = null;
        node.Content = ByteChanges.Apply(node.Content, [node.Content], dice);
    }
}
