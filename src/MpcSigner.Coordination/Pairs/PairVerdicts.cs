using MpcSigner.Coordination.Audit;
using MpcSigner.Coordination.Machine;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Faults;

namespace MpcSigner.Coordination.Pairs;

/// <summary>Failed checks of pair setups on their way to the disk: whoever is to blame and for what is durable first, and only then anything of it may be seen (spec §8.4, C3, C4, C8).</summary>
internal sealed class PairVerdicts(Rooms rooms, Func<NodeId, PairEntry> entryOf)
{
    /// <summary>Checks of a session condemned setups (they are dead already).</summary>
    /// <param name="blame">What is logged in the same commit: a crash loses both or neither.</param>
    public void Condemn(IReadOnlyList<PairSetup> condemned, Batch blame, Action durable)
    {
        foreach (var setup in condemned)
        {
            var entry = entryOf(setup.Peer);
            entry.Row = Failed(entry);
            Mark(entry, setup);
            blame.Write(new StoreWrite.PutPair(entry.Row));
        }
        rooms.Context.Commit(blame, () =>
        {
            foreach (var setup in condemned)
                Forget(setup);
            durable();
        });
    }

    /// <summary>A setup never became active: its peer's base OT or seed proof does not hold (C11).</summary>
    public void Fail(PairEntry entry, ProtocolFault fault, Action durable)
    {
        entry.Row = Failed(entry);
        var batch = new Batch().Write(new StoreWrite.PutPair(entry.Row));
        PeerFaults.Log(batch, rooms, entry.Peer, fault, default, default, default);
        rooms.Context.Commit(batch, () =>
        {
            PeerFaults.React(rooms, entry.Peer, fault, default);
            durable();
        });
    }

    /// <summary>Calls back once the DEAD marks of setups that were found dead stand on the disk; their failures are counted by who condemns them.</summary>
    public void WhenDurable(IReadOnlyList<PairSetup> dead, Action durable)
    {
        if (dead.Count == 0)
        {
            durable();
            return;
        }
        var batch = new Batch();
        foreach (var setup in dead)
        {
            var entry = entryOf(setup.Peer);
            Mark(entry, setup);
            batch.Write(new StoreWrite.PutPair(entry.Row));
        }
        rooms.Context.Commit(batch, durable);
    }

    /// <summary>Goes on once no setup with these peers is dead without its mark on the disk: until then nothing that a peer sees may depend on the verdict, in whatever session.</summary>
    public void WhenRecorded(IEnumerable<NodeId> peers, Action then) =>
        WhenDurable([.. peers.Select(peer => entryOf(peer).Setup).OfType<PairSetup>().Where(setup => setup.State == PairSetupState.Dead)], then);

    private PairRow Failed(PairEntry entry)
    {
        var row = entry.RowOn(rooms.Context.Now);
        return row with { Failures = row.Failures + 1, FailuresOnDay = row.FailuresOnDay + 1 };
    }

    private static void Mark(PairEntry entry, PairSetup setup) => entry.Row = entry.Row with
    {
        DeadSendingEpoch = Math.Max(entry.Row.DeadSendingEpoch, setup.SendingEpoch),
        DeadReceivingEpoch = Math.Max(entry.Row.DeadReceivingEpoch, setup.ReceivingEpoch),
    };

    /// <summary>A dead setup's secrets go as soon as its mark is durable, and only then another may take its place.</summary>
    private void Forget(PairSetup setup)
    {
        var entry = entryOf(setup.Peer);
        if (entry.Setup != setup)
            return;
        entry.Setup = null;
        setup.Dispose();
    }
}
