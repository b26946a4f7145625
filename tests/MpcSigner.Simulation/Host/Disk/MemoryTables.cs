using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;

namespace MpcSigner.Simulation.Host.Disk;

/// <summary>A node's durable state in memory: changed by whole commits, refusing what the port says a store refuses. The contract suite of the stores runs over it too.</summary>
/// <typeparam name="TShare">A share as this disk keeps it.</typeparam>
public sealed class MemoryTables<TShare> where TShare : class
{
    private readonly UndoLog _undo = new();

    public MemoryTables(NodeId self, Func<DateTimeOffset> clock)
    {
        Ledger = new(_undo);
        Administration = new(_undo, clock);
        Evidence = new(_undo);
        Keys = new(_undo, Administration.IsDestroyed);
        Orders = new(_undo, Keys);
        Maintenance = new(_undo, Keys, self);
    }

    /// <summary>Of the newest process.</summary>
    public ulong StartCounter { get; set; }

    public DateTimeOffset? RestoredAt { get; set; }

    public LedgerTable Ledger { get; }

    public KeyTable<TShare> Keys { get; }

    public OrderTable<TShare> Orders { get; }

    public MaintenanceTable<TShare> Maintenance { get; }

    public AdministrationTable Administration { get; }

    public EvidenceTable Evidence { get; }

    /// <summary>Writes all or nothing.</summary>
    /// <returns>Shares that are deleted now.</returns>
    /// <exception cref="StoreConflictException">A write contradicts what is durable; nothing was changed.</exception>
    public IReadOnlyList<TShare> Commit(IReadOnlyList<StoreWrite> writes, IReadOnlyList<(KeyId Key, uint Generation, TShare Share)> shares)
    {
        try
        {
            foreach (var write in writes)
            {
                if (!ApplyToClients(write) && !ApplyToMaintenance(write))
                    throw new InvalidOperationException($"a write of no known kind: {write.GetType().Name}");
            }
            foreach (var (key, generation, share) in shares)
                Keys.PutShare(key, generation, share);
            foreach (var write in writes)
                RequireShares(write);
            return [.. Keys.Deleted];
        }
        catch
        {
            _undo.Undo();
            throw;
        }
        finally
        {
            _undo.Forget();
            Keys.Deleted.Clear();
        }
    }

    private bool ApplyToClients(StoreWrite write)
    {
        switch (write)
        {
            case StoreWrite.PutRequest put: Ledger.PutRequest(put.Row); break;
            case StoreWrite.Book book: Ledger.Book(book.Row); break;
            case StoreWrite.BeginOrder begin: Orders.Begin(begin.Row); break;
            case StoreWrite.AcknowledgeOrder acknowledge: Orders.Acknowledge(acknowledge); break;
            case StoreWrite.ActivateOrder activate: Orders.Activate(activate); break;
            case StoreWrite.GiveUpOrder giveUp: Orders.GiveUp(giveUp); break;
            case StoreWrite.AbortOrder abort: Orders.Abort(abort); break;
            case StoreWrite.PutSessionWindow put: Ledger.PutWindow(put); break;
            case StoreWrite.ExcludePeer exclude: Ledger.Exclude(exclude.Row); break;
            case StoreWrite.PutPeerInstance put: Ledger.PutInstance(put); break;
            case StoreWrite.PutPair put: Ledger.PutPair(put.Row); break;
            case StoreWrite.Append append: Ledger.Append(append.Entry); break;
            case StoreWrite.PutSealedShare: break; // comes as a share
            default: return false;
        }
        return true;
    }

    private bool ApplyToMaintenance(StoreWrite write)
    {
        switch (write)
        {
            case StoreWrite.BeginMaintenance begin: Maintenance.Begin(begin.Row); break;
            case StoreWrite.AcknowledgeMaintenance acknowledge: Maintenance.Acknowledge(acknowledge); break;
            case StoreWrite.DoubtMaintenance doubt: Maintenance.Doubt(doubt); break;
            case StoreWrite.ActivateMaintenance activate: Maintenance.Activate(activate); break;
            case StoreWrite.AbortMaintenance abort: Maintenance.Abort(abort); break;
            case StoreWrite.RollBackMaintenance rollBack: Maintenance.RollBack(rollBack); break;
            case StoreWrite.PutDone done: Maintenance.PutDone(done); break;
            case StoreWrite.EraseOldShares erase: Maintenance.EraseOld(erase); break;
            case StoreWrite.CompleteRecovery complete: Maintenance.CompleteRecovery(complete); break;
            case StoreWrite.EndRecovery end: Maintenance.EndRecovery(end); break;
            case StoreWrite.LearnKeys learn: Learn(learn); break;
            case StoreWrite.PutAnchor put when CreatedHere(put.Anchor.Record.KeyId) is null: Administration.PutAnchor(put.Anchor); break;
            case StoreWrite.PutAnchor: break;
            case StoreWrite.AcceptDestruction accept: Administration.Accept(accept.Row); break;
            case StoreWrite.CancelDestruction cancel: Administration.Cancel(cancel); break;
            case StoreWrite.DestroyKeys destroy:
                foreach (var key in Administration.Destroy(destroy))
                    Keys.Destroy(key);
                break;
            case StoreWrite.PutJob job: Administration.PutJob(job.Row); break;
            case StoreWrite.AppendRoster append: Administration.AppendRoster(append.Row); break;
            case StoreWrite.PutRosterAck ack: Administration.PutRosterAck(ack); break;
            case StoreWrite.PutEvidence put: Evidence.Put(put); break;
            default: return false;
        }
        return true;
    }

    private void RequireShares(StoreWrite write)
    {
        switch (write)
        {
            case StoreWrite.AcknowledgeOrder acknowledge: Orders.RequireShares(acknowledge); break;
            case StoreWrite.AcknowledgeMaintenance acknowledge: Maintenance.RequireShares(acknowledge); break;
            case StoreWrite.CompleteRecovery complete: Maintenance.RequireShares(complete); break;
        }
    }

    private void Learn(StoreWrite.LearnKeys write)
    {
        foreach (var row in write.Keys)
        {
            if (Keys.Find(row.Record.KeyId, row.Record.Generation) is { } known)
            {
                UndoLog.Require(known.RecordHash == row.RecordHash, "another record of a generation");
                continue;
            }
            if (Keys.IsDestroyed(row.Record.KeyId))
                continue;
            Keys.Insert(row);
            Keys.RetireOlder(row.Record.KeyId);
        }
    }

    public StoredState BeginInstance() => new(
        ++StartCounter,
        Ledger.Head,
        [.. Orders.Rows.Where(order => order.State is OrderState.Begun or OrderState.Acknowledged or OrderState.GivenUp)],
        new Dictionary<NodeId, SessionWindow>(Ledger.Windows),
        new Dictionary<NodeId, (InstanceId Instance, ulong StartCounter)>(Ledger.Peers),
        new Dictionary<NodeId, PairRow>(Ledger.Pairs))
    {
        OpenMaintenance = [.. Maintenance.Open],
        RunningJobs = [.. Administration.Jobs.Where(job => job.State == JobState.Running).Reverse()],
        WaitingDestructions = [.. Administration.Destructions.Where(d => d.State == DestructionState.Waiting).Reverse()],
        Excluded = new Dictionary<NodeId, ExclusionRow>(Ledger.Exclusions),
        RestoredAt = RestoredAt,
        Roster = Administration.Rosters.LastOrDefault(),
    };

    /// <summary>The row in use of every key after <paramref name="after"/>, ascending.</summary>
    public IReadOnlyList<KeyRow> ListKeys(KeyId? after, int limit) => [.. InUse(after).Take(limit)];

    private IEnumerable<KeyRow> InUse(KeyId? after) => Keys.Ids
        .Where(key => after is not { } start || key.Value.CompareTo(start.Value) > 0).OrderBy(key => key.Value).Select(FindKey).OfType<KeyRow>().Select(Shown);

    public IReadOnlyList<StoreAnswer> Read(IReadOnlyList<StoreQuery> queries) => [.. queries.Select(Answer)];

    private StoreAnswer Answer(StoreQuery query) => query switch
    {
        StoreQuery.FindRequest q => new StoreAnswer.Request(Ledger.Request(q.Client, q.IdempotencyKey)),
        StoreQuery.FindBooking q => new StoreAnswer.Booking(Ledger.Booking(q.Kind, q.Scope)),
        StoreQuery.FindKey q => new StoreAnswer.Key(FindKey(q.Key) is { } found ? Shown(found) : null),
        StoreQuery.ListActiveKeys q => new StoreAnswer.Keys([.. InUse(q.After).Where(key => key.State == KeyState.Active).Take(StoreLimits.MaxPage)]),
        StoreQuery.FindOrderKeys q => new StoreAnswer.OrderKeys([.. FindOrderKeys(q.Order).Select(Shown)]),
        StoreQuery.FindOrder q => new StoreAnswer.Order(Orders.Find(q.Order)),
        StoreQuery.FindMaintenance q => new StoreAnswer.Maintenance(Maintenance.Find(q.Order)),
        StoreQuery.FindMaintenanceOfKey q => new StoreAnswer.Maintenances([.. Maintenance.OfKey(q.Key, q.FromGeneration)]),
        StoreQuery.ListOpenMaintenance => new StoreAnswer.Maintenances([.. Maintenance.Open.Take(StoreLimits.MaxPage)]),
        StoreQuery.FindAttempts q => new StoreAnswer.Attempts([.. Maintenance.OfKey(q.Key, q.Generation).Where(row => row.Keys.Contains((q.Key, q.Generation)))
            .Select(row => new AttemptRow(row.Order, row.Kind, row.Attempt, row.State, row.AbortKind, row.Abort))]),
        StoreQuery.FindGenerations q => new StoreAnswer.Generations([.. Visible(q.Key).Select(Shown)]),
        StoreQuery.FindAnchors q => new StoreAnswer.Anchors([.. q.Keys.Select(key => Administration.Anchor(key) ?? CreatedHere(key))]),
        StoreQuery.FindDestruction q => new StoreAnswer.Destruction(Administration.Destruction(q.Order)),
        StoreQuery.ListDestructions => new StoreAnswer.Destructions([.. Administration.Destructions.Take(StoreLimits.MaxPage)]),
        StoreQuery.FindJob q => new StoreAnswer.Job(Administration.Job(q.Job)),
        StoreQuery.ListJobs => new StoreAnswer.Jobs([.. Administration.Jobs.Take(StoreLimits.MaxPage)
            .Select(job => job with { Steps = [.. job.Steps.Select(step => step with { Orders = [] })] })]),
        StoreQuery.ListRosters q => new StoreAnswer.Rosters([.. Administration.Rosters.Where(row => row.Version >= q.From).Take(StoreLimits.MaxRosterPage)]),
        StoreQuery.ListEvidence => new StoreAnswer.Evidence([.. Evidence.Rows.Take(StoreLimits.MaxPage)], Evidence.NotKept),
        StoreQuery.ReadEvidence q => Evidence.Read(q.Id, q.From),
        _ => throw new InvalidOperationException("a query of no known kind"),
    };

    private KeyRow Shown(KeyRow row) => row with { HasShare = Keys.HasShare(row) };

    private IEnumerable<KeyRow> Visible(KeyId key) => Keys.Generations(key).Where(row => !Orders.IsGivenUp(row.Order));

    private KeyRow? FindKey(KeyId key) => KeyTable<TShare>.InUse(Visible(key));

    /// <summary>A recovery makes no rows of its own.</summary>
    private IReadOnlyList<KeyRow> FindOrderKeys(Digest32 order) => Maintenance.Find(order) is { Kind: 5 } recovery
        ? [.. recovery.Keys.Select(key => Keys.Find(key.Key, key.Generation)).OfType<KeyRow>()]
        : [.. Keys.OfOrder(order)];

    private KeyAnchor? CreatedHere(KeyId key) =>
        Keys.Find(key, 0) is { Certificate.IsEmpty: false } row && Orders.Find(row.Order) is { } order ? new(order.Request, row.Index, row.Record, row.Certificate) : null;
}
