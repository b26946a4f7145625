using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Machine;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Coordination.Pairs;

/// <summary>This node's pair setups, one a peer, in memory only; made by the node with the lower nid. What must outlive them is durable before it matters (spec §5, §8.4).</summary>
internal sealed class PairBook : IPairRunOwner, IDisposable
{
    private readonly Rooms _rooms;
    private readonly SortedDictionary<NodeId, PairEntry> _entries = [];
    private readonly Dictionary<PairRun, Action<bool>> _ends = [];

    public PairBook(Rooms rooms)
    {
        _rooms = rooms;
        Verdicts = new(rooms, EntryOf);
        foreach (var peer in rooms.Peers.All)
            _ = EntryOf(peer.Nid);
    }

    private MachineContext Context => _rooms.Context;

    private PairSettings Settings => _rooms.Context.Settings.Pairs;

    public PairVerdicts Verdicts { get; }

    /// <summary>Setups in use.</summary>
    public int Active => _entries.Keys.Count(peer => Find(peer) is not null);

    public void Begin() => Tend();

    /// <summary>The setup with the newest process of a peer, if there is one that may be used.</summary>
    public PairSetup? Find(NodeId peer) =>
        _entries.TryGetValue(peer, out var entry) && entry.Setup is { } setup && setup.CanServe(PresignInput.MaxCount)
        && _rooms.Peers.Find(peer)?.Newest?.Instance == setup.Nodes.PeerInstance && Context.Now.Elapsed - entry.MadeAt < Settings.Life
            ? setup
            : null;

    /// <summary>Calls back when there is a setup with each of these peers, or once for those where none could be made. That one has died shows only once it is durable.</summary>
    public void Ensure(IReadOnlyCollection<NodeId> peers, Action ready, Action<IReadOnlyList<NodeReason>> failed) =>
        Verdicts.WhenRecorded(peers, () => EnsureRecorded(peers, ready, failed));

    private void EnsureRecorded(IReadOnlyCollection<NodeId> peers, Action ready, Action<IReadOnlyList<NodeReason>> failed)
    {
        NodeId[] missing = [.. peers.Where(peer => Find(peer) is null)];
        if (missing.Length == 0)
        {
            ready();
            return;
        }
        var outstanding = missing.Length;
        foreach (var peer in missing)
        {
            var entry = EntryOf(peer);
            entry.IsWanted = true;
            entry.Waiting.Add(() =>
            {
                if (--outstanding > 0)
                    return;
                NodeReason[] without = [.. peers.Where(nid => Find(nid) is null).Select(nid => new NodeReason(nid, Context.NameOf(nid), Reason.NotReady, "no pair setup with it could be made"))];
                if (without.Length == 0)
                    ready();
                else
                    failed(without);
            });
            if (entry.Run is null && !TryOpen(entry))
                Told(entry);
        }
    }

    /// <summary>
    /// A peer opens a setup's session: null when its run may begin, else what it is told. How many of its checks have failed it is not told (C7): the operator is, who alone can help.
    /// </summary>
    public ServiceError? Answer(NodeId initiator)
    {
        var entry = EntryOf(initiator);
        if (Judge(entry) is { } why)
        {
            Context.Observe(new Observation.PairNotSetUp(initiator, why));
            return new(Reason.NotReady, "No pair setup is made with this node at present.", "Have an operator look at both nodes' logs.");
        }
        if (entry.Opener is not null && Context.Self.CompareTo(initiator) < 0)
            return new(Reason.Cancelled, "Of two setups at once the one of the lower node id survives.", "Nothing is to be done.");
        entry.Opener?.Abandon();
        End(entry);
        return null;
    }

    /// <summary>All have joined: M0 leaves, and an older setup is retired.</summary>
    /// <param name="end">Ends the run's session; told whether a setup was made.</param>
    public PairRun BeginRun(NodeId peer, InstanceId peerInstance, ISessionLink link, Action<bool> end)
    {
        var entry = EntryOf(peer);
        End(entry);
        var nodes = new PairNodes(Context.Self, Context.Setup.Instance, entry.Peer, peerInstance);
        var session = new PairSetupSession(nodes, new(entry.Row.SendingEpoch, entry.Row.ReceivingEpoch), Context.Setup.Random, entry.Setup);
        var run = entry.Run = new(Context, entry.Peer, session, link, this);
        _ends.Add(run, end);
        return run;
    }

    /// <summary>The session of a setup did not open.</summary>
    public void NeverBegan(PairEntry entry, string why)
    {
        entry.NotBefore = Context.Now.Elapsed + Settings.Pause;
        Context.Observe(new Observation.PairNotSetUp(entry.Peer, why));
        Told(entry);
    }

    public void Made(PairRun run, PairSetup setup)
    {
        var entry = _entries[run.Peer];
        Ended(run, made: true);
        entry.Setup?.Dispose();
        (entry.Setup, entry.MadeAt, entry.MissingSince) = (setup, Context.Now.Elapsed, null);
        Context.Observe(new Observation.PairSetUp(run.Peer, setup.SendingEpoch, setup.ReceivingEpoch));
        Told(entry);
    }

    public void Failed(PairRun run, ProtocolFault? fault, string why)
    {
        var entry = _entries[run.Peer];
        entry.NotBefore = Context.Now.Elapsed + Settings.Pause;
        var culprit = fault?.Culprits.Count > 0;
        if (!culprit)
        {
            Ended(run, made: false);
            Context.Observe(new Observation.PairNotSetUp(run.Peer, why));
            Told(entry);
            return;
        }
        // A failed base OT or seed proof counts like a failed check (C8), durably before anybody can tell.
        Verdicts.Fail(entry, fault!, () =>
        {
            Ended(run, made: false);
            Told(entry);
        });
    }

    /// <summary>It counts all the same (C8).</summary>
    public void FailedLate(PairRun run, ProtocolFault fault) => Verdicts.Fail(_entries[run.Peer], fault, static () => { });

    public void MakeDurable(PairRun run, PairEpochs? epochs, bool countsSetup, Action durable)
    {
        var entry = _entries[run.Peer];
        var row = entry.RowOn(Context.Now);
        if (epochs is { } used)
            row = row with { SendingEpoch = used.Sending, ReceivingEpoch = used.Receiving };
        if (countsSetup)
            row = row with { SetupsOnDay = row.SetupsOnDay + 1 };
        entry.Row = row;
        Context.Commit(new Batch().Write(new StoreWrite.PutPair(row)), durable);
    }

    /// <summary>A session found that the two ends know different setups: a new one is made, nobody is blamed (spec §15).</summary>
    public void Mismatched(NodeId peer)
    {
        var entry = EntryOf(peer);
        entry.Setup?.Retire();
        entry.IsWanted = true;
    }

    /// <summary>Setups that are older than this are made anew: sessions that use them end on their own.</summary>
    /// <param name="since">By peer, monotonic times.</param>
    public void Renew(IReadOnlyDictionary<NodeId, TimeSpan> since)
    {
        foreach (var (peer, time) in since)
        {
            if (_entries.TryGetValue(peer, out var entry) && entry.Setup is not null && entry.MadeAt < time)
                Mismatched(peer);
        }
    }

    /// <summary>A newer process of a peer was seen: what was made with an older one is void.</summary>
    public void PeerRenewed(NodeId peer)
    {
        var entry = EntryOf(peer);
        entry.Setup?.Dispose();
        entry.Setup = null;
    }

    public void PeerJoined(NodeId peer) => _ = EntryOf(peer);

    /// <summary>A peer has left the cluster. What is remembered of its setups stays, as it does on the disk.</summary>
    public void PeerLeft(NodeId peer)
    {
        var entry = EntryOf(peer);
        entry.Opener?.Abandon();
        End(entry);
        entry.IsWanted = false;
        entry.Setup?.Dispose();
        entry.Setup = null;
        Told(entry);
    }

    /// <summary>Nothing made so far is used again.</summary>
    public void DropAll()
    {
        foreach (var entry in _entries.Values)
        {
            entry.Setup?.Dispose();
            entry.Setup = null;
        }
    }

    /// <summary>Begins setups that are missing, where it is this node's turn; every second.</summary>
    private void Tend()
    {
        foreach (var entry in _entries.Values.ToArray())
        {
            if ((!Settings.AtStart && !entry.IsWanted) || Find(entry.Peer) is not null)
            {
                entry.MissingSince = null;
                continue;
            }
            entry.MissingSince ??= Context.Now.Elapsed;
            var isOurTurn = Context.Self.CompareTo(entry.Peer) < 0 || Context.Now.Elapsed - entry.MissingSince >= Settings.Patience;
            if (isOurTurn && entry.Run is null && Context.Now.Elapsed >= entry.NotBefore)
                TryOpen(entry);
        }
        Context.StartTimer(Context.Settings.Pools.TendInterval, Tend);
    }

    private PairEntry EntryOf(NodeId peer)
    {
        if (!_entries.TryGetValue(peer, out var entry))
            _entries.Add(peer, entry = new(peer, Context.Setup.Stored.Pairs.GetValueOrDefault(peer)));
        return entry;
    }

    private bool TryOpen(PairEntry entry)
    {
        if (entry.Opener is not null)
            return true;
        if (_rooms.Peers.Find(entry.Peer) is not { } peer || !_rooms.Peers.IsUsable(peer) || Judge(entry) is not null)
            return false;
        entry.Opener = new(_rooms, entry);
        entry.Opener.Begin();
        return true;
    }

    /// <summary>C8 and C13: beyond these bounds an operator is asked.</summary>
    private string? Judge(PairEntry entry)
    {
        var row = entry.RowOn(Context.Now);
        return entry.Setup is { State: PairSetupState.Dead } ? "the former one's end is being recorded"
            : row.Failures >= Settings.MaxFailures ? $"{row.Failures} checks of setups with it have failed"
            : row.FailuresOnDay > Settings.MaxFailuresPerDay ? $"{row.FailuresOnDay} checks of setups with it have failed today"
            : row.SetupsOnDay >= Settings.MaxSetupsPerDay ? $"{row.SetupsOnDay} setups were made with it today"
            : null;
    }

    /// <summary>Gives up the run under way, if there is one: another takes its place.</summary>
    private void End(PairEntry entry)
    {
        if (entry.Run is not { } run)
            return;
        run.Dispose();
        Ended(run, made: false);
    }

    private void Ended(PairRun run, bool made)
    {
        if (!_ends.Remove(run, out var end))
            return;
        if (_entries[run.Peer].Run == run)
            _entries[run.Peer].Run = null;
        end(made);
    }

    private static void Told(PairEntry entry)
    {
        Action[] waiting = [.. entry.Waiting];
        entry.Waiting.Clear();
        foreach (var told in waiting)
            told();
    }

    public void Dispose()
    {
        foreach (var entry in _entries.Values)
        {
            entry.Run?.Dispose();
            entry.Setup?.Dispose();
        }
    }
}
