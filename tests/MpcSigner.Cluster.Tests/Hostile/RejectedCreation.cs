using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Cluster.Tests.Hostile;

/// <summary>A row of key generation, from the cheat to the next key that is made.</summary>
internal static class RejectedCreation
{
    /// <param name="kind">Null: nobody can be blamed.</param>
    public static async Task RejectsCreationAsync(this HostileCluster cluster, string cheat, TestNode coordinator, int count, KeySuite suite, FaultKind? kind)
    {
        await cluster.ReadmittedAsync(coordinator);
        var before = await cluster.KeysAsync();
        await cluster.BeginAsync(cheat);
        await using (var client = cluster.ClientAt(coordinator))
        {
            var refused = await Assert.ThrowsAsync<MpcSignerException>(() => client.CreateKeysAsync(cluster.Request(2, count, suite)));
            Assert.Contains(refused.Reason, (string[])["TOO_FEW_NODES", "PEER_FAULT"]);
        }
        var victims = cluster.End();
        await cluster.AssertBlamesAsync(kind, victims);
        Assert.Equal(before, await cluster.KeysAsync());

        // The others go on at once, and with the cheater too: at a coordinator that has excluded it, once it is readmitted.
        await using var others = cluster.ClientAt(cluster.Honest.First());
        Assert.Equal(count, (await others.CreateKeysAsync(cluster.Request(2, count, suite, cluster.Honest))).Count);
        await cluster.ReadmittedAsync(coordinator);
        await using var again = cluster.ClientAt(coordinator);
        Assert.Equal(count, (await again.CreateKeysAsync(cluster.Request(2, count, suite))).Count);
    }

    /// <summary>Those and only those who were cheated blame the cheater, for this and for nothing else.</summary>
    public static async Task AssertBlamesAsync(this HostileCluster cluster, FaultKind? kind, IReadOnlyList<string> victims)
    {
        var blames = await cluster.BlamesAsync();
        if (kind is not { } fault)
        {
            Assert.Empty(blames);
            return;
        }
        Assert.All(blames, blame => Assert.Equal((cluster.Cheater.Name, fault), (blame.Of, blame.Kind)));
        Assert.Equal(victims, blames.Select(blame => blame.By).Distinct().Order());
    }
}
