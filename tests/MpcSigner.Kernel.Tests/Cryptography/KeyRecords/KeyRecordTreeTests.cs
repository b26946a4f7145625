using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.KeyRecords;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.KeyRecords;

public sealed class KeyRecordTreeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(33)]
    [InlineData(1000)]
    public void Every_leaf_leads_to_the_root_and_no_other_place_does(int count)
    {
        var hashes = Hashes(count);
        var root = KeyRecordTree.Root(hashes);
        Assert.Equal(Reference(hashes), root);
        var all = KeyRecordTree.Paths(hashes);
        Assert.Equal(count, all.Count);
        for (var i = 0; i < count; i += 1 + count / 40)
        {
            var path = KeyRecordTree.Path(hashes, i);
            Assert.True(path.Length <= KeyRecordTree.MaxPathLength);
            Assert.Equal(path, all[i]);
            Assert.Equal(root, KeyRecordTree.RootFromPath(hashes[i], i, count, path));
            if (count == 1)
                continue;
            Assert.NotEqual(root, KeyRecordTree.RootFromPath(hashes[i], i ^ 1, count, path));
            Assert.NotEqual(root, KeyRecordTree.RootFromPath(hashes[(i + 1) % count], i, count, path));
            Assert.Null(KeyRecordTree.RootFromPath(hashes[i], i, count, path.AsSpan(1)));
            Assert.Null(KeyRecordTree.RootFromPath(hashes[i], i, count, [.. path, path[0]]));
        }
    }

    [Fact]
    public void Rejects_places_and_counts_out_of_range()
    {
        Assert.Null(KeyRecordTree.RootFromPath(default, 1, 1, []));
        Assert.Null(KeyRecordTree.RootFromPath(default, -1, 1, []));
        Assert.Null(KeyRecordTree.RootFromPath(default, 0, 0, []));
        Assert.Null(KeyRecordTree.RootFromPath(default, 0, KeyLimits.MaxBatch + 1, new Digest32[10]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyRecordTree.Root([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyRecordTree.Root(new Digest32[KeyLimits.MaxBatch + 1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyRecordTree.Path(new Digest32[2], 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyRecordTree.Paths([]));
        Assert.Throws<ArgumentOutOfRangeException>(() => KeyRecordTree.Paths(new Digest32[KeyLimits.MaxBatch + 1]));
    }

    /// <summary>spec §9.1 in its own words: leaves and nodes with their tags, split at the largest power of two below the count.</summary>
    private static Digest32 Reference(ReadOnlySpan<Digest32> hashes)
    {
        if (hashes.Length == 1)
            return new(SHA256.HashData([0, 0, 0, 12, .. "TSS1/kh-leaf"u8, 0, 0, 0, 32, .. hashes[0].ToArray()]));
        var split = 1;
        while (2 * split < hashes.Length)
            split *= 2;
        return new(SHA256.HashData(
            [0, 0, 0, 12, .. "TSS1/kh-node"u8, 0, 0, 0, 32, .. Reference(hashes[..split]).ToArray(), 0, 0, 0, 32, .. Reference(hashes[split..]).ToArray()]));
    }

    private static Digest32[] Hashes(int count) => [.. Enumerable.Range(0, count).Select(i => new Digest32(SHA256.HashData(BitConverter.GetBytes(i))))];
}
