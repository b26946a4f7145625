using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using Xunit;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>The contract's part on orders, keys and shares.</summary>
public abstract class NodeStoreOrderContract : NodeStoreContract
{
    [Fact]
    public async Task P10_An_order_goes_from_begun_over_acknowledged_to_active_with_its_keys()
    {
        await Commit(new StoreWrite.BeginOrder(Order(1)));
        Assert.Equal(OrderState.Begun, (await FindOrder(1))!.State);
        await Commit(Acknowledge(1, 3));

        var pending = (await FindOrder(1))!;
        Assert.Equal((OrderState.Acknowledged, Digest("echo", 1), Digest("root", 1)), (pending.State, pending.Echo, pending.RecordsRoot));
        Assert.Equal("ack"u8.ToArray(), pending.Ack.ToArray());
        Assert.Equal(Signed(1).Body.ToArray(), pending.Request.Body.ToArray());
        Assert.Equal(Order(1).BegunAt, pending.BegunAt);
        Assert.Equal((KeyState.Pending, 0), ((await FindKey(Key(1, 1)))!.State, (await FindKey(Key(1, 1)))!.Certificate.Length));
        Assert.Equal(Sealed(1, 1), await Share(Key(1, 1)));
        await Restart();

        await Commit(Activate(1, 3));
        await Restart();
        Assert.Equal(OrderState.Active, (await FindOrder(1))!.State);
        var keys = (await Read<StoreAnswer.OrderKeys>(new StoreQuery.FindOrderKeys(Digest("order", 1)))).Rows;
        Assert.Equal([0, 1, 2], keys.Select(k => (int)k.Index));
        Assert.All(keys, k => Assert.Equal(KeyState.Active, k.State));
        AssertSame(KeyRow(1, 2) with { State = KeyState.Active, Certificate = "certificate 2"u8.ToArray() }, (await FindKey(Key(1, 2)))!);
        Assert.Equal(Sealed(1, 2), await Share(Key(1, 2)));
    }

    private static void AssertSame(KeyRow expected, KeyRow actual)
    {
        Assert.Equal(expected.Record.Parties, actual.Record.Parties);
        Assert.Equal(expected.Record.PublicKey.ToArray(), actual.Record.PublicKey.ToArray());
        Assert.Equal(expected.Record with { Parties = actual.Record.Parties, PublicKey = actual.Record.PublicKey }, actual.Record);
        Assert.Equal(expected.Certificate.ToArray(), actual.Certificate.ToArray());
        Assert.Equal(expected with { Record = actual.Record, Certificate = actual.Certificate }, actual);
    }

    [Fact]
    public async Task Rejects_an_order_begun_twice_even_when_it_has_ended()
    {
        await Commit(new StoreWrite.BeginOrder(Order(1)));
        await Conflicts(new StoreWrite.BeginOrder(Order(1)));
        await Commit(new StoreWrite.AbortOrder(Digest("order", 1), 0, "abort"u8.ToArray()));
        await Restart();
        await Conflicts(new StoreWrite.BeginOrder(Order(1)));
        Assert.Equal(OrderState.Aborted, (await FindOrder(1))!.State);
    }

    [Fact]
    public async Task P10_Rejects_an_acknowledgement_without_its_shares()
    {
        await Commit(new StoreWrite.BeginOrder(Order(1)));
        await Conflicts(Acknowledge(1, 2)[1..]);
        Assert.Equal(OrderState.Begun, (await FindOrder(1))!.State);
        Assert.Null(await FindKey(Key(1, 0)));
        Assert.Null(await Share(Key(1, 1)));
    }

    [Fact]
    public async Task Rejects_an_acknowledgement_of_an_order_that_is_not_begun()
    {
        await Conflicts(Acknowledge(1, 1));
        await Commit(new StoreWrite.BeginOrder(Order(1)));
        await Commit(Acknowledge(1, 1));
        await Conflicts(new StoreWrite.AcknowledgeOrder(Digest("order", 1), default, default, "ack"u8.ToArray(), [KeyRow(1, 5)]));
        await Commit(new StoreWrite.BeginOrder(Order(2)), new StoreWrite.AbortOrder(Digest("order", 2), 0, "abort"u8.ToArray()));
        await Conflicts(Acknowledge(2, 1));
        Assert.Null(await Share(Key(2, 0)));
    }

    [Fact]
    public async Task Rejects_a_share_without_key_and_a_second_share()
    {
        await Conflicts(new StoreWrite.PutSealedShare(Key(1, 0), 0, "share"u8.ToArray()));
        await Commit(new StoreWrite.BeginOrder(Order(1)));
        await Commit(Acknowledge(1, 1));
        await Conflicts(new StoreWrite.PutSealedShare(Key(1, 0), 0, "another"u8.ToArray()));
        await Conflicts(new StoreWrite.PutSealedShare(Key(1, 0), 1, "other generation"u8.ToArray()));
        Assert.Equal(Sealed(1, 0), await Share(Key(1, 0)));
    }

    [Fact]
    public async Task P10_One_certificate_set_activates_all_keys_or_none()
    {
        await Commit(new StoreWrite.BeginOrder(Order(1)));
        await Conflicts(Activate(1, 2));
        await Commit(Acknowledge(1, 2));
        await Conflicts(Activate(1, 1));
        await Conflicts(Activate(1, 3));
        Assert.Equal(KeyState.Pending, (await FindKey(Key(1, 0)))!.State);
        Assert.Equal(OrderState.Acknowledged, (await FindOrder(1))!.State);
        await Commit(Activate(1, 2));
        await Commit(new StoreWrite.ActivateOrder(Digest("order", 1), [(Key(1, 0), "later"u8.ToArray()), (Key(1, 1), "later"u8.ToArray())]));
        Assert.Equal("certificate 0"u8.ToArray(), (await FindKey(Key(1, 0)))!.Certificate.ToArray());
        await Conflicts(Activate(7, 1));
    }

    [Fact]
    public async Task P10_An_aborted_order_takes_its_pending_keys_and_shares_with_it()
    {
        await Commit(new StoreWrite.BeginOrder(Order(1)), new StoreWrite.BeginOrder(Order(2)));
        await Commit(Acknowledge(1, 2));
        await Commit(Acknowledge(2, 1));
        await Conflicts(new StoreWrite.AbortOrder(Digest("order", 1), 0, "a lie: the ACK is durable"u8.ToArray()));
        Assert.Equal(Sealed(1, 1), await Share(Key(1, 1)));
        await Commit(new StoreWrite.AbortOrder(Digest("order", 1), 1, "signature"u8.ToArray()));
        await Restart();

        Assert.Null(await FindKey(Key(1, 0)));
        Assert.Null(await Share(Key(1, 1)));
        Assert.Equal(Sealed(2, 0), await Share(Key(2, 0)));
        Assert.Equal(OrderState.Aborted, (await FindOrder(1))!.State);
        await Conflicts(Activate(1, 2));
        await Conflicts(GiveUp(1));

        await Conflicts(new StoreWrite.AbortOrder(Digest("order", 1), 0, "still a lie"u8.ToArray()));
        await Commit(new StoreWrite.AbortOrder(Digest("order", 1), 1, "another"u8.ToArray()));
        var order = (await FindOrder(1))!;
        Assert.Equal((1, null), (order.AbortKind, order.AbortedBy));
        Assert.Equal("signature"u8.ToArray(), order.AbortSignature.ToArray());
    }

    [Fact]
    public async Task P10_An_order_given_up_keeps_its_keys_and_shares_unseen_and_can_still_become_active()
    {
        await Commit(new StoreWrite.BeginOrder(Order(1)), new StoreWrite.BeginOrder(Order(2)));
        await Conflicts(GiveUp(1));
        await Commit(Acknowledge(1, 2));
        await Commit(Acknowledge(2, 1));
        await Commit(GiveUp(1));
        await Commit(new StoreWrite.GiveUpOrder(Digest("order", 1), new PartyId(2), "a second one"u8.ToArray()));
        await Conflicts(new StoreWrite.AbortOrder(Digest("order", 1), 0, "a lie: the ACK is durable"u8.ToArray()));
        await Restart();

        var order = (await FindOrder(1))!;
        Assert.Equal((OrderState.GivenUp, new PartyId(3)), (order.State, order.AbortedBy));
        Assert.Equal(0, order.AbortKind);
        Assert.Equal("their abort"u8.ToArray(), order.AbortSignature.ToArray());
        Assert.Equal(Sealed(1, 1), await Share(Key(1, 1)));
        Assert.Null(await FindKey(Key(1, 0)));
        Assert.Equal([Key(2, 0)], (await Store.ListKeysAsync(null, 10, CancellationToken.None)).Select(key => key.Record.KeyId));
        Assert.Equal(2, (await Read<StoreAnswer.OrderKeys>(new StoreQuery.FindOrderKeys(Digest("order", 1)))).Rows.Count);

        await Conflicts(Activate(1, 1));
        Assert.Equal(OrderState.GivenUp, (await FindOrder(1))!.State);
        await Commit(Activate(1, 2));
        await Conflicts(GiveUp(1));
        await Restart();
        Assert.Equal(KeyState.Active, (await FindKey(Key(1, 1)))!.State);
        Assert.Equal(Sealed(1, 1), await Share(Key(1, 1)));
        order = (await FindOrder(1))!;
        Assert.Equal((OrderState.Active, new PartyId(3)), (order.State, order.AbortedBy));
        Assert.Equal("their abort"u8.ToArray(), order.AbortSignature.ToArray());
        Assert.Equal(3, (await Store.ListKeysAsync(null, 10, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task P10_Rejects_the_abort_of_an_active_or_unknown_order()
    {
        await Conflicts(new StoreWrite.AbortOrder(Digest("order", 1), 1, "abort"u8.ToArray()));
        await Commit(new StoreWrite.BeginOrder(Order(1)));
        await Commit(Acknowledge(1, 1));
        await Commit(Activate(1, 1));
        await Conflicts(new StoreWrite.AbortOrder(Digest("order", 1), 1, "abort"u8.ToArray()));
        Assert.Equal(KeyState.Active, (await FindKey(Key(1, 0)))!.State);
        Assert.Equal(Sealed(1, 0), await Share(Key(1, 0)));
    }

    [Fact]
    public async Task Keys_are_listed_in_pages_by_id()
    {
        await Commit([.. Enumerable.Range(1, 3).Select(i => new StoreWrite.BeginOrder(Order(i)))]);
        for (var order = 1; order <= 3; order++)
            await Commit(Acknowledge(order, 7));
        await Commit(Activate(2, 7));

        var all = (await Store.ListKeysAsync(null, 1_000, CancellationToken.None)).Select(k => k.Record.KeyId).ToList();
        Assert.Equal(21, all.Count);
        Assert.Equal(all.OrderBy(k => k.Value), all);
        var paged = new List<Core.Identities.KeyId>();
        for (IReadOnlyList<KeyRow> page = await Store.ListKeysAsync(null, 5, CancellationToken.None); page.Count > 0;
             page = await Store.ListKeysAsync(paged[^1], 5, CancellationToken.None))
            paged.AddRange(page.Select(k => k.Record.KeyId));
        Assert.Equal(all, paged);

        var active = await Read<StoreAnswer.Keys>(new StoreQuery.ListActiveKeys(null));
        Assert.Equal(all.Where(key => Enumerable.Range(0, 7).Any(k => Key(2, k) == key)), active.Rows.Select(row => row.Record.KeyId));
        Assert.All(active.Rows, row => Assert.Equal(KeyState.Active, row.State));
        var rest = await Read<StoreAnswer.Keys>(new StoreQuery.ListActiveKeys(active.Rows[4].Record.KeyId));
        Assert.Equal(active.Rows.Skip(5).Select(row => row.Record.KeyId), rest.Rows.Select(row => row.Record.KeyId));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1_001)]
    public async Task Rejects_a_page_out_of_bounds(int limit)
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ListKeysAsync(null, limit, CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Store.ReadLogAsync(1, limit, CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task Rejects_too_many_writes_or_queries_and_none()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Commit());
        await Assert.ThrowsAsync<ArgumentException>(() => Commit([.. Enumerable.Range(0, StoreLimits.MaxWritesPerCommit + 1).Select(i => new StoreWrite.Book(Booking(i, 1)))]));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadAsync([], CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<ArgumentException>(() => Store.ReadAsync([.. Enumerable.Repeat(new StoreQuery.FindOrder(default), StoreLimits.MaxQueriesPerRead + 1)], CancellationToken.None).AsTask());
    }
}
