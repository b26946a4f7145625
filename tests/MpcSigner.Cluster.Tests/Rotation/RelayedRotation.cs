using System.Diagnostics;
using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Crash;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Audit;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Three running nodes and their administrator, each node behind a relay of the test's. Node a coordinates.</summary>
public sealed class RelayedRotation : RotationCluster
{
    public const string Coordinator = "a";

    /// <summary>For a job to come to the message, on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Until both sides have given the session up and the job is on its next try.</summary>
    private static readonly TimeSpan ShortCut = TimeSpan.FromSeconds(1);

    /// <summary>Where nodes may be PENDING: until the coordinator has called it that, and the others have asked each other.</summary>
    private static readonly TimeSpan LongCut = TimeSpan.FromSeconds(5);

    /// <summary>A message held back is the test's business, and no reason for the cluster to wait for ever.</summary>
    private static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(10);

    private readonly List<PeerRelay> _relays = [];
    private int _moments;

    private protected override async Task<TestCluster> StartClusterAsync()
    {
        var cluster = await TestCluster.CreateAsync(nodes: 3);
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
    /// <param name="keys">As many as moments.</param>
    /// <param name="generation">In use afterwards, by <paramref name="parties"/>.</param>
    /// <param name="told">Each moment, for people.</param>
    internal async Task AtEachAsync(
        ProtocolKind protocol, IReadOnlyList<Moment> moments, IReadOnlyList<SigningKey> keys, Func<SigningKey, Task<JobFile>> compose, uint generation, string[] parties, Action<string> told)
    {
        foreach (var (moment, key) in moments.Zip(keys))
        {
            var watch = Stopwatch.StartNew();
            var end = await StruckAsync(protocol, moment, await compose(key));
            told($"{moment}; {watch.ElapsedMilliseconds} ms: {Describe(end)}");
            Assert.True(end.State == JobStanding.Completed, $"{moment}: {Describe(end)}\n{Cluster.Logs}");
            await InUseAsync(key, generation, parties);
            await EveryQuorum.SignsAsync(Cluster, key, 2, parties);
        }
        await Wait.UntilAsync(async () => await Administrator.ListOperationsAsync() is { Entries.Count: 0, Silent.Count: 0 }, Patience, () => $"an order stays open\n{Cluster.Logs}");
        foreach (var node in Cluster.Nodes)
            Assert.DoesNotContain(await NodeLog.ReadAsync(Cluster, node), entry => entry.Kind == AuditKind.PeerFault);
    }

    /// <summary>Runs a job through a moment, which must come, and gives its end. Whoever was killed is started again at once, and a cut is healed after a while.</summary>
    private async Task<JobStatus> StruckAsync(ProtocolKind protocol, Moment moment, JobFile file)
    {
        var signed = await Administrator.SignAsync(file);
        var struck = Arm(protocol, moment);
        var submitted = SubmitSurelyAsync(signed);
        try
        {
            await struck.WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            throw new Xunit.Sdk.XunitException($"{moment}: the message did not come\n{Describe(await submitted)}\n{Cluster.Logs}");
        }
        if (moment.Blow == Blow.Cut)
        {
            await Task.Delay(moment.Word.What is nameof(MessageType.Ack) or nameof(MessageType.Certificate) ? LongCut : ShortCut);
            Heal(moment.Victim);
        }
        await Task.WhenAll(Cluster.Nodes.Where(node => !node.IsRunning).Select(node => node.StartAsync()));
        return await EndAsync(await submitted);
    }

    /// <summary>The coordinator may be killed before it has said that it took the job.</summary>
    private async Task<JobStatus> SubmitSurelyAsync(JobFile signed)
    {
        for (var deadline = DateTime.UtcNow + Patience; ; await Task.Delay(100))
        {
            try
            {
                return Assert.Single(await Administrator.SubmitAsync(signed, Coordinator));
            }
            catch (MpcSignerException e) when (e.IsRetryable && DateTime.UtcNow < deadline)
            {
                // The same orders are the same job.
            }
        }
    }

    /// <summary>Done once the message was there and the blow has fallen.</summary>
    private Task Arm(ProtocolKind protocol, Moment moment)
    {
        var struck = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var armed = 1;
        var lag = TimeSpan.FromMilliseconds(4 * (_moments++ % 3)); // a kill falls at other points of what a message sets going
        foreach (var relay in _relays)
        {
            relay.Only = protocol;
            relay.OnCall = ComeAsync;
            relay.OnEnvelope = (_, word, pass) => ComeAsync(word, pass);
        }
        return struck.Task;

        async Task ComeAsync(RelayedWord word, Func<Task> pass)
        {
            if (IsHeldFor(moment, word))
                await Task.WhenAny(struck.Task, Task.Delay(LongestHold));
            if (word == moment.Word && Interlocked.Exchange(ref armed, 0) == 1)
                await StrikeAsync(moment, lag, pass, struck);
            else
                await pass();
        }
    }

    /// <summary>The coordinator ends the session with the last DONE that it gets: one participant's to another comes to its receiver for sure only while the receiver's own is under way.</summary>
    private static bool IsHeldFor(Moment moment, RelayedWord word) =>
        moment.Word is { ToCallee: true } awaited && awaited.From != Coordinator && word == new RelayedWord(nameof(MessageType.Done), awaited.To, Coordinator, ToCallee: false) && awaited.What == word.What;

    private async Task StrikeAsync(Moment moment, TimeSpan lag, Func<Task> pass, TaskCompletionSource struck)
    {
        try
        {
            switch (moment.Blow)
            {
                case Blow.KillBefore:
                    await Cluster[moment.Victim].KillAsync();
                    throw RelayCallers.Cut();
                case Blow.KillAfter:
                    await pass();
                    await Task.Delay(lag);
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
            struck.SetResult();
        }
    }

    private PeerRelay RelayOf(string node) => _relays.First(relay => relay.Callee.Name == node);

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
