using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using Xunit;
using static MpcSigner.Node.Tests.Storage.MaintenanceSamples;
using static MpcSigner.Node.Tests.Storage.StoreSamples;

namespace MpcSigner.Node.Tests.Storage;

/// <summary>The contract's part on generations of keys and the orders that make them.</summary>
public abstract class NodeStoreMaintenanceContract : NodeStoreOrderContract
{
    /// <summary>Creation order 1 with ACTIVE keys.</summary>
    private protected async Task Create(int keys = 2)
    {
        await Commit(new StoreWrite.BeginOrder(Order(1)));
        await Commit(Acknowledge(1, keys));
        await Commit(Activate(1, keys));
    }

    /// <summary>A maintenance order up to its certificate.</summary>
    private protected async Task Make(int number, uint generation, params int[] parties)
    {
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(number, generation, kind: parties.Length == 0 ? Refresh : Reshare)));
        await Commit(AcknowledgeMaintenance(number, generation, parties: parties));
        await Commit(ActivateMaintenance(number));
    }

    private protected async Task<MaintenanceRow?> FindMaintenance(int number) =>
        (await Read<StoreAnswer.Maintenance>(new StoreQuery.FindMaintenance(OrderOf(number)))).Row;

    private protected async Task<(uint, KeyState)[]> States(int index) =>
        [.. (await Read<StoreAnswer.Generations>(new StoreQuery.FindGenerations(Key(1, index)))).Rows.Select(row => (row.Record.Generation, row.State))];

    private protected async Task<(uint, KeyState)?> InUse(int index)
    {
        var row = await FindKey(Key(1, index));
        var listed = (await Store.ListKeysAsync(null, 1_000, CancellationToken.None)).SingleOrDefault(key => key.Record.KeyId == Key(1, index));
        Assert.Equal(row?.RecordHash, listed?.RecordHash);
        return row is null ? null : (row.Record.Generation, row.State);
    }

    private protected async Task<string?> Share(int index, uint generation) =>
        await Store.ReadSealedShareAsync(Key(1, index), generation, CancellationToken.None) is { } share ? Ascii(share) : null;

    [Fact]
    public async Task P10_A_refresh_goes_over_pending_to_active_and_erases_the_old_shares_last()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1)));
        await Commit(AcknowledgeMaintenance(1, 1));
        await Restart();
        Assert.Equal(MaintenanceState.Acknowledged, (await FindMaintenance(1))!.State);
        Assert.Equal((0u, KeyState.Active), await InUse(0));
        Assert.Equal([(0, KeyState.Active), (1, KeyState.Pending)], await States(0));
        Assert.Equal((Ascii(Sealed(1, 0)), Ascii(NewShare(1, 0))), (await Share(0, 0), await Share(0, 1)));

        await Commit(ActivateMaintenance(1));
        await Commit(ActivateMaintenance(1, certificate: "later"));
        await Restart();
        Assert.Equal((1u, KeyState.Active), await InUse(1));
        Assert.Equal([(0, KeyState.Retired), (1, KeyState.Active)], await States(1));
        Assert.Equal(Text("certificate 1/1"), (await FindKey(Key(1, 1)))!.Certificate.ToArray());
        Assert.Equal((Ascii(Sealed(1, 1)), Ascii(NewShare(1, 1))), (await Share(1, 0), await Share(1, 1)));

        await Commit(new StoreWrite.EraseOldShares(OrderOf(1)));
        await Commit(new StoreWrite.EraseOldShares(OrderOf(1)));
        await Commit(ActivateMaintenance(1));
        await Restart();
        Assert.Equal(MaintenanceState.Done, (await FindMaintenance(1))!.State);
        Assert.Equal([(0, KeyState.Erased), (1, KeyState.Active)], await States(0));
        Assert.Null(await Share(0, 0));
        Assert.Equal(Ascii(NewShare(1, 0)), await Share(0, 1));
        Assert.Equal(2, (await Store.ListKeysAsync(null, 10, CancellationToken.None)).Count);
    }

    [Fact]
    public async Task A_maintenance_order_keeps_every_field()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1)));
        await Commit(AcknowledgeMaintenance(1, 1));
        await Commit(ActivateMaintenance(1));
        await Commit(new StoreWrite.PutDone(OrderOf(1), new PartyId(2), Text("done 2")), new StoreWrite.PutDone(OrderOf(1), new PartyId(3), Text("done 3")));
        await Commit(new StoreWrite.PutDone(OrderOf(1), new PartyId(2), Text("another")));
        await Restart();

        var row = (await FindMaintenance(1))!;
        Assert.Equal(SignedOrder(1).Body.ToArray(), row.Signed.Body.ToArray());
        Assert.Equal(SignedOrder(1).Signatures.Select(s => (s.Administrator, s.Signature.ToArray()[0])), row.Signed.Signatures.Select(s => (s.Administrator, s.Signature.ToArray()[0])));
        Assert.Equal(Maintenance(1, 1).Keys, row.Keys);
        Assert.Equal(Text("ack"), row.Ack.ToArray());
        Assert.Equal([(new PartyId(2), "done 2"), (new PartyId(3), "done 3")],
            row.Dones.OrderBy(done => done.Key).Select(done => (done.Key, Ascii(done.Value))));
        Assert.Equal(
            Maintenance(1, 1) with
            {
                Signed = row.Signed, Keys = row.Keys, Ack = row.Ack, Abort = row.Abort, Dones = row.Dones,
                State = MaintenanceState.Active, Echo = Digest("echo", 1), RecordsRoot = Digest("root", 1),
            }, row);

        var key = (await FindKey(Key(1, 1)))!;
        Assert.Equal(NewRow(1, 1, 1).Dealers, key.Dealers);
        Assert.Equal(NewRow(1, 1, 1).Record.Parties, key.Record.Parties);
        var made = (await Read<StoreAnswer.OrderKeys>(new StoreQuery.FindOrderKeys(OrderOf(1)))).Rows;
        Assert.Equal([(Key(1, 0), 1u), (Key(1, 1), 1u)], made.Select(made => (made.Record.KeyId, made.Record.Generation)));
        Assert.Equal([0u, 0u], (await Read<StoreAnswer.OrderKeys>(new StoreQuery.FindOrderKeys(Digest("order", 1)))).Rows.Select(old => old.Record.Generation));
    }

    [Fact]
    public async Task Rejects_an_attempt_that_is_not_above_the_highest_begun()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(2, 1, attempt: 2)));
        await Conflicts(new StoreWrite.BeginMaintenance(Maintenance(2, 1, attempt: 2)));
        await Conflicts(new StoreWrite.BeginMaintenance(Maintenance(2, 1, attempt: 5)));
        await Conflicts(new StoreWrite.BeginMaintenance(Maintenance(3, 1, attempt: 2)));
        await Conflicts(new StoreWrite.BeginMaintenance(Maintenance(3, 1, attempt: 1, kind: Reshare)));
        await Commit(Abort(2, 0));
        await Restart();
        await Conflicts(new StoreWrite.BeginMaintenance(Maintenance(3, 1, attempt: 2)));
        // One known key is enough, in whichever place.
        await Conflicts(new StoreWrite.BeginMaintenance(Maintenance(3, 1, attempt: 2) with { Keys = [(Key(9, 0), 1), (Key(1, 1), 1)] }));
        Assert.Null(await FindMaintenance(3));

        await Commit(new StoreWrite.BeginMaintenance(Maintenance(3, 1, attempt: 1, kind: Recovery)));
        await Conflicts(new StoreWrite.BeginMaintenance(Maintenance(4, 1, attempt: 1, kind: Recovery)));
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(4, 2, attempt: 1)));
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(5, 1, attempt: 3)));

        var ofKey = (await Read<StoreAnswer.Maintenances>(new StoreQuery.FindMaintenanceOfKey(Key(1, 0)))).Rows;
        Assert.Equal([OrderOf(3), OrderOf(2), OrderOf(5), OrderOf(4)], ofKey.Select(row => row.Order));
        Assert.Equal([OrderOf(4)], (await Read<StoreAnswer.Maintenances>(new StoreQuery.FindMaintenanceOfKey(Key(1, 0), 2))).Rows.Select(row => row.Order));
        Assert.Equal([OrderOf(3), OrderOf(4), OrderOf(5)], (await Read<StoreAnswer.Maintenances>(new StoreQuery.ListOpenMaintenance())).Rows.Select(row => row.Order));
    }

    [Fact]
    public async Task P10_Rejects_an_acknowledgement_that_lacks_shares_or_names_other_keys()
    {
        await Create();
        await Conflicts(AcknowledgeMaintenance(1, 1));
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1)));
        await Conflicts(AcknowledgeMaintenance(1, 1)[..^1]);
        await Conflicts(AcknowledgeMaintenance(1, 1, keys: 1));
        await Conflicts(AcknowledgeMaintenance(1, 2));
        await Conflicts([.. AcknowledgeMaintenance(1, 1, parties: [2, 3]), new StoreWrite.PutSealedShare(Key(1, 0), 1, Text("not its own"))]);
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(2, 1, kind: Recovery)));
        await Conflicts(AcknowledgeMaintenance(2, 1));
        Assert.Equal([(0, KeyState.Active)], await States(0));
        Assert.Null(await Share(0, 1));
        await Commit(AcknowledgeMaintenance(1, 1));
        await Conflicts(AcknowledgeMaintenance(1, 1));
    }

    [Fact]
    public async Task P10_Rejects_a_second_pending_generation_until_the_first_attempt_is_aborted()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1)), new StoreWrite.BeginMaintenance(Maintenance(2, 1, attempt: 2)));
        await Commit(AcknowledgeMaintenance(1, 1));
        await Conflicts(AcknowledgeMaintenance(2, 1, attempt: 2));
        await Conflicts(Abort(1, 0));
        Assert.Equal(Ascii(NewShare(1, 0)), await Share(0, 1));
        await Commit([Abort(1, 1), .. AcknowledgeMaintenance(2, 1, attempt: 2)]);
        await Commit(Abort(1, 1, "another"));
        Assert.Equal((1, "abort"), ((await FindMaintenance(1))!.AbortKind, Ascii((await FindMaintenance(1))!.Abort)));
        await Conflicts(ActivateMaintenance(1));
        await Commit(ActivateMaintenance(2));
        await Conflicts(Abort(2, 1));
        await Restart();
        Assert.Equal((1u, KeyState.Active), await InUse(0));
        Assert.Equal(Ascii(NewShare(2, 0)), await Share(0, 1));
        Assert.Equal(Ascii(Sealed(1, 0)), await Share(0, 0));
        await Commit(new StoreWrite.EraseOldShares(OrderOf(2)));
        await Conflicts(Abort(2, 1));
        await Conflicts(Abort(9, 1));
    }

    [Fact]
    public async Task P10_A_stand_to_an_attempt_in_doubt_is_kept_and_never_goes_back()
    {
        await Create();
        await Conflicts(Doubt(1, DoubtStand.Doubted));
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1)));
        await Conflicts(Doubt(1, DoubtStand.Doubted));
        await Commit(AcknowledgeMaintenance(1, 1));
        Assert.Null((await FindMaintenance(1))!.Doubt);
        await Commit(Doubt(1, DoubtStand.Doubted));
        await Restart();
        Assert.Equal((DoubtStand.Doubted, new PartyId(3), "refusal"), Stand(await FindMaintenance(1)));
        Assert.Equal((DoubtStand.Doubted, new PartyId(3), "refusal"), Stand(Assert.Single((await Read<StoreAnswer.Maintenances>(new StoreQuery.ListOpenMaintenance())).Rows)));
        await Commit(Doubt(1, DoubtStand.Upheld));
        await Conflicts(Doubt(1, DoubtStand.Doubted));
        await Restart();
        Assert.Equal(DoubtStand.Upheld, Stand(await FindMaintenance(1)).Stand);
        await Commit(ActivateMaintenance(1));
        await Conflicts(Doubt(1, DoubtStand.Upheld));

        await Commit(new StoreWrite.BeginMaintenance(Maintenance(2, 2)));
        await Commit(AcknowledgeMaintenance(2, 2));
        await Commit(Doubt(2, DoubtStand.Doubted, by: 2));
        await Commit(Abort(2, 1));
        await Conflicts(Doubt(2, DoubtStand.Upheld));
        Assert.Equal(MaintenanceState.Aborted, (await FindMaintenance(2))!.State);

        static (DoubtStand Stand, PartyId By, string Abort) Stand(MaintenanceRow? row) => (row!.Doubt!.Stand, row.Doubt.RefusedBy, Ascii(row.Doubt.Abort));
    }

    [Fact]
    public async Task P10_One_certificate_set_activates_all_keys_of_a_generation_or_none()
    {
        await Create();
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1)));
        await Conflicts(ActivateMaintenance(1));
        await Commit(AcknowledgeMaintenance(1, 1));
        await Conflicts(ActivateMaintenance(1, keys: 1));
        await Conflicts(ActivateMaintenance(1, keys: 3));
        await Conflicts(ActivateMaintenance(9));
        await Conflicts(new StoreWrite.EraseOldShares(OrderOf(1)));
        await Conflicts(new StoreWrite.PutDone(OrderOf(1), new PartyId(2), Text("done")));
        Assert.Equal([(0, KeyState.Active), (1, KeyState.Pending)], await States(0));
        await Commit(ActivateMaintenance(1));
        await Commit(new StoreWrite.EraseOldShares(OrderOf(1)));
        await Commit(new StoreWrite.PutDone(OrderOf(1), new PartyId(2), Text("late")));
    }

    [Fact]
    public async Task A_dealer_that_leaves_keeps_its_old_share_sealed_until_it_is_erased()
    {
        await Create();
        await Make(1, 1, 2, 3, 4);
        await Restart();
        Assert.Equal((1u, KeyState.Active), await InUse(0));
        Assert.Null(await Share(0, 1));
        Assert.Equal(Ascii(Sealed(1, 0)), await Share(0, 0));
        await Commit(new StoreWrite.EraseOldShares(OrderOf(1)));
        Assert.Null(await Share(0, 0));
    }

    [Fact]
    public async Task A_newcomer_sees_its_pending_keys_and_nothing_after_an_abort()
    {
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 4, kind: Reshare)));
        await Commit(AcknowledgeMaintenance(1, 4));
        Assert.Equal((4u, KeyState.Pending), await InUse(0));
        await Commit(Abort(1, 1));
        Assert.Null(await InUse(0));
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(2, 4, attempt: 2, kind: Reshare)));
        await Commit(AcknowledgeMaintenance(2, 4, attempt: 2));
        await Commit(ActivateMaintenance(2));
        Assert.Equal((4u, KeyState.Active), await InUse(0));
        await Commit(RollBack(2));
        Assert.Null(await InUse(0));
        Assert.Null(await Share(0, 4));
    }

    [Fact]
    public async Task P10_A_rollback_goes_back_to_the_sealed_old_shares()
    {
        await Create();
        await Make(1, 1);
        await Commit(RollBack(1));
        await Commit(RollBack(1));
        await Restart();
        Assert.Equal([(0, KeyState.Active)], await States(1));
        Assert.Equal((0u, KeyState.Active), await InUse(1));
        Assert.Equal((Ascii(Sealed(1, 1)), null), (await Share(1, 0), await Share(1, 1)));
        var row = (await FindMaintenance(1))!;
        Assert.Equal((MaintenanceState.Aborted, 1), (row.State, row.AbortKind));
        Assert.Equal(Text("roll back"), row.Abort.ToArray());
        await Conflicts(ActivateMaintenance(1));

        await Commit(new StoreWrite.BeginMaintenance(Maintenance(2, 1, attempt: 2)));
        await Commit(AcknowledgeMaintenance(2, 1, attempt: 2));
        await Conflicts(RollBack(2));
        await Commit(ActivateMaintenance(2));
        await Commit(new StoreWrite.EraseOldShares(OrderOf(2)));
        await Conflicts(RollBack(2));
        await Conflicts(RollBack(9));
        await Conflicts(new StoreWrite.RollBackMaintenance(Digest("order", 1), Text("a creation")));
        Assert.Equal(Ascii(NewShare(2, 1)), await Share(1, 1));
    }

    [Fact]
    public async Task P10_A_later_generation_keeps_the_one_it_rests_on()
    {
        await Create();
        await Make(1, 1);
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(2, 2)));
        await Commit(AcknowledgeMaintenance(2, 2));
        await Conflicts(RollBack(1));
        await Commit(ActivateMaintenance(2));
        await Conflicts(RollBack(1));
        await Commit(new StoreWrite.EraseOldShares(OrderOf(1)));
        Assert.Equal([(0, KeyState.Erased), (1, KeyState.Retired), (2, KeyState.Active)], await States(0));
        Assert.Equal((null, Ascii(NewShare(1, 0))), (await Share(0, 0), await Share(0, 1)));
        await Commit(RollBack(2));
        Assert.Equal((1u, KeyState.Active), await InUse(0));
        Assert.Equal([(0, KeyState.Erased), (1, KeyState.Active)], await States(0));
    }

    [Fact]
    public async Task Rejects_a_share_of_a_generation_that_is_out_of_use()
    {
        await Create();
        await Make(1, 1);
        await Commit(new StoreWrite.EraseOldShares(OrderOf(1)));
        await Conflicts(new StoreWrite.PutSealedShare(Key(1, 0), 0, Text("back again")));
        await Conflicts(new StoreWrite.PutSealedShare(Key(1, 0), 1, Text("a second one")));
        Assert.Null(await Share(0, 0));
    }

    [Fact]
    public async Task P10_What_is_open_is_found_again_after_a_restart()
    {
        await Create();
        await Make(1, 1);
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(2, 2)));
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(3, 2, attempt: 2)), Abort(3, 0));
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(4, 1, kind: Recovery)), new StoreWrite.EndRecovery(OrderOf(4)));
        await Restart();
        var open = (await Store.BeginInstanceAsync(Instance(5), CancellationToken.None)).OpenMaintenance;
        Assert.Equal([(OrderOf(1), MaintenanceState.Active), (OrderOf(2), MaintenanceState.Begun)], open.Select(row => (row.Order, row.State)));
        Assert.Equal(Maintenance(1, 1).Keys, open[0].Keys);
    }

    [Fact]
    public async Task P10_A_batch_of_the_largest_size_passes_every_state_in_one_commit_each()
    {
        await Create(KeyLimits.MaxBatch);
        await Commit(new StoreWrite.BeginMaintenance(Maintenance(1, 1, keys: KeyLimits.MaxBatch)), new StoreWrite.Append(Entry(1)));
        await Commit([.. AcknowledgeMaintenance(1, 1, keys: KeyLimits.MaxBatch), new StoreWrite.Append(Entry(2))]);
        await Commit(ActivateMaintenance(1, keys: KeyLimits.MaxBatch), new StoreWrite.Append(Entry(3)));
        await Commit(new StoreWrite.EraseOldShares(OrderOf(1)), new StoreWrite.Append(Entry(4)));
        await Restart();
        var rows = await Store.ListKeysAsync(null, 1_000, CancellationToken.None);
        Assert.Equal(KeyLimits.MaxBatch, rows.Count);
        Assert.All(rows, row => Assert.Equal((1u, KeyState.Active), (row.Record.Generation, row.State)));
        Assert.Null(await Share(999, 0));
        Assert.Equal(Ascii(NewShare(1, 999)), await Share(999, 1));
    }
}
