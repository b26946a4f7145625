using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Ports;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>When a process dies, seen from one of its commits.</summary>
public enum CommitMoment
{
    /// <summary>It was about to write; what it had written and not flushed is gone too.</summary>
    Before = 1,

    /// <summary>It is on the disk, and the process never heard so.</summary>
    Durable = 2,

    /// <summary>The process has done what had to wait for it.</summary>
    Followed = 3,
}

/// <summary>SIGKILL of one process at one of its commits.</summary>
internal sealed class CommitKill
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(0.01);

    private readonly MiniCluster _mini;
    private readonly ScriptedTraffic _script;
    private readonly SimulatedNode _victim;
    private readonly int _at;
    private readonly CommitMoment _moment;
    private readonly Func<NodeEffect.Commit, bool> _counts;
    private int _seen;

    /// <param name="at">Counts from 0.</param>
    /// <param name="counts">Which commits are counted; null: all. Asked of each in turn.</param>
    public CommitKill(
        MiniCluster mini, ScriptedTraffic script, SimulatedNode victim, int at, CommitMoment moment, Func<NodeEffect.Commit, bool>? counts = null)
    {
        (_mini, _script, _victim, _at, _moment, _counts) = (mini, script, victim, at, moment, counts ?? (static _ => true));
        var inner = script.Bends;
        script.Bends = (node, effect) => node == victim && effect is NodeEffect.Commit commit ? OnCommit(commit) : inner(node, effect);
    }

    public static IReadOnlyList<CommitMoment> Moments { get; } = Enum.GetValues<CommitMoment>();

    public bool HasDied { get; private set; }

    /// <summary>The commit that it died of.</summary>
    public NodeEffect.Commit? Commit { get; private set; }

    /// <summary>Whether a commit changes what is remembered of pair setups.</summary>
    public static bool IsOfPair(NodeEffect.Commit commit) => commit.Writes.Any(write => write is StoreWrite.PutPair);

    /// <summary>Whether a commit marks a pair setup as dead.</summary>
    public static bool Condemns(NodeEffect.Commit commit) => commit.Writes.Any(write => write is StoreWrite.PutPair { Row.DeadSendingEpoch: > 0 });

    private NodeEffect.Commit? OnCommit(NodeEffect.Commit commit)
    {
        if (Commit is not null || !_counts(commit) || _seen++ != _at)
            return commit;
        Commit = commit;
        switch (_moment)
        {
            case CommitMoment.Before:
                commit.Shares?.Dispose();
                Die();
                return null;
            case CommitMoment.Durable:
                _victim.Store.Enqueue(commit);
                while (_victim.Store.HasPending)
                    Assert.Null(_victim.Store.FlushOne().Conflict);
                Die();
                return null;
            default:
                _mini.Cluster.Time.After(_script.FlushTime + Soon, Die);
                return commit;
        }
    }

    private void Die()
    {
        HasDied = true;
        _victim.Kill();
    }
}
