using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>What every <see cref="INodeStore"/> promises; each engine runs it.</summary>
public abstract class NodeStoreContract : IAsyncLifetime
{
    private protected INodeStore Store { get; private set; } = null!;

    /// <summary>An empty store, created and opened.</summary>
    private protected abstract ValueTask<INodeStore> OpenNewAsync();

    /// <summary>The same store, opened again after its disposal.</summary>
    private protected abstract ValueTask<INodeStore> ReopenAsync();

    private protected abstract ValueTask CleanAsync();

    public async ValueTask InitializeAsync() => Store = await OpenNewAsync();

    public async ValueTask DisposeAsync()
    {
        await Store.DisposeAsync();
        await CleanAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task Restart()
    {
        await Store.DisposeAsync();
        Store = await ReopenAsync();
    }

    private protected Task Commit(params StoreWrite[] writes) => Store.CommitAsync(writes, CancellationToken.None).AsTask();

    private protected Task<StoreConflictException> Conflicts(params StoreWrite[] writes) => Assert.ThrowsAsync<StoreConflictException>(() => Commit(writes));

    private protected async Task<T> Read<T>(StoreQuery query) where T : StoreAnswer =>
        Assert.IsType<T>(Assert.Single(await Store.ReadAsync([query], CancellationToken.None)));

    private protected async Task<RequestRow?> FindRequest(int number) =>
        (await Read<StoreAnswer.Request>(new StoreQuery.FindRequest(ClientOf(1), $"idem-{number}"))).Row;

    private protected async Task<OrderRow?> FindOrder(int number) =>
        (await Read<StoreAnswer.Order>(new StoreQuery.FindOrder(Digest("order", number)))).Row;

    private protected async Task<KeyRow?> FindKey(KeyId key) => (await Read<StoreAnswer.Key>(new StoreQuery.FindKey(key))).Row;

    private protected ValueTask<byte[]?> Share(KeyId key) => Store.ReadSealedShareAsync(key, 0, CancellationToken.None);

    [Fact]
    public async Task What_is_not_there_is_null()
    {
        Assert.Null(await FindRequest(1));
        Assert.Null(await FindOrder(1));
        Assert.Null(await FindKey(Key(1, 0)));
        Assert.Null((await Read<StoreAnswer.Booking>(new StoreQuery.FindBooking(1, Digest("scope", 1)))).Row);
        Assert.Empty((await Read<StoreAnswer.OrderKeys>(new StoreQuery.FindOrderKeys(Digest("order", 1)))).Rows);
        Assert.Null(await Share(Key(1, 0)));
        Assert.Empty(await Store.ListKeysAsync(null, 10, CancellationToken.None));
        Assert.Empty(await Store.ReadLogAsync(1, 10, CancellationToken.None));
    }

    [Fact]
    public async Task Answers_come_in_the_order_of_the_queries()
    {
        await Commit(new StoreWrite.PutRequest(Request(1)), new StoreWrite.Book(Booking(1, 1)));
        var answers = await Store.ReadAsync(
            [new StoreQuery.FindBooking(1, Digest("scope", 1)), new StoreQuery.FindOrder(Digest("order", 9)), new StoreQuery.FindRequest(ClientOf(1), "idem-1")],
            CancellationToken.None);
        Assert.Equal(Booking(1, 1), Assert.IsType<StoreAnswer.Booking>(answers[0]).Row);
        Assert.Null(Assert.IsType<StoreAnswer.Order>(answers[1]).Row);
        Assert.Equal(Digest("body", 1), Assert.IsType<StoreAnswer.Request>(answers[2]).Row!.BodyHash);
    }

    [Fact]
    public async Task A_request_keeps_every_field_and_its_last_state()
    {
        await Commit(new StoreWrite.PutRequest(Request(1)));
        AssertSame(Request(1), await FindRequest(1));
        await Commit(new StoreWrite.PutRequest(Request(1, RequestState.Failed, "error")));
        await Commit(new StoreWrite.PutRequest(Request(1, RequestState.Completed, "signature")));
        await Restart();
        AssertSame(Request(1, RequestState.Completed, "signature"), await FindRequest(1));
    }

    private static void AssertSame(RequestRow expected, RequestRow? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Request.Body.ToArray(), actual.Request.Body.ToArray());
        Assert.Equal(expected.Request.Client, actual.Request.Client);
        Assert.Equal(expected.Request.Signature.ToArray(), actual.Request.Signature.ToArray());
        Assert.Equal(expected.Result.ToArray(), actual.Result.ToArray());
        Assert.Equal(expected with { Request = actual.Request, Result = actual.Result }, actual);
    }

    [Fact]
    public async Task P5_Rejects_a_request_with_another_body()
    {
        await Commit(new StoreWrite.PutRequest(Request(1)));
        await Conflicts(new StoreWrite.PutRequest(Request(1) with { BodyHash = Digest("body", 2) }));
        AssertSame(Request(1), await FindRequest(1));
    }

    [Fact]
    public async Task P5_Rejects_a_second_result()
    {
        await Commit(new StoreWrite.PutRequest(Request(1, RequestState.Completed, "signature")));
        await Conflicts(new StoreWrite.PutRequest(Request(1, RequestState.Completed, "another")));
        await Conflicts(new StoreWrite.PutRequest(Request(1, RequestState.Failed, "signature")));
        await Commit(new StoreWrite.PutRequest(Request(1, RequestState.Completed, "signature")));
        AssertSame(Request(1, RequestState.Completed, "signature"), await FindRequest(1));
    }

    [Fact]
    public async Task P3_A_scope_keeps_its_first_value()
    {
        await Commit(new StoreWrite.Book(Booking(1, 1)));
        await Commit(new StoreWrite.Book(Booking(1, 1) with { BookedAt = Time.AddDays(1) }));
        await Conflicts(new StoreWrite.Book(Booking(1, 2)));
        await Commit(new StoreWrite.Book(Booking(1, 2) with { Kind = 2 }));
        Assert.Equal(Booking(1, 1), (await Read<StoreAnswer.Booking>(new StoreQuery.FindBooking(1, Digest("scope", 1)))).Row);
    }

    [Fact]
    public async Task A_commit_is_whole_or_nothing()
    {
        await Commit(new StoreWrite.Book(Booking(1, 1)));
        await Conflicts(new StoreWrite.PutRequest(Request(1)), new StoreWrite.Append(Entry(1)), new StoreWrite.BeginOrder(Order(1)), new StoreWrite.Book(Booking(1, 2)));
        Assert.Null(await FindRequest(1));
        Assert.Null(await FindOrder(1));
        Assert.Empty(await Store.ReadLogAsync(1, 10, CancellationToken.None));
        await Commit(new StoreWrite.Append(Entry(1)));
    }

    [Fact]
    public async Task The_log_has_no_gap_and_no_second_entry_of_a_number()
    {
        await Conflicts(new StoreWrite.Append(Entry(2)));
        await Commit(new StoreWrite.Append(Entry(1)), new StoreWrite.Append(Entry(2)));
        await Conflicts(new StoreWrite.Append(Entry(2)));
        await Conflicts(new StoreWrite.Append(Entry(4)));
        await Commit(new StoreWrite.Append(Entry(3)));
        await Restart();

        var entries = await Store.ReadLogAsync(2, 10, CancellationToken.None);
        Assert.Equal([2ul, 3ul], entries.Select(e => e.Sequence));
        var expected = Entry(3);
        Assert.Equal(expected.Detail.ToArray(), entries[1].Detail.ToArray());
        Assert.Equal(expected.Signature.ToArray(), entries[1].Signature.ToArray());
        Assert.Equal(expected with { Detail = entries[1].Detail, Signature = entries[1].Signature }, entries[1]);
        Assert.Equal([1ul], (await Store.ReadLogAsync(0, 1, CancellationToken.None)).Select(e => e.Sequence));
        Assert.Empty(await Store.ReadLogAsync(ulong.MaxValue, 1, CancellationToken.None));
        Assert.Equal(new LogHeadView(3, Digest("log", 3)), await Head());
    }

    private sealed record LogHeadView(ulong Sequence, Digest32 Hash);

    private async Task<LogHeadView> Head()
    {
        var head = (await Store.BeginInstanceAsync(Instance(99), CancellationToken.None)).Log;
        return new(head.Sequence, head.Hash);
    }

    [Fact]
    public async Task P4_Each_start_has_a_higher_counter_and_finds_what_was_remembered()
    {
        Assert.Equal(1ul, (await Store.BeginInstanceAsync(Instance(1), CancellationToken.None)).StartCounter);
        await Restart();
        Assert.Equal(2ul, (await Store.BeginInstanceAsync(Instance(2), CancellationToken.None)).StartCounter);
        await Assert.ThrowsAsync<StoreConflictException>(() => Store.BeginInstanceAsync(Instance(1), CancellationToken.None).AsTask());

        await Commit(
            new StoreWrite.PutSessionWindow(Nid(2), Window(7, ulong.MaxValue, ulong.MaxValue)),
            new StoreWrite.PutPeerInstance(Nid(3), Instance(30), ulong.MaxValue),
            new StoreWrite.BeginOrder(Order(1)), new StoreWrite.BeginOrder(Order(2)), new StoreWrite.BeginOrder(Order(3)), new StoreWrite.BeginOrder(Order(4)),
            new StoreWrite.AbortOrder(Digest("order", 3), 0, "abort"u8.ToArray()));
        await Commit(Acknowledge(2, 1));
        await Commit([.. Acknowledge(4, 1), GiveUp(4)]);
        await Restart();

        var state = await Store.BeginInstanceAsync(Instance(3), CancellationToken.None);
        Assert.Equal(3ul, state.StartCounter);
        Assert.Equal(0ul, state.Log.Sequence);
        Assert.Equal([(Digest("order", 1), OrderState.Begun), (Digest("order", 2), OrderState.Acknowledged), (Digest("order", 4), OrderState.GivenUp)], state.OpenOrders.Select(o => (o.Order, o.State)));
        var (initiator, window) = Assert.Single(state.SessionWindows);
        Assert.Equal(Nid(2), initiator);
        Assert.Equal((7ul, ulong.MaxValue), (window.StartCounter, window.Highest));
        Assert.Equal(Window(7, 9, 9).Used.ToArray(), window.Used.ToArray());
        var (peer, seen) = Assert.Single(state.Peers);
        Assert.Equal((Nid(3), (Instance(30), ulong.MaxValue)), (peer, seen));
    }

    [Fact]
    public async Task Remembers_of_pair_setups_what_must_outlive_them_and_forgets_none_of_it()
    {
        var row = new PairRow(Nid(2), 7, ulong.MaxValue, 3, 0, 2, 20_000, 1, 5);
        await Commit(new StoreWrite.PutPair(row), new StoreWrite.PutPair(new(Nid(3), 1, 1, 0, 0, 0, 20_000, 0, 1)));
        await Commit(new StoreWrite.PutPair(row));
        foreach (var less in new[]
        {
            row with { SendingEpoch = 6 }, row with { ReceivingEpoch = 9 }, row with { DeadSendingEpoch = 0 }, row with { Failures = 1 },
            row with { Day = 19_999 }, row with { FailuresOnDay = 0 }, row with { SetupsOnDay = 4 },
        })
            await Conflicts(new StoreWrite.PutPair(less));
        var next = row with { Day = 20_001, FailuresOnDay = 0, SetupsOnDay = 1, DeadReceivingEpoch = 4 };
        await Commit(new StoreWrite.PutPair(next));
        await Conflicts(new StoreWrite.PutPair(next with { DeadReceivingEpoch = 3 }));
        await Restart();
        var state = await Store.BeginInstanceAsync(Instance(1), CancellationToken.None);
        Assert.Equal(2, state.Pairs.Count);
        Assert.Equal(next, state.Pairs[Nid(2)]);
    }

    [Fact]
    public async Task P4_Rejects_a_session_window_that_forgets()
    {
        await Commit(new StoreWrite.PutSessionWindow(Nid(2), Window(7, 100, 100, 98, 10)));
        await Conflicts(new StoreWrite.PutSessionWindow(Nid(2), Window(6, 200, 200)));
        await Conflicts(new StoreWrite.PutSessionWindow(Nid(2), Window(7, 99, 98, 10)));
        await Conflicts(new StoreWrite.PutSessionWindow(Nid(2), Window(7, 101, 101, 100, 10)));
        await Conflicts(new StoreWrite.PutSessionWindow(Nid(2), Window(7, 10 + 4095, 10 + 4095, 100, 98)));
        await Commit(new StoreWrite.PutSessionWindow(Nid(2), Window(7, 101, 101, 100, 98, 10)));
        await Commit(new StoreWrite.PutSessionWindow(Nid(2), Window(7, 10 + 4096, 10 + 4096, 101, 100, 98)));
        await Commit(new StoreWrite.PutSessionWindow(Nid(2), Window(7, ulong.MaxValue, ulong.MaxValue)));
        await Commit(new StoreWrite.PutSessionWindow(Nid(2), Window(8, 3, 3)));
        await Commit(new StoreWrite.PutSessionWindow(Nid(2), Window(ulong.MaxValue, 1, 1)));
    }

    [Fact]
    public async Task An_excluded_peer_stays_excluded_by_its_first_row()
    {
        Assert.Empty((await Store.BeginInstanceAsync(Instance(1), CancellationToken.None)).Excluded);
        var first = new ExclusionRow(Nid(2), new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "BadOpening in Dkg round 2");
        await Commit(new StoreWrite.ExcludePeer(first));
        await Commit(new StoreWrite.ExcludePeer(first with { Since = first.Since.AddDays(1), Why = "another" }), new StoreWrite.ExcludePeer(first with { Peer = Nid(3) }));
        await Restart();
        var excluded = (await Store.BeginInstanceAsync(Instance(2), CancellationToken.None)).Excluded;
        Assert.Equal([first, first with { Peer = Nid(3) }], excluded.Values.OrderBy(row => row.Peer));
    }

    [Fact]
    public async Task P4_Rejects_a_peer_instance_that_is_older_or_a_clone()
    {
        await Commit(new StoreWrite.PutPeerInstance(Nid(2), Instance(1), 5));
        await Commit(new StoreWrite.PutPeerInstance(Nid(2), Instance(1), 5));
        await Conflicts(new StoreWrite.PutPeerInstance(Nid(2), Instance(2), 5));
        await Conflicts(new StoreWrite.PutPeerInstance(Nid(2), Instance(2), 4));
        await Commit(new StoreWrite.PutPeerInstance(Nid(2), Instance(2), ulong.MaxValue));
        await Conflicts(new StoreWrite.PutPeerInstance(Nid(2), Instance(3), 6));
    }
}
