using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Crash;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Three running nodes and their administrator, each node behind a relay of the test's. Node a coordinates.</summary>
public sealed class RelayedRotation : RotationCluster
{
    public const string Coordinator = "a";

    /// <summary>For a job to come to the message, on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<PeerRelay> _relays = [];

    private protected override async Task<TestCluster> StartClusterAsync()
    {
        var cluster = await TestCluster.CreateAsync(nodes: 3);
        foreach (var node in cluster.Nodes)
            _relays.Add(await PeerRelay.StartAsync(cluster, node));
        await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
        await cluster.WaitUntilReadyAsync();
        return cluster;
    }

    /// <summary>Runs a job through a moment, which must come, and gives its end. Whoever was killed is started again at once, and a cut is healed after a while.</summary>
    internal async Task<JobStatus> StruckAsync(ProtocolKind protocol, Moment moment, TimeSpan cut, JobFile file)
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
            await Task.Delay(cut);
            Heal(moment.Victim);
        }
        else
            await Cluster[moment.Victim].StartAsync();
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
        foreach (var relay in _relays)
        {
            relay.Only = protocol;
            relay.OnEnvelope = (envelope, pass) => relay.Callee.Name == moment.Relay && moment.IsOf(envelope) ? StrikeAsync(moment, pass, struck) : pass();
        }
        return struck.Task;
    }

    private async Task StrikeAsync(Moment moment, Func<Task> pass, TaskCompletionSource struck)
    {
        foreach (var relay in _relays)
            relay.OnEnvelope = PeerRelay.PassOn;
        try
        {
            switch (moment.Blow)
            {
                case Blow.KillBefore:
                    await Cluster[moment.Victim].KillAsync();
                    throw RelayCallers.Cut();
                case Blow.KillAfter:
                    await pass();
                    await Cluster[moment.Victim].KillAsync();
                    break;
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
