using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A cheat in presigning that passes by chance, from a signature before it to one after it.</summary>
internal static class ChanceRow
{
    public static async Task<(SigningKey Key, PairRow Alive)> BeginOverSetupAsync(this HostileCluster cluster, string cheat, TestNode honest)
    {
        await cluster.ReadmittedAsync(honest);
        var key = await cluster.PairKeyAsync(honest, KeySuite.EcdsaSecp256k1);
        await cluster.SignsAsync(key, honest);
        var alive = (await cluster.PairAsync(honest))!;
        await cluster.BeginAsync(cheat);
        return (key, alive);
    }

    /// <param name="isRight">It has passed.</param>
    public static async Task EndOverSetupAsync(this HostileCluster cluster, SigningKey key, TestNode honest, PairRow alive, bool isRight, FaultKind kind)
    {
        Assert.Equal([honest.Name], cluster.End());
        await cluster.AssertBlamesAsync(isRight ? null : kind, [honest.Name]);
        var after = (await cluster.PairAsync(honest))!;
        Assert.Equal(
            isRight ? (alive.DeadSendingEpoch, alive.DeadReceivingEpoch, alive.Failures) : (alive.SendingEpoch, alive.ReceivingEpoch, alive.Failures + 1),
            (after.DeadSendingEpoch, after.DeadReceivingEpoch, after.Failures));
        await cluster.ReadmittedAsync(honest);
        await cluster.SignsAsync(key, honest);
    }
}
