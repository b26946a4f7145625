using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Storage.Native;
using MpcSigner.Storage.Sqlite;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>A file that a former version wrote opens under every later one with all its rows.</summary>
public sealed class SqliteFormerVersionTests : IDisposable
{
    private readonly TempFolder _folder = new();

    /// <summary>Some tests open the file beneath the store before any store is opened.</summary>
    public SqliteFormerVersionTests() => SqliteLibrary.Load();

    public void Dispose() => _folder.Dispose();

    private static string KeptFile(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "tests", "Vectors")))
            folder = folder.Parent;
        return Path.Combine(folder!.FullName, "tests", "Vectors", "storage", name);
    }

    private string Copied(string name)
    {
        var path = _folder["store.sqlite"];
        File.Copy(KeptFile(name), path);
        return path;
    }

    [Theory]
    [InlineData("v1.sqlite")]
    [InlineData("v2.sqlite")]
    public async Task The_kept_file_opens_with_every_row(string name)
    {
        var path = Copied(name);
        await using var store = SqliteNodeStore.Open(path, Identity, TimeProvider.System);

        Assert.Equal(Meta.SealParameters.ToArray(), store.Meta.SealParameters.ToArray());
        var state = await store.BeginInstanceAsync(Instance(2), CancellationToken.None);
        Assert.Equal(2ul, state.StartCounter);
        Assert.Equal(2ul, state.Log.Sequence);
        Assert.Equal(Digest("log", 2), state.Log.Hash);
        Assert.Equal([(Digest("order", 2), OrderState.Acknowledged), (Digest("order", 3), OrderState.Begun), (Digest("order", 5), OrderState.GivenUp)], state.OpenOrders.Select(o => (o.Order, o.State)));
        Assert.Equal((3ul, 5ul), (state.SessionWindows[Nid(2)].StartCounter, state.SessionWindows[Nid(2)].Highest));
        Assert.Equal(Window(3, 5, 5, 4).Used.ToArray(), state.SessionWindows[Nid(2)].Used.ToArray());
        Assert.Equal((Instance(2), 3ul), state.Peers[Nid(2)]);
        Assert.Empty(state.Pairs); // a table of version 2
        Assert.Empty(state.OpenMaintenance); // and of version 3
        Assert.Null(state.Roster);
        await CheckTakesEvidence(store); // and of version 5

        var answers = await store.ReadAsync(
            [
                new StoreQuery.FindRequest(ClientOf(1), "idem-1"), new StoreQuery.FindRequest(ClientOf(1), "idem-2"),
                new StoreQuery.FindBooking(1, Digest("scope", 1)), new StoreQuery.FindOrder(Digest("order", 4)), new StoreQuery.FindKey(Key(1, 2)),
                new StoreQuery.FindOrder(Digest("order", 5)),
            ], CancellationToken.None);
        Assert.Equal(RequestState.Received, ((StoreAnswer.Request)answers[0]).Row!.State);
        Assert.Equal("signature"u8.ToArray(), ((StoreAnswer.Request)answers[1]).Row!.Result.ToArray());
        Assert.Equal(Booking(1, 1), ((StoreAnswer.Booking)answers[2]).Row);
        Assert.Equal(OrderState.Aborted, ((StoreAnswer.Order)answers[3]).Row!.State);
        Assert.Equal("certificate 2"u8.ToArray(), ((StoreAnswer.Key)answers[4]).Row!.Certificate.ToArray());
        Assert.Equal((OrderState.GivenUp, new PartyId(3)), (((StoreAnswer.Order)answers[5]).Row!.State, ((StoreAnswer.Order)answers[5]).Row!.AbortedBy));
        Assert.Equal(Sealed(5, 0), await store.ReadSealedShareAsync(Key(5, 0), 0, CancellationToken.None));
        Assert.Equal(5, (await store.ListKeysAsync(null, 100, CancellationToken.None)).Count);
        Assert.Equal(Sealed(2, 1), await store.ReadSealedShareAsync(Key(2, 1), 0, CancellationToken.None));
        Assert.Equal("detail 2"u8.ToArray(), (await store.ReadLogAsync(2, 1, CancellationToken.None))[0].Detail.ToArray());
    }

    [Fact]
    public async Task P10_Keys_of_a_former_version_have_an_anchor_and_go_on_to_the_next_generation()
    {
        var path = Copied("v2.sqlite");
        await using (var store = SqliteNodeStore.Open(path, Identity, TimeProvider.System))
        {
            var answers = await store.ReadAsync([new StoreQuery.FindAnchors([Key(1, 2), Key(9, 0)]), new StoreQuery.FindGenerations(Key(1, 2))], CancellationToken.None);
            var anchors = ((StoreAnswer.Anchors)answers[0]).Values;
            Assert.Equal(("body 1", Signed(1).Client, 2, "certificate 2"),
                (MaintenanceSamples.Ascii(anchors[0]!.Creation.Body), anchors[0]!.Creation.Client, anchors[0]!.Index, MaintenanceSamples.Ascii(anchors[0]!.Certificate)));
            Assert.Null(anchors[1]);
            Assert.Empty(Assert.Single(((StoreAnswer.Generations)answers[1]).Rows).Dealers);

            // A creation that was PENDING becomes ACTIVE, one that was given up is aborted; ACTIVE keys are refreshed.
            await store.CommitAsync([Activate(2, 2), new StoreWrite.AbortOrder(Digest("order", 5), 1, "abort"u8.ToArray())], CancellationToken.None);
            await store.CommitAsync([new StoreWrite.BeginMaintenance(MaintenanceSamples.Maintenance(1, 1, keys: 3))], CancellationToken.None);
            await store.CommitAsync(MaintenanceSamples.AcknowledgeMaintenance(1, 1, keys: 3), CancellationToken.None);
            await store.CommitAsync([MaintenanceSamples.ActivateMaintenance(1, keys: 3), new StoreWrite.EraseOldShares(MaintenanceSamples.OrderOf(1))], CancellationToken.None);
            Assert.Null(await store.ReadSealedShareAsync(Key(1, 2), 0, CancellationToken.None));
            Assert.Null(await store.ReadSealedShareAsync(Key(5, 0), 0, CancellationToken.None));
        }
        using var connection = SqliteConnection.Open(path, SQLitePCL.raw.SQLITE_OPEN_READONLY);
        Assert.Equal("ok", connection.QueryText("PRAGMA integrity_check"));
        Assert.False(connection.Statement("PRAGMA foreign_key_check").Step());
    }

    /// <summary>Version 3 kept the request alone: where generation 0 is there with its certificate the key has its anchor, else none until it is shown.</summary>
    [Fact]
    public async Task Keys_of_version_3_have_an_anchor_where_their_creation_is_certified_here()
    {
        var path = Copied("v2.sqlite");
        SqliteLibrary.Load(); // no store has been opened yet, which would load it
        using (var connection = SqliteConnection.Open(path, SQLitePCL.raw.SQLITE_OPEN_READWRITE))
        {
            connection.Script(ScriptOf("0003_maintenance.sql"));
            foreach (var (key, index) in new[] { (Key(1, 2), 2), (Key(9, 0), 0) })
            {
                connection.Statement("INSERT INTO origin_request (request_hash, request_client, request_signature, request_body) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
                    .Bind(Bytes("request", index)).Bind(ClientOf(1).Value).Bind(new byte[64]).Bind("shown body"u8).Run();
                connection.Statement("INSERT INTO key_origin (key_id, request_hash, batch_index) VALUES (?, ?, ?)").Bind(key.Value).Bind(Bytes("request", index)).Bind(index).Run();
            }
            connection.Script("PRAGMA user_version = 3");
        }
        await using var store = SqliteNodeStore.Open(path, Identity, TimeProvider.System);
        var anchors = ((StoreAnswer.Anchors)(await store.ReadAsync([new StoreQuery.FindAnchors([Key(1, 2), Key(9, 0)])], CancellationToken.None))[0]).Values;
        Assert.Equal(("shown body", 2, "certificate 2"), (MaintenanceSamples.Ascii(anchors[0]!.Creation.Body), anchors[0]!.Index, MaintenanceSamples.Ascii(anchors[0]!.Certificate)));
        Assert.Null(anchors[1]);

        await store.CommitAsync([new StoreWrite.PutAnchor(new(Signed(9), 0, KeyRow(9, 0).Record, "shown later"u8.ToArray()))], CancellationToken.None);
        anchors = ((StoreAnswer.Anchors)(await store.ReadAsync([new StoreQuery.FindAnchors([Key(9, 0)])], CancellationToken.None))[0]).Values;
        Assert.Equal("shown later", MaintenanceSamples.Ascii(anchors[0]!.Certificate));
    }

    /// <summary>Version 4 kept no evidence: its stores open, keep what they hold and take it.</summary>
    [Fact]
    [Trait("row", "X-evidence")]
    public async Task A_store_of_version_4_keeps_its_rows_and_takes_evidence()
    {
        var path = Copied("v2.sqlite");
        using (var connection = SqliteConnection.Open(path, SQLitePCL.raw.SQLITE_OPEN_READWRITE))
        {
            connection.Script(ScriptOf("0003_maintenance.sql"));
            connection.Script(ScriptOf("0004_anchor.sql"));
            connection.Script("PRAGMA user_version = 4");
        }
        await using (var store = SqliteNodeStore.Open(path, Identity, TimeProvider.System))
        {
            Assert.Equal(5, (await store.ListKeysAsync(null, 100, CancellationToken.None)).Count);
            await CheckTakesEvidence(store);
        }
        await using (var again = SqliteNodeStore.Open(path, Identity, TimeProvider.System))
            Assert.Single(((StoreAnswer.Evidence)(await again.ReadAsync([new StoreQuery.ListEvidence()], CancellationToken.None))[0]).Rows);
        using var opened = SqliteConnection.Open(path, SQLitePCL.raw.SQLITE_OPEN_READONLY);
        Assert.Equal(7, opened.QueryNumber("PRAGMA user_version"));
        Assert.Equal("ok", opened.QueryText("PRAGMA integrity_check"));
    }

    /// <summary>Version 5 knew no doubt: an order that is PENDING in it has none, and takes one.</summary>
    [Fact]
    public async Task P10_A_pending_order_of_version_5_takes_a_stand()
    {
        var path = Copied("v2.sqlite");
        using (var connection = SqliteConnection.Open(path, SQLitePCL.raw.SQLITE_OPEN_READWRITE))
        {
            foreach (var script in (string[])["0003_maintenance.sql", "0004_anchor.sql", "0005_evidence.sql"])
                connection.Script(ScriptOf(script));
            connection.Script("PRAGMA user_version = 5");
            connection.Script(
                """
                INSERT INTO maintenance_order VALUES (zeroblob(32), 3, 3, 1, zeroblob(16), 2, 0, zeroblob(32), zeroblob(32), zeroblob(32), x'01', 0, x'', x'');
                """);
            connection.Statement("UPDATE maintenance_order SET signed = ?").Bind(Core.Orders.SignedOrderEncoding.Encode(MaintenanceSamples.SignedOrder(1))).Run();
        }
        await using var store = SqliteNodeStore.Open(path, Identity, TimeProvider.System);
        Assert.Null(((StoreAnswer.Maintenance)(await store.ReadAsync([new StoreQuery.FindMaintenance(default)], CancellationToken.None))[0]).Row!.Doubt);
        await store.CommitAsync([new StoreWrite.DoubtMaintenance(default, new(DoubtStand.Doubted, new PartyId(2), "abort"u8.ToArray()))], CancellationToken.None);
        var row = ((StoreAnswer.Maintenance)(await store.ReadAsync([new StoreQuery.FindMaintenance(default)], CancellationToken.None))[0]).Row!;
        Assert.Equal((MaintenanceState.Acknowledged, DoubtStand.Doubted, new PartyId(2)), (row.State, row.Doubt!.Stand, row.Doubt.RefusedBy));
    }

    private static async Task CheckTakesEvidence(SqliteNodeStore store)
    {
        Assert.Empty(((StoreAnswer.Evidence)(await store.ReadAsync([new StoreQuery.ListEvidence()], CancellationToken.None))[0]).Rows);
        var row = new EvidenceRow(Digest("file", 1), Nid(2), 2, 8, Digest("body", 1), default, DateTimeOffset.UnixEpoch, 4);
        await store.CommitAsync([new StoreWrite.PutEvidence(row, "file"u8.ToArray())], CancellationToken.None);
        var found = (StoreAnswer.EvidencePiece)(await store.ReadAsync([new StoreQuery.ReadEvidence(row.Id, 0)], CancellationToken.None))[0];
        Assert.Equal((row, "file"), (found.Row, MaintenanceSamples.Ascii(found.Piece)));
    }

    private static string ScriptOf(string name)
    {
        var assembly = typeof(SqliteNodeStore).Assembly;
        using var reader = new StreamReader(assembly.GetManifestResourceStream($"Migrations/Sqlite/{name}")!);
        return reader.ReadToEnd();
    }
}
