using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Cluster.Tests.Rotation;
using MpcSigner.Core.Audit;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>Running nodes with their administrator, three unless more are wanted, of which the last cheats, also as the coordinator of jobs.</summary>
public class HostileRotation : RotationCluster
{
    private HostileCluster? _hostile;

    private protected virtual int NodeCount => 3;

    internal HostileCluster Hostile => _hostile ?? throw new InvalidOperationException("the cluster has not started");

    private protected override async Task<TestCluster> StartClusterAsync()
    {
        _hostile = await HostileCluster.StartAsync(NodeCount);
        return _hostile.Nodes;
    }

    /// <summary>A job that fails for a cheat: the old generation stays in use and signs, without the cheater and with it.</summary>
    /// <param name="kind">Null: nobody can be blamed.</param>
    /// <returns>The job's end.</returns>
    internal async Task<JobStatus> RejectsAsync(string cheat, SigningKey key, Func<Task<JobFile>> compose, FaultKind? kind)
    {
        var file = await compose();
        await Hostile.BeginAsync(cheat);
        var end = await EndAsync(await SubmitAsync(file, Hostile.Cheater.Name));
        var victims = Hostile.End();
        Assert.True(end.State == JobStanding.Failed, Describe(end));
        await Hostile.AssertBlamesAsync(kind, victims);
        foreach (var node in Hostile.Honest)
            Assert.DoesNotContain(await Hostile.SeenAsync(node), entry => entry.Kind is AuditKind.OrderActivated or AuditKind.SharesRecovered);
        await SignsAsync(key);
        return end;
    }

    /// <summary>At the honest nodes, and with the cheater among the signers: it comes to its turn within a few requests.</summary>
    internal async Task SignsAsync(SigningKey key)
    {
        foreach (var node in Hostile.Honest)
            await Hostile.SignsAsync(key, node);
        IReadOnlyList<string> signers = [];
        for (var i = 0; i < 5 && !signers.Contains(Hostile.Cheater.Name); i++)
            signers = (await Hostile.SignsAsync(key, Hostile.Cheater)).Signers;
        Assert.Contains(Hostile.Cheater.Name, signers);
    }
}
