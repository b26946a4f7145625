using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using Xunit;
using static MpcSigner.Node.Tests.Storage.MaintenanceSamples;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>The contract's part on what a node gets back or hears from others: recovered shares, certified records, what keys are known by.</summary>
public abstract class NodeStoreRecoveryContract : NodeStoreMaintenanceContract
{
    /// <summary>The recovery of <paramref name="generation"/>, which maintenance order <paramref name="madeBy"/> made.</summary>
    private static StoreWrite[] Complete(int number, int madeBy, uint generation, params int[] parties) =>
    [
        new StoreWrite.CompleteRecovery(OrderOf(number), [.. Enumerable.Range(0, 2).Select(i => Certified(NewRow(madeBy, i, generation, 1, parties)))]),
        .. Enumerable.Range(0, 2).Select(i => new StoreWrite.PutSealedShare(Key(1, i), generation, Text($"recovered {number}/{i}"))),
    ];

    [Fact]
    public async Task P10_A_recovery_brings_its_generation_in_place_of_what_was_known()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(2, 1)));
        await Commit(AcknowledgeMaintenance(2, 1));
        // The disk fell behind: others made generations 1 (by order 1) and 2, this one has a PENDING row of generation 1.
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(7, 1, kind: Recovery)), new StoreWrite.BeginMaintenance(Maintenance(8, 2, kind: Recovery)));
        await Commit(Complete(7, 1, 1));
        await Restart();
        Assert.Equal([(0, KeyState.Erased), (1, KeyState.Active)], await States(0));
        Assert.Equal((null, "recovered 7/0"), (await Share(0, 0), await Share(0, 1)));
        Assert.Equal(NewRow(1, 0, 1).RecordHash, (await FindKey(Key(1, 0)))!.RecordHash);
        Assert.Equal(MaintenanceState.Done, (await FindMaintenance(7))!.State);

        Assert.Empty((await Read<StoreAnswer.OrderKeys>(new StoreQuery.FindOrderKeys(OrderOf(8)))).Rows);
        await Commit(Complete(8, 3, 2));
        Assert.Equal([(0, KeyState.Erased), (1, KeyState.Erased), (2, KeyState.Active)], await States(1));
        Assert.Equal((null, "recovered 8/1"), (await Share(1, 1), await Share(1, 2)));
        Assert.Equal([Key(1, 0), Key(1, 1)], (await Read<StoreAnswer.OrderKeys>(new StoreQuery.FindOrderKeys(OrderOf(8)))).Rows.Select(row => row.Record.KeyId));
        Assert.Equal([Key(1, 0), Key(1, 1)], (await Read<StoreAnswer.OrderKeys>(new StoreQuery.FindOrderKeys(OrderOf(3)))).Rows.Select(row => row.Record.KeyId));
    }

    [Fact]
    public async Task A_recovery_of_the_generation_in_use_replaces_its_share()
    {
        await Create();
        await Make(1, 1);
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(7, 1, kind: Recovery)));
        await Commit(Complete(7, 1, 1));
        await Restart();
        Assert.Equal("recovered 7/1", await Share(1, 1));
        Assert.Equal([(0, KeyState.Erased), (1, KeyState.Active)], await States(1));
    }

    [Fact]
    public async Task Rejects_a_recovery_without_its_shares_or_of_another_order()
    {
        await Create();
        await Conflicts(Complete(7, 1, 1));
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(6, 1)), new StoreWrite.BeginMaintenance(Maintenance(7, 1, kind: Recovery)));
        await Conflicts(Complete(6, 1, 1));
        await Conflicts(new StoreWrite.EndRecovery(OrderOf(6)));
        await Conflicts(Complete(7, 1, 2));
        await Conflicts(Complete(7, 1, 1)[..^1]);
        await Conflicts(Complete(7, 1, 1, 2, 3));
        Assert.Equal(Ascii(Sealed(1, 0)), await Share(0, 0));
        await Commit(Complete(7, 1, 1));
        await Conflicts(Complete(7, 1, 1));
        await Conflicts(new StoreWrite.EndRecovery(OrderOf(7)));

        await Commit(new StoreWrite.BeginMaintenance(Maintenance(8, 1, attempt: 2, kind: Recovery)));
        await Commit(new StoreWrite.EndRecovery(OrderOf(8)));
        Assert.Equal(MaintenanceState.Done, (await FindMaintenance(8))!.State);
        await Conflicts(new StoreWrite.EndRecovery(OrderOf(8)));
        await Conflicts(new StoreWrite.EndRecovery(OrderOf(9)));
    }

    [Fact]
    public async Task A_recovery_that_was_aborted_changes_no_key()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(7, 0, kind: Recovery)));
        await Commit(Abort(7, 0));
        await Conflicts(Complete(7, 1, 0));
        Assert.Equal([(0, KeyState.Active)], await States(0));
        Assert.Equal(Ascii(Sealed(1, 0)), await Share(0, 0));
    }

    private static StoreWrite Learn(int number, uint generation, params int[] parties) =>
        new StoreWrite.LearnKeys([.. Enumerable.Range(0, 2).Select(i => Certified(NewRow(number, i, generation, 1, parties)))]);

    [Fact]
    public async Task A_certified_record_retires_what_is_older_and_leaves_its_share_sealed()
    {
        await Create();
        await Commit(Learn(1, 2, 2, 3, 4));
        await Commit(Learn(1, 2, 2, 3, 4));
        await Restart();
        Assert.Equal((2u, KeyState.Active), await InUse(0));
        Assert.Equal([(0, KeyState.Retired), (2, KeyState.Active)], await States(0));
        Assert.Equal((Ascii(Sealed(1, 0)), null), (await Share(0, 0), await Share(0, 2)));
        await Conflicts(Learn(5, 2, 2, 3, 4));
        // An older one comes late: it is out of use at once.
        await Commit(Learn(3, 1));
        Assert.Equal([(0, KeyState.Retired), (1, KeyState.Retired), (2, KeyState.Active)], await States(1));
    }

    [Fact]
    public async Task A_learned_generation_is_rolled_back_or_the_old_shares_are_erased_as_where_it_was_made()
    {
        await Create();
        await Commit(Learn(1, 1, 2, 3, 4));
        await Commit(RollBack(1));
        Assert.Equal([(0, KeyState.Active)], await States(0));
        Assert.Equal(Ascii(Sealed(1, 0)), await Share(0, 0));
        await Commit(Learn(2, 1, 2, 3, 4));
        await Commit(new StoreWrite.EraseOldShares(OrderOf(2)));
        Assert.Equal([(0, KeyState.Erased), (1, KeyState.Active)], await States(0));
        Assert.Null(await Share(0, 0));
        await Conflicts(RollBack(2));
        await Conflicts(new StoreWrite.EraseOldShares(Digest("order", 1)));
        await Conflicts(new StoreWrite.EraseOldShares(OrderOf(9)));
    }

    [Fact]
    public async Task A_learned_generation_lets_the_certificate_of_an_older_one_come_late()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1)));
        await Commit(AcknowledgeMaintenance(1, 1));
        await Commit(Learn(2, 2, 2, 3, 4));
        Assert.Equal([(0, KeyState.Retired), (1, KeyState.Pending), (2, KeyState.Active)], await States(0));
        await Commit(ActivateMaintenance(1));
        Assert.Equal([(0, KeyState.Retired), (1, KeyState.Retired), (2, KeyState.Active)], await States(0));
        Assert.Equal((2u, KeyState.Active), await InUse(0));
    }

    [Fact]
    public async Task What_is_older_than_an_erasure_never_becomes_active_and_holds_nothing_up()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1)));
        await Commit(AcknowledgeMaintenance(1, 1));
        await Commit(Learn(2, 2, 2, 3, 4));
        await Commit(new StoreWrite.EraseOldShares(OrderOf(2)));
        Assert.Equal([(0, KeyState.Erased), (1, KeyState.Erased), (2, KeyState.Active)], await States(0));
        Assert.Null(await Share(0, 1));
        await Commit(ActivateMaintenance(1));
        Assert.Equal([(0, KeyState.Erased), (1, KeyState.Erased), (2, KeyState.Active)], await States(0));
    }

    private async Task<IReadOnlyList<KeyAnchor?>> Anchors(params KeyId[] keys) => (await Read<StoreAnswer.Anchors>(new StoreQuery.FindAnchors(keys))).Values;

    private static (string Body, int Index, uint Generation, string Certificate) Said(KeyAnchor? anchor) =>
        (Ascii(anchor!.Creation.Body), anchor.Index, anchor.Record.Generation, Ascii(anchor.Certificate));

    [Fact]
    public async Task The_anchor_of_a_key_is_its_creation_here_once_it_is_certified_whatever_becomes_of_its_generations()
    {
        await Commit(new StoreWrite.BeginOrder(Order(2)));
        await Commit(Acknowledge(2, 2));
        Assert.Equal([null, null], await Anchors(Key(2, 0), Key(2, 1)));
        await Commit(Activate(2, 2));
        Assert.Equal(("body 2", 1, 0u, "certificate 1"), Said((await Anchors(Key(2, 1)))[0]));

        await Create();
        await Make(1, 1);
        await Commit(new StoreWrite.EraseOldShares(OrderOf(1)));
        await Restart();
        var anchors = await Anchors(Key(1, 1), Key(5, 3), Key(1, 0));
        Assert.Equal(("body 1", 1, 0u, "certificate 1"), Said(anchors[0]));
        Assert.Null(anchors[1]);
        Assert.Same(anchors[0]!.Creation, anchors[2]!.Creation);
        Assert.Equal(KeyRecordEncoding.Encode(KeyRow(1, 1).Record), KeyRecordEncoding.Encode(anchors[0]!.Record));

        // What is shown of it by others changes nothing here.
        await Commit(new StoreWrite.PutAnchor(new(Signed(7), 4, KeyRow(1, 1).Record, Text("another certificate"))));
        Assert.Equal(("body 1", 1, 0u, "certificate 1"), Said((await Anchors(Key(1, 1)))[0]));
    }

    [Fact]
    public async Task The_anchor_of_a_key_made_elsewhere_is_what_was_shown_first()
    {
        var request = Signed(5);
        await Commit([.. Enumerable.Range(0, 3).Select(i => new StoreWrite.PutAnchor(new(request, (ushort)i, KeyRow(5, i).Record, Text($"shown {i}"))))]);
        await Commit(new StoreWrite.PutAnchor(new(Signed(6), 9, KeyRow(5, 2).Record, Text("later"))));
        await Restart();
        var anchors = await Anchors(Key(5, 2), Key(5, 0));
        Assert.Equal(("body 5", 2, 0u, "shown 2"), Said(anchors[0]));
        Assert.Equal(("body 5", 0, 0u, "shown 0"), Said(anchors[1]));
        Assert.Same(anchors[0]!.Creation, anchors[1]!.Creation);
        Assert.Equal(Signed(5).Client, anchors[0]!.Creation.Client);
        Assert.Equal(Signed(5).Signature.ToArray(), anchors[0]!.Creation.Signature.ToArray());
        Assert.Equal(KeyRecordEncoding.Encode(KeyRow(5, 2).Record), KeyRecordEncoding.Encode(anchors[0]!.Record));
    }
}
