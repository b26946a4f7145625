using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;

namespace MpcSigner.Storage.Sqlite.Writes;

/// <summary>What a node remembers of its peers, and its own starts. None of it may ever go back.</summary>
internal static class PeerWrites
{
    private const int WindowBytes = SessionWindow.Length / 8;

    internal static void PutWindow(SqliteConnection connection, StoreWrite.PutSessionWindow write)
    {
        var window = write.Window;
        if (window.Used.Length != WindowBytes)
            throw new ArgumentException($"a window of {window.Used.Length} bytes, not {WindowBytes}", nameof(write));

        var found = connection.Statement("SELECT start_counter, highest, used FROM session_window WHERE initiator = ?").Bind(write.Initiator.Value);
        try
        {
            if (found.Step() && window.Forgets(new(found.Bits(0), found.Bits(1), found.Bytes(2))))
                throw new StoreConflictException($"the session window of {write.Initiator} would forget used session ids");
        }
        finally { found.Reset(); }

        connection.Statement("INSERT OR REPLACE INTO session_window (initiator, start_counter, highest, used) VALUES (?, ?, ?, ?)")
            .Bind(write.Initiator.Value).BindBits(window.StartCounter).BindBits(window.Highest).Bind(window.Used.Span).Run();
    }

    internal static void PutInstance(SqliteConnection connection, StoreWrite.PutPeerInstance write)
    {
        var found = connection.Statement("SELECT instance, start_counter FROM peer WHERE nid = ?").Bind(write.Peer.Value);
        try
        {
            if (found.Step())
            {
                var (instance, counter) = (found.Instance(0), found.Bits(1));
                if (write.StartCounter < counter || (write.StartCounter == counter && write.Instance != instance))
                    throw new StoreConflictException($"peer {write.Peer} was seen as instance {instance} with start counter {counter}");
            }
        }
        finally { found.Reset(); }

        connection.Statement("INSERT OR REPLACE INTO peer (nid, instance, start_counter) VALUES (?, ?, ?)")
            .Bind(write.Peer.Value).Bind(write.Instance).BindBits(write.StartCounter).Run();
    }

    internal static void PutPair(SqliteConnection connection, PairRow row)
    {
        if (SqliteReads.Pair(connection, row.Peer) is { } old && row.Forgets(old))
            throw new StoreConflictException($"what is known of setups with {row.Peer} would be forgotten");
        connection.Statement(
            """
            INSERT OR REPLACE INTO pair (nid, sending_epoch, receiving_epoch, dead_sending_epoch, dead_receiving_epoch, failures, day, failures_on_day, setups_on_day)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """)
            .Bind(row.Peer.Value).BindBits(row.SendingEpoch).BindBits(row.ReceivingEpoch).BindBits(row.DeadSendingEpoch).BindBits(row.DeadReceivingEpoch)
            .Bind(row.Failures).Bind(row.Day).Bind(row.FailuresOnDay).Bind(row.SetupsOnDay).Run();
    }

    internal static void Exclude(SqliteConnection connection, ExclusionRow row)
    {
        if (row.Why.Length is 0 or > ExclusionRow.MaxWhyLength)
            throw new ArgumentException($"a reason of {row.Why.Length} characters; 1..{ExclusionRow.MaxWhyLength}", nameof(row));
        connection.Statement("INSERT INTO exclusion (nid, since, why) VALUES (?, ?, ?) ON CONFLICT DO NOTHING").Bind(row.Peer.Value).Bind(row.Since).Bind(row.Why).Run();
    }

    /// <summary>The operator's word, and the only way by which a count of failed checks goes back.</summary>
    /// <param name="forgetFailures">Those of pair setups with it are counted from 0 again (spec §8.4, C8).</param>
    /// <returns>Whether anything stood against it.</returns>
    internal static bool Readmit(SqliteConnection connection, NodeId peer, bool forgetFailures)
    {
        connection.Statement("DELETE FROM exclusion WHERE nid = ?").Bind(peer.Value).Run();
        var changed = connection.Changes == 1;
        if (!forgetFailures)
            return changed;
        connection.Statement("UPDATE pair SET failures = 0, failures_on_day = 0 WHERE nid = ? AND failures > 0").Bind(peer.Value).Run();
        return changed || connection.Changes == 1;
    }

    /// <returns>The start counter of the new instance.</returns>
    internal static ulong BeginInstance(SqliteConnection connection, InstanceId instance, DateTimeOffset now)
    {
        return Begin(connection, LastStart(connection) + 1, instance, now, restored: false);
    }

    /// <summary>Counts on to the wall clock's seconds, as if that instance had begun then: above every start that is not in these rows, where each took a second at least.</summary>
    /// <param name="never">An instance that no process is.</param>
    internal static ulong SkipStarts(SqliteConnection connection, InstanceId never, DateTimeOffset now) =>
        Begin(connection, Math.Max(LastStart(connection) + 1, now.ToUnixTimeSeconds()), never, now, restored: true);

    private static long LastStart(SqliteConnection connection) => connection.QueryNumber("SELECT ifnull(max(start_counter), 0) FROM instance");

    private static ulong Begin(SqliteConnection connection, long counter, InstanceId instance, DateTimeOffset now, bool restored)
    {
        connection.Statement("INSERT INTO instance (start_counter, instance, begun_at, restored) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING")
            .Bind(counter).Bind(instance).Bind(now).Bind(restored ? 1 : 0).Run();
        if (connection.Changes != 1)
            throw new StoreConflictException($"instance {instance} has begun before");
        return (ulong)counter;
    }
}
