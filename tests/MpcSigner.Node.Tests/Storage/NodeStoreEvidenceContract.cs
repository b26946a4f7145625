using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>The contract's part on evidence: kept once, whole, and within bounds that no cheater can move.</summary>
[Trait("row", "X-evidence")]
public abstract class NodeStoreEvidenceContract : NodeStoreAdministrationContract
{
    private static readonly DateTimeOffset FoundAt = DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123);

    private const byte KeyGeneration = 2, Refresh = 3;

    private const ushort DealtShare = 8, Opening = 6;

    private protected static StoreWrite.PutEvidence Evidence(int number, NodeId culprit, int size = 100, ushort kind = DealtShare, byte protocol = KeyGeneration)
    {
        var file = new byte[size];
        BitConverter.TryWriteBytes(file, number);
        file[^1] = (byte)number;
        return new(new(new(SHA256.HashData(file)), culprit, protocol, kind, Digest("body", number), Key(1, number), FoundAt.AddSeconds(number), size), file);
    }

    private async Task<StoreAnswer.Evidence> List() => await Read<StoreAnswer.Evidence>(new StoreQuery.ListEvidence());

    private async Task<byte[]> File(Digest32 id)
    {
        using var file = new MemoryStream();
        while (true)
        {
            var piece = (await Read<StoreAnswer.EvidencePiece>(new StoreQuery.ReadEvidence(id, (int)file.Length))).Piece;
            Assert.True(piece.Length <= StoreLimits.MaxEvidencePiece);
            if (piece.IsEmpty)
                return file.ToArray();
            file.Write(piece.Span);
        }
    }

    [Fact]
    public async Task Evidence_is_kept_with_its_log_entry_and_read_in_pieces()
    {
        var large = Evidence(1, Nid(2), (5 << 19) + 7);
        var small = Evidence(2, Nid(3));
        await Commit(large, new StoreWrite.Append(Entry(1)));
        await Commit(small, new StoreWrite.Append(Entry(2)));
        await Restart();
        var list = await List();
        Assert.Equal([small.Row, large.Row], list.Rows);
        Assert.Empty(list.NotKept);
        Assert.Equal(large.File.ToArray(), await File(large.Row.Id));
        Assert.Equal(small.File.ToArray(), await File(small.Row.Id));
        Assert.Equal(large.Row, (await Read<StoreAnswer.EvidencePiece>(new StoreQuery.ReadEvidence(large.Row.Id, StoreLimits.MaxEvidenceBytes - 1))).Row);
        var unknown = await Read<StoreAnswer.EvidencePiece>(new StoreQuery.ReadEvidence(Digest("nothing", 1), 0));
        Assert.Null(unknown.Row);
        Assert.True(unknown.Piece.IsEmpty);
    }

    [Fact]
    public async Task Evidence_falls_with_its_commit_and_is_kept_once()
    {
        await Commit(new StoreWrite.Append(Entry(1)));
        await Conflicts(Evidence(1, Nid(2)), new StoreWrite.Append(Entry(9)));
        Assert.Empty((await List()).Rows);
        await Commit(Evidence(1, Nid(2)));
        await Commit(Evidence(1, Nid(2)));
        Assert.Single((await List()).Rows);
        Assert.Empty((await List()).NotKept);
        await Assert.ThrowsAsync<ArgumentException>(() => Commit(Evidence(3, Nid(2)) with { File = default }));
        await Assert.ThrowsAsync<ArgumentException>(() => Commit(Evidence(3, Nid(2)) with { File = new byte[99] }));
    }

    /// <summary>A file of the largest size; the bytes are shared, since the store takes a file's name as it is given.</summary>
    private static StoreWrite.PutEvidence Largest(int number, NodeId culprit, byte protocol = KeyGeneration) =>
        new(new(Digest("large", number), culprit, protocol, DealtShare, Digest("body", number), default, FoundAt, StoreLimits.MaxEvidenceBytes), LargestFile);

    private static readonly byte[] LargestFile = new byte[StoreLimits.MaxEvidenceBytes];

    private static readonly int LargestPerNode = StoreLimits.MaxEvidenceBytesPerNode / StoreLimits.MaxEvidenceBytes;

    private static IEnumerable<EvidenceRow> RowsOf(IEnumerable<StoreWrite.PutEvidence> files) => files.Select(file => file.Row);

    [Fact]
    public async Task Of_one_culprit_and_kind_the_first_are_kept_and_the_others_counted()
    {
        var files = Enumerable.Range(0, StoreLimits.MaxEvidencePerKind + 3).Select(i => Evidence(i, Nid(2))).ToList();
        foreach (var file in files)
            await Commit(file);
        var other = Evidence(100, Nid(3));
        await Commit(other);
        await Restart();
        var list = await List();
        Assert.Equal([other.Row, .. RowsOf(files.Take(StoreLimits.MaxEvidencePerKind).Reverse())], list.Rows);
        Assert.Equal(new Dictionary<NodeId, long> { [Nid(2)] = 3 }, list.NotKept);
        // What is kept already is not counted when it comes again.
        await Commit(files[0]);
        Assert.Equal(3, (await List()).NotKept[Nid(2)]);
    }

    [Fact]
    public async Task Many_faults_of_one_kind_hide_none_of_another()
    {
        for (var i = 0; i < 50; i++)
            await Commit(Evidence(i, Nid(2)));
        var files = Enumerable.Range(100, StoreLimits.MaxEvidencePerKind + 1).Select(i => Evidence(i, Nid(2), kind: Opening)).ToList();
        foreach (var file in files)
            await Commit(file);
        var list = await List();
        Assert.Equal(RowsOf(files.Take(StoreLimits.MaxEvidencePerKind).Reverse()), list.Rows.Where(row => row.Kind == Opening));
        Assert.Equal(StoreLimits.MaxEvidencePerKind, list.Rows.Count(row => row.Kind == DealtShare));
        Assert.Equal(50 - StoreLimits.MaxEvidencePerKind + 1, list.NotKept[Nid(2)]);
    }

    [Fact]
    public async Task Of_nobody_in_particular_the_newest_of_each_protocol_are_kept()
    {
        var quiet = Evidence(200, default, protocol: Refresh);
        await Commit(quiet);
        var files = Enumerable.Range(0, StoreLimits.MaxMismatchesPerProtocol + 2).Select(i => Evidence(i, default)).ToList();
        foreach (var file in files)
            await Commit(file);
        await Restart();
        var list = await List();
        Assert.Equal([.. RowsOf(files.Skip(2).Reverse()), quiet.Row], list.Rows);
        Assert.Equal(new Dictionary<NodeId, long> { [default] = 2 }, list.NotKept);
        Assert.Null((await Read<StoreAnswer.EvidencePiece>(new StoreQuery.ReadEvidence(files[0].Row.Id, 0))).Row);
    }

    [Fact]
    public async Task The_bytes_of_one_culprit_are_bounded()
    {
        for (var i = 0; i < LargestPerNode; i++)
            await Commit(Largest(i, Nid(2)));
        await Commit(Evidence(90, Nid(2), 5, Opening)); // the first of its kind has room
        await Commit(Evidence(92, Nid(2), 5, Opening));
        await Commit(Evidence(91, Nid(3), 5));
        var list = await List();
        Assert.Equal(LargestPerNode + 2, list.Rows.Count);
        Assert.Equal(Nid(3), list.Rows[0].Culprit);
        Assert.Equal(1, list.NotKept[Nid(2)]);
    }

    [Fact]
    public async Task The_bytes_of_one_protocol_s_mismatches_are_bounded()
    {
        var files = Enumerable.Range(0, LargestPerNode + 1).Select(i => Largest(i, default)).ToList();
        foreach (var file in files)
            await Commit(file);
        await Commit(Evidence(90, default, 5));
        var list = await List();
        // One made room for the largest, another for the small one.
        Assert.Equal([Evidence(90, default, 5).Row, .. RowsOf(files.Skip(2).Reverse())], list.Rows);
        Assert.Equal(2, list.NotKept[default]);
    }

    /// <summary>Full to the last byte: nothing more of anybody, and what names nobody gives way to its like alone.</summary>
    [Fact]
    public async Task The_bytes_of_all_are_bounded()
    {
        var culprits = (int)(StoreLimits.MaxEvidenceBytesOfAll / StoreLimits.MaxEvidenceBytesPerNode) - 1;
        for (var i = 0; i < culprits * LargestPerNode; i++)
            await Commit(Largest(i, Nid((byte)(10 + i / LargestPerNode))));
        var mismatches = Enumerable.Range(1_000, LargestPerNode).Select(i => Largest(i, default)).ToList();
        foreach (var file in mismatches)
            await Commit(file);
        Assert.Empty((await List()).NotKept);
        await Commit(Evidence(1, Nid(2), 5));
        await Commit(Evidence(2, default, 5, protocol: Refresh));
        var newest = Largest(2_000, default);
        await Commit(newest);
        var list = await List();
        Assert.Equal(new Dictionary<NodeId, long> { [Nid(2)] = 1, [default] = 2 }, list.NotKept);
        Assert.Equal([newest.Row, .. RowsOf(mismatches.Skip(1).Reverse())], list.Rows.Take(LargestPerNode));
        Assert.Equal(StoreLimits.MaxEvidenceBytesOfAll, list.Rows.Sum(row => (long)row.Size));
    }
}
