using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Node.Commands;
using MpcSigner.Node.Start;
using MpcSigner.Node.Tests.RunningNode.Unsealing;
using MpcSigner.Storage;
using MpcSigner.Storage.Native;
using MpcSigner.Storage.Sqlite;
using SQLitePCL;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>A store that is not this node's, not whole or not free is refused at start, and the refusal says which it is.</summary>
public sealed class SqliteRefusalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    private string Path => _folder["store.sqlite"];

    public void Dispose() => _folder.Dispose();

    private void Create() => SqliteNodeStore.Create(Path, Meta, TimeProvider.System);

    private SqliteNodeStore Open(StoreIdentity? identity = null) => SqliteNodeStore.Open(Path, identity ?? Identity, TimeProvider.System);

    private StoreOpenException Refused(StoreRefusal refusal, StoreIdentity? identity = null)
    {
        var refused = Assert.Throws<StoreOpenException>(() => Open(identity).DisposeAsync().AsTask().Wait());
        Assert.Equal(refusal, refused.Refusal);
        Assert.Contains(Path, refused.Message, StringComparison.Ordinal);
        return refused;
    }

    private void Script(string sql)
    {
        SqliteLibrary.Load();
        using var connection = SqliteConnection.Open(Path, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE);
        connection.Script(sql);
    }

    [Fact]
    public void The_library_is_the_distributions_and_says_its_version()
    {
        var test = SqliteLibrary.Load();
        Assert.Equal("libsqlite3.so.0", test.Library);
        Assert.True(Version.Parse(test.Version) >= new Version(3, 37, 0));
        Assert.NotEmpty(test.SourceId);
    }

    [Fact]
    public async Task A_restored_store_counts_starts_on_above_those_that_peers_have_seen()
    {
        SqliteNodeStore.Create(Path, Meta, TimeProvider.System);
        await using var store = Open();
        var seconds = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await store.SkipStartsAsync(Instance(9), CancellationToken.None);
        var first = await store.BeginInstanceAsync(Instance(1), CancellationToken.None);
        Assert.True(first.StartCounter > seconds);
        Assert.Equal(first.StartCounter + 1, (await store.BeginInstanceAsync(Instance(2), CancellationToken.None)).StartCounter);
    }

    [Fact]
    public async Task A_store_remembers_when_it_was_last_restored()
    {
        var time = new ManualTime();
        SqliteNodeStore.Create(Path, Meta, time);
        await using (var store = SqliteNodeStore.Open(Path, Identity, time))
        {
            Assert.Null((await store.BeginInstanceAsync(Instance(1), CancellationToken.None)).RestoredAt);
            await store.SkipStartsAsync(Instance(9), CancellationToken.None);
            time.Advance(TimeSpan.FromDays(1));
            await store.SkipStartsAsync(Instance(8), CancellationToken.None);
        }
        await using var again = SqliteNodeStore.Open(Path, Identity, TimeProvider.System);
        Assert.Equal(time.GetUtcNow(), (await again.BeginInstanceAsync(Instance(2), CancellationToken.None)).RestoredAt);
    }

    [Fact]
    public async Task A_readmitted_peer_is_out_of_the_way_and_its_failures_only_if_that_is_said()
    {
        Create();
        await using var store = Open();
        var pair = new PairRow(Nid(2), 7, 8, 5, 6, Failures: 3, Day: 20_000, FailuresOnDay: 2, SetupsOnDay: 4);
        await store.CommitAsync([new StoreWrite.ExcludePeer(new(Nid(2), DateTimeOffset.UnixEpoch, "why")), new StoreWrite.PutPair(pair)], CancellationToken.None);
        Assert.False(await store.ReadmitAsync(Nid(3), forgetFailures: true, CancellationToken.None));
        Assert.True(await store.ReadmitAsync(Nid(2), forgetFailures: false, CancellationToken.None));
        var state = await store.BeginInstanceAsync(Instance(1), CancellationToken.None);
        Assert.Empty(state.Excluded);
        Assert.Equal(pair, state.Pairs[Nid(2)]);

        Assert.True(await store.ReadmitAsync(Nid(2), forgetFailures: true, CancellationToken.None));
        Assert.False(await store.ReadmitAsync(Nid(2), forgetFailures: true, CancellationToken.None));
        Assert.Equal(pair with { Failures = 0, FailuresOnDay = 0 }, (await store.BeginInstanceAsync(Instance(2), CancellationToken.None)).Pairs[Nid(2)]);
    }

    [Fact]
    public async Task A_store_gives_back_what_it_was_created_with()
    {
        Create();
        await using var store = Open();
        Assert.Equal(Identity, store.Meta.Identity);
        Assert.Equal(Meta.StoreId.ToArray(), store.Meta.StoreId.ToArray());
        Assert.Equal(Meta.SealParameters.ToArray(), store.Meta.SealParameters.ToArray());
        Assert.Equal(Meta.SealVerifier.ToArray(), store.Meta.SealVerifier.ToArray());
    }

    [Fact]
    public async Task Its_files_are_the_owners_alone()
    {
        Create();
        await using var store = Open();
        await store.BeginInstanceAsync(Instance(1), CancellationToken.None);
        var files = Directory.GetFiles(_folder.Path);
        Assert.Equal(4, files.Length); // database, log, its index, lock
        Assert.All(files, f => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(f)));
    }

    [Fact]
    public async Task Every_commit_is_flushed_to_a_write_ahead_log()
    {
        Create();
        await using var store = Open();
        var (writer, _) = SqliteFile.OpenWriter(Path, Identity, null);
        using (writer)
        {
            Assert.Equal("wal", writer.QueryText("PRAGMA journal_mode"));
            Assert.Equal(2, writer.QueryNumber("PRAGMA synchronous"));
            Assert.Equal(0, writer.QueryNumber("PRAGMA wal_autocheckpoint"));
            Assert.Equal(1, writer.QueryNumber("PRAGMA foreign_keys"));
        }
    }

    [Fact]
    public void Rejects_a_missing_store()
    {
        Assert.Contains("node init", Refused(StoreRefusal.Missing).Message, StringComparison.Ordinal);
        Assert.Equal(StoreRefusal.Missing, Assert.Throws<StoreOpenException>(() => { SqliteNodeStore.Open(_folder["none/store.sqlite"], Identity, TimeProvider.System); }).Refusal);
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task Rejects_creation_over_an_existing_store()
    {
        Create();
        await using (var store = Open())
            await store.CommitAsync([new StoreWrite.PutRequest(Request(1))], CancellationToken.None);
        Assert.Equal(StoreRefusal.AlreadyExists, Assert.Throws<StoreOpenException>(Create).Refusal);
        await using var again = Open();
        Assert.NotNull(Assert.IsType<StoreAnswer.Request>((await again.ReadAsync([new StoreQuery.FindRequest(ClientOf(1), "idem-1")], CancellationToken.None))[0]).Row);
    }

    [Fact]
    public void A_creation_that_was_interrupted_is_done_again()
    {
        File.WriteAllText(Path + ".new", "half");
        File.WriteAllText(Path + ".new-journal", "half");
        Create();
        Assert.False(File.Exists(Path + ".new"));
    }

    [Fact]
    public void Rejects_another_clusters_and_another_nodes_store()
    {
        Create();
        var cluster = Refused(StoreRefusal.OtherCluster, Identity with { Cluster = new ClusterId(Bytes("cluster", 2)) });
        Assert.Contains(Bytes("cluster", 1).ToString(), cluster.Message, StringComparison.Ordinal);
        Assert.Contains(Bytes("cluster", 2).ToString(), cluster.Message, StringComparison.Ordinal);
        var node = Refused(StoreRefusal.OtherNode, Identity with { Node = Nid(2) });
        Assert.Contains(Nid(1).ToString(), node.Message, StringComparison.Ordinal);
        Assert.Contains(Nid(2).ToString(), node.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rejects_a_newer_version_and_one_that_never_was()
    {
        Create();
        Script("PRAGMA user_version = 1000");
        Assert.Contains("1000", Refused(StoreRefusal.NewerVersion).Message, StringComparison.Ordinal);
        Script("PRAGMA user_version = 0");
        Refused(StoreRefusal.Damaged);
    }

    [Fact]
    public void Rejects_another_programs_database()
    {
        Script("CREATE TABLE meta (a)");
        Refused(StoreRefusal.NotAStore);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(4096)]
    public void Rejects_what_is_no_database(int length)
    {
        File.WriteAllBytes(Path, new byte[length]);
        Refused(StoreRefusal.Damaged);
        Assert.Equal(length, new FileInfo(Path).Length);
    }

    [Fact]
    public async Task Rejects_a_database_with_a_page_overwritten_or_cut_off()
    {
        Create();
        await using (var store = Open())
            await store.CommitAsync([.. Enumerable.Range(0, 500).Select(i => new StoreWrite.PutRequest(Request(i)))], CancellationToken.None);
        var whole = await File.ReadAllBytesAsync(Path);
        var refused = 0;
        for (var page = 0; page < whole.Length / 4096; page++)
        {
            var damaged = (byte[])whole.Clone();
            damaged.AsSpan(page * 4096, 4096)[page == 0 ? 100.. : ..].Fill(0xA5);
            await File.WriteAllBytesAsync(Path, damaged);
            Refused(StoreRefusal.Damaged);
            refused++;
        }
        Assert.InRange(refused, 30, int.MaxValue);
        await File.WriteAllBytesAsync(Path, whole[..(whole.Length / 2)]);
        Refused(StoreRefusal.Damaged);
        await File.WriteAllBytesAsync(Path, whole);
        await using var restored = Open();
    }

    [Fact]
    public void Rejects_a_database_without_its_meta_row()
    {
        Create();
        Script("DELETE FROM meta");
        Refused(StoreRefusal.Damaged);
        Script("DROP TABLE meta");
        Refused(StoreRefusal.Damaged);
    }

    /// <summary>What the tables' own checks let pass and a node's first look finds: the start is refused with the exit code of a damaged store.</summary>
    [Theory]
    [InlineData("UPDATE key_order SET begun_at = 9000000000000000000")]
    [InlineData("UPDATE key_order SET suite = 37")]
    [InlineData("UPDATE key_order SET generation = -1")]
    public async Task A_damage_found_when_an_instance_begins_refuses_the_start(string damage)
    {
        Create();
        await using (var store = Open())
            await store.CommitAsync([new StoreWrite.BeginOrder(Order(1))], CancellationToken.None);
        Script(damage);
        await using (var store = Open())
        {
            Assert.True((await Assert.ThrowsAsync<StoreUnavailableException>(() => store.BeginInstanceAsync(Instance(1), CancellationToken.None).AsTask())).Closed);
            Assert.Contains("damaged", (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAsync([new StoreQuery.FindOrder(Digest("order", 1))], CancellationToken.None).AsTask())).Message, StringComparison.Ordinal);
        }
        await using (var store = Open())
            Assert.Equal(ExitCode.StoreDamaged, (await Assert.ThrowsAsync<StartRefusedException>(() => StoreStart.BeginAsync(store, Instance(1)))).Code);
    }

    [Fact]
    public async Task Rejects_a_second_opening_while_one_lives()
    {
        Create();
        await using (var store = Open())
        {
            var refused = Refused(StoreRefusal.InUse);
            Assert.Contains($"process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
            Assert.Equal(StoreRefusal.InUse, Assert.Throws<StoreOpenException>(Create).Refusal);
            await store.CommitAsync([new StoreWrite.PutRequest(Request(1))], CancellationToken.None);
        }
        await using var again = Open();
    }

    [Fact]
    public async Task A_full_disk_refuses_the_commit_whole_and_the_store_lives_on()
    {
        Create();
        const int Allowed = 1 << 20;
        await using (var store = SqliteNodeStore.Open(Path, Identity, TimeProvider.System, maxBytes: Allowed))
        {
            var large = new byte[StoreLimits.MaxBlobBytes];
            await store.CommitAsync([new StoreWrite.PutRequest(Request(1))], CancellationToken.None);
            var full = await Assert.ThrowsAsync<StoreUnavailableException>(() =>
                store.CommitAsync([new StoreWrite.PutRequest(Request(2)), new StoreWrite.PutRequest(Request(3) with { Result = large })], CancellationToken.None).AsTask());
            Assert.False(full.Closed);
            Assert.Contains("full", full.Message, StringComparison.Ordinal);
            await store.CommitAsync([new StoreWrite.PutRequest(Request(4))], CancellationToken.None);
        }
        await using var again = Open();
        var answers = await again.ReadAsync([.. Enumerable.Range(1, 4).Select(i => new StoreQuery.FindRequest(ClientOf(1), $"idem-{i}"))], CancellationToken.None);
        Assert.Equal([true, false, false, true], answers.Select(a => ((StoreAnswer.Request)a).Row is not null));
    }

    [Fact]
    public async Task A_damage_found_while_reading_closes_the_store()
    {
        Create();
        await using var store = Open();
        await store.CommitAsync([new StoreWrite.BeginOrder(Order(1))], CancellationToken.None);
        await store.CommitAsync(Acknowledge(1, 1), CancellationToken.None);
        using (var other = SqliteConnection.Open(Path, raw.SQLITE_OPEN_READWRITE))
            other.Script("PRAGMA wal_autocheckpoint = 0; UPDATE key_record SET record = x'00'");
        var damage = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAsync([new StoreQuery.FindKey(Key(1, 0))], CancellationToken.None).AsTask());
        Assert.True(damage.Closed);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAsync([new StoreQuery.FindOrder(default)], CancellationToken.None).AsTask());
    }

    [Theory]
    [InlineData(raw.SQLITE_FULL, false)]
    [InlineData(raw.SQLITE_BUSY, false)]
    [InlineData(raw.SQLITE_READONLY, false)]
    [InlineData(raw.SQLITE_IOERR_FSYNC, true)]
    [InlineData(raw.SQLITE_IOERR_WRITE, true)]
    [InlineData(raw.SQLITE_CORRUPT, true)]
    [InlineData(raw.SQLITE_NOTADB, true)]
    [InlineData(raw.SQLITE_CANTOPEN, true)]
    public void The_worlds_failures_say_whether_the_store_lives_on(int code, bool closed) =>
        Assert.Equal(closed, new SqliteError(code, "test", "").AsUnavailable()!.Closed);

    [Theory]
    [InlineData(raw.SQLITE_CONSTRAINT)]
    [InlineData(raw.SQLITE_MISUSE)]
    [InlineData(raw.SQLITE_ERROR)]
    public void Our_bugs_are_not_the_worlds(int code) => Assert.Null(new SqliteError(code, "test", "").AsUnavailable());
}
