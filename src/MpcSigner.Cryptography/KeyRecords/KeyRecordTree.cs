using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Transcripts;

namespace MpcSigner.Cryptography.KeyRecords;

/// <summary>KHR: the binary Merkle tree over the KH of a batch (spec §9.1), split as RFC 6962 §2.1 splits. One key is a batch of one.</summary>
public static class KeyRecordTree
{
    /// <summary>Siblings of a leaf at most: ⌈log2 1,000⌉.</summary>
    public const int MaxPathLength = 10;

    /// <summary>The root, KHR.</summary>
    /// <param name="hashes">KH_0..KH_{N−1} in key order, 1..1,000.</param>
    public static Digest32 Root(ReadOnlySpan<Digest32> hashes)
    {
        CheckCount(hashes.Length);
        return RootOf(hashes);
    }

    /// <summary>The sibling hashes of leaf <paramref name="index"/>, from leaf to root (RFC 6962 §2.1.1).</summary>
    public static Digest32[] Path(ReadOnlySpan<Digest32> hashes, int index)
    {
        CheckCount(hashes.Length);
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, hashes.Length);
        var path = new Stack<Digest32>(MaxPathLength);
        while (hashes.Length > 1)
        {
            var split = Split(hashes.Length);
            var left = index < split;
            path.Push(RootOf(left ? hashes[split..] : hashes[..split]));
            hashes = left ? hashes[..split] : hashes[split..];
            index = left ? index : index - split;
        }
        return path.ToArray();
    }

    /// <summary>The <see cref="Path"/> of every leaf, in key order, with each node of the tree hashed once: one by one they would cost as many hashes as keys squared.</summary>
    /// <param name="hashes">KH_0..KH_{N−1} in key order, 1..1,000.</param>
    public static IReadOnlyList<IReadOnlyList<Digest32>> Paths(ReadOnlySpan<Digest32> hashes)
    {
        CheckCount(hashes.Length);
        var paths = new List<Digest32>[hashes.Length];
        for (var k = 0; k < paths.Length; k++)
            paths[k] = new(MaxPathLength);
        Collect(hashes, paths);
        return paths;
    }

    /// <summary>The root that a leaf and its path lead to; null if the path is not as long as the place asks for.</summary>
    /// <remarks>The climb of RFC 9162 §2.1.3.2. Index and count are hints: it is the root that is signed.</remarks>
    public static Digest32? RootFromPath(Digest32 hash, int index, int count, ReadOnlySpan<Digest32> path)
    {
        if (count is < 1 or > KeyLimits.MaxBatch || index < 0 || index >= count)
            return null;
        var (node, last, value) = (index, count - 1, Leaf(hash));
        foreach (var sibling in path)
        {
            if (last == 0)
                return null;
            if ((node & 1) == 1 || node == last)
            {
                value = Node(sibling, value);
                while ((node & 1) == 0 && node != 0)
                    (node, last) = (node >> 1, last >> 1);
            }
            else
            {
                value = Node(value, sibling);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        return last == 0 ? value : null;
    }

    private static Digest32 RootOf(ReadOnlySpan<Digest32> hashes)
    {
        if (hashes.Length == 1)
            return Leaf(hashes[0]);
        var split = Split(hashes.Length);
        return Node(RootOf(hashes[..split]), RootOf(hashes[split..]));
    }

    /// <summary>The root; each leaf's path is given the sibling at this height.</summary>
    private static Digest32 Collect(ReadOnlySpan<Digest32> hashes, ReadOnlySpan<List<Digest32>> paths)
    {
        if (hashes.Length == 1)
            return Leaf(hashes[0]);
        var split = Split(hashes.Length);
        var (left, right) = (Collect(hashes[..split], paths[..split]), Collect(hashes[split..], paths[split..]));
        foreach (var path in paths[..split])
            path.Add(right);
        foreach (var path in paths[split..])
            path.Add(left);
        return Node(left, right);
    }

    private static Digest32 Leaf(Digest32 hash) => new TranscriptHash(Tags.KeyRecordLeaf).Digest(hash).ToDigest();

    private static Digest32 Node(Digest32 left, Digest32 right) =>
        new TranscriptHash(Tags.KeyRecordNode).Digest(left).Digest(right).ToDigest();

    /// <summary>The largest power of two below the count.</summary>
    private static int Split(int count) => 1 << (31 - int.LeadingZeroCount(count - 1));

    private static void CheckCount(int count)
    {
        if (count is < 1 or > KeyLimits.MaxBatch)
            throw new ArgumentOutOfRangeException(nameof(count), count, $"a batch has 1..{KeyLimits.MaxBatch} keys");
    }
}
