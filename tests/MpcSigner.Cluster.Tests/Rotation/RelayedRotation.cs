using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Crash;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Audit;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Running nodes and their administrator, each node behind a relay of the test's. Node a coordinates.</summary>
public class RelayedRotation : RotationCluster
{
    public const string Coordinator = "a";

    /// <summary>For a node to come back, or a message to come, on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Until both sides have given the session up and the job is on its next try.</summary>
    private static readonly TimeSpan ShortCut = TimeSpan.FromSeconds(1);

    /// <summary>Where nodes may be PENDING: until the coordinator has called it that, and the others have asked each other.</summary>
    private static readonly TimeSpan LongCut = TimeSpan.FromSeconds(5);

    /// <summary>A message held back is the test's business, and no reason for the cluster to wait for ever.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(10);

    private readonly List<PeerRelay> _relays = [];
    private int _traps;

    private protected virtual int Size => 3;

    internal PeerRelay RelayOf(string node) => _relays.First(relay => relay.Callee.Name == node);

    private protected override async Task<TestCluster> StartClusterAsync()
    {
        var cluster = await TestCluster.CreateAsync(Size);
        foreach (var node in cluster.Nodes)
            _relays.Add(await PeerRelay.StartAsync(cluster, node));
        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster.WaitUntilReadyAsync();
        return cluster;
    }

    /// <summary>
    /// Runs a job through each moment, of another key each. The job must be done without anybody's help, whatever it took; then all parties use the same generation and every quorum signs. In the end no
    /// order is open anywhere, and nobody is blamed for what the world did.
    /// </summary>
    /// <param name="told">Each moment, for people.</param>
    internal async Task AtEachAsync(IEnumerable<Moment> moments, RelayedOperation operation, Action<string> told)
    {
        var unused = new Queue<SigningKey>(operation.Keys);
        foreach (var moment in moments)
        {
            var (end, key) = await StruckAsync(moment, operation, unused);
            told($"{moment}: {Describe(end)}");
            Assert.True(end.State == JobStanding.Completed, $"{moment}: {Describe(end)}\n{Cluster.Logs}");
            await InUseAsync(key, operation.Generation, operation.Parties);
            await EveryQuorum.SignsAsync(Cluster, key, 2, operation.Parties);
            await operation.Also(key);
        }
        await Wait.UntilAsync(async () => await Administrator.ListOperationsAsync() is { Entries.Count: 0, Silent.Count: 0 }, 2 * Patience, () => $"an order stays open\n{Cluster.Logs}");
        foreach (var node in Cluster.Nodes)
            Assert.DoesNotContain(await NodeLog.ReadAsync(Cluster, node), entry => entry.Kind == AuditKind.PeerFault);
    }

    /// <summary>Runs a job through a moment, which must come, and gives its end. Whoever was killed is started again at once, and a cut is healed after a while.</summary>
    /// <remarks>A session's last messages are not sent where its end is quicker: then another key's turn comes.</remarks>
    private async Task<(JobStatus End, SigningKey Key)> StruckAsync(Moment moment, RelayedOperation operation, Queue<SigningKey> unused)
    {
        while (unused.TryDequeue(out var key))
        {
            var signed = await Administrator.SignAsync(await operation.Compose(key));
            // A kill falls at other points of what a message sets going.
            var trap = new Trap(moment, Coordinator, TimeSpan.FromMilliseconds(4 * (_traps++ % 3)));
            Set(trap, operation.Protocol);
            var end = EndSurelyAsync(signed);
            if (!moment.MayFollowEnd && await Task.WhenAny(trap.Fallen, end) == end && trap.TryTake())
            {
                Assert.True((await end).State == JobStanding.Completed, $"{moment}, which did not come: {Describe(await end)}\n{Cluster.Logs}");
                continue;
            }
            Assert.True(await Task.WhenAny(trap.Fallen, Task.Delay(Patience)) == trap.Fallen, $"{moment} did not come\n{Cluster.Logs}");
            if (moment.Blow == Blow.Cut)
            {
                await Task.Delay(moment.Word.What is nameof(MessageType.Ack) or nameof(MessageType.Certificate) ? LongCut : ShortCut);
                Heal(moment.Victim);
            }
            await Task.WhenAll(Cluster.Nodes.Where(node => !node.IsRunning).Select(node => node.StartAsync()));
            return (await end, key);
        }
        throw new Xunit.Sdk.XunitException($"{moment}: the message did not come\n{Cluster.Logs}");
    }

    /// <summary>The coordinator may be killed before it has said that it took the job.</summary>
    private async Task<JobStatus> EndSurelyAsync(JobFile signed)
    {
        for (var deadline = DateTime.UtcNow + Patience; ; await Task.Delay(100))
        {
            try
            {
                return await EndAsync(Assert.Single(await Administrator.SubmitAsync(signed, Coordinator)));
            }
            catch (MpcSignerException e) when (e.IsRetryable && DateTime.UtcNow < deadline)
            {
                // The same orders are the same job.
            }
        }
    }

    private void Set(Trap trap, ProtocolKind protocol)
    {
        foreach (var relay in _relays)
        {
            relay.Only = protocol;
            relay.OnCall = ComeAsync;
            relay.OnEnvelope = (_, word, pass) => ComeAsync(word, pass);
        }

        async Task ComeAsync(RelayedWord word, Func<Task> pass)
        {
            if (trap.Postpones(word, pass))
                return;
            if (trap.Holds(word))
                await Task.WhenAny(trap.Fallen, Task.Delay(LongestHold));
            if (trap.IsAt(word) && trap.TryTake())
                await StrikeAsync(trap, pass);
            else
                await pass();
            if (trap.TryTakePostponed(word, out var postponed))
            {
                await Task.WhenAny(trap.Fallen, Task.Delay(LongestHold));
                await postponed();
            }
        }
    }

    private async Task StrikeAsync(Trap trap, Func<Task> pass)
    {
        var moment = trap.Moment;
        try
        {
            switch (moment.Blow)
            {
                case Blow.KillBefore:
                    await Cluster[moment.Victim].KillAsync();
                    throw RelayCallers.Cut();
                case Blow.KillAfter:
                    await pass();
                    await Task.Delay(trap.Lag);
                    await Cluster[moment.Victim].KillAsync();
                    break;
                case Blow.KillAll:
                    await Task.WhenAll(Cluster.Nodes.Select(node => node.KillAsync()));
                    throw RelayCallers.Cut();
                case Blow.Cut:
                    Cut(moment.Victim);
                    throw RelayCallers.Cut();
            }
        }
        finally
        {
            trap.HasFallen();
        }
    }

    /// <summary>Whatever a node begins to say to others is lost from here on; what others say to it is not.</summary>
    internal void CutCalls(string node)
    {
        foreach (var relay in _relays.Where(relay => relay.Callee.Name != node))
            relay.Cut(Cluster[node]);
    }

    internal void HealAll(string node)
    {
        foreach (var relay in _relays)
            relay.Heal(Cluster[node]);
    }

    private void Cut(string participant)
    {
        RelayOf(participant).Cut(Cluster[Coordinator]);
        RelayOf(Coordinator).Cut(Cluster[participant]);
    }

    private void Heal(string participant)
    {
        RelayOf(participant).Heal(Cluster[Coordinator]);
        RelayOf(Coordinator).Heal(Cluster[participant]);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var relay in _relays)
            await relay.DisposeAsync();
    }
}
