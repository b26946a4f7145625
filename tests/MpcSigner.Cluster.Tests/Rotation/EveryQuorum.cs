using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Promise P10 as it is measured: a key signs with every quorum of its nodes.</summary>
internal static class EveryQuorum
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Signs until each quorum has made a signature; the client verifies each one under the key.</summary>
    /// <remarks>Who signs with a coordinator changes by turns, but presignatures made ahead keep some quorums together: one that does not come by itself is asked for by ending the other nodes.</remarks>
    public static async Task SignsAsync(TestCluster cluster, SigningKey key, int threshold, params string[] nodes)
    {
        var missing = Subsets([.. nodes.Order()], threshold).ToDictionary(Name);
        var seen = new List<string>();
        try
        {
            await SignFreelyAsync(cluster, key, nodes, missing, seen);
            foreach (var quorum in missing.Values.ToList())
                await SignAloneAsync(cluster, key, quorum, [.. nodes.Except(quorum)]);
        }
        catch (MpcSignerException e)
        {
            throw new InvalidOperationException($"key {key.Id}: {e.Reason} {string.Join("; ", e.Nodes)}; signed by {string.Join(" ", seen)} before\n{cluster.Logs}", e);
        }
    }

    /// <summary>Rounds over all nodes as coordinators, until one brings no new quorum.</summary>
    private static async Task SignFreelyAsync(TestCluster cluster, SigningKey key, string[] nodes, Dictionary<string, IReadOnlyList<string>> missing, List<string> seen)
    {
        var clients = nodes.ToDictionary(n => n, n => MpcSignerClient.Create(cluster.ClientOptions() with { PreferredNode = n, SigningTimeout = TimeSpan.FromSeconds(60) }));
        try
        {
            var deadline = DateTime.UtcNow + Limit;
            for (var before = int.MaxValue; missing.Count > 0 && missing.Count < before;)
            {
                before = missing.Count;
                Assert.True(DateTime.UtcNow < deadline, $"key {key.Id} was signed with by {string.Join(" ", seen)} in {Limit}\n{cluster.Logs}");
                // Twice at each: its turns differ.
                foreach (var node in nodes.Concat(nodes))
                {
                    var result = await clients[node].SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) });
                    seen.Add(Name(result.Signers));
                    missing.Remove(seen[^1]);
                }
            }
        }
        finally
        {
            foreach (var client in clients.Values)
                await client.DisposeAsync();
        }
    }

    private static async Task SignAloneAsync(TestCluster cluster, SigningKey key, IReadOnlyList<string> quorum, IReadOnlyList<string> others)
    {
        foreach (var node in others)
            await cluster[node].KillAsync();
        await using (var client = MpcSignerClient.Create(cluster.ClientOptions() with { PreferredNode = quorum[0], SigningTimeout = TimeSpan.FromSeconds(60) }))
        {
            Assert.Equal(Name(quorum), Name((await SignOnceReachableAsync(client, key)).Signers));
        }
        await Task.WhenAll(others.Select(n => cluster[n].StartAsync()));
        await cluster.WaitUntilReadyAsync();
    }

    /// <summary>Nodes take a moment to notice who has gone: until then a quorum may be asked that cannot answer.</summary>
    private static async Task<SignResult> SignOnceReachableAsync(MpcSignerClient client, SigningKey key)
    {
        for (var deadline = DateTime.UtcNow + Limit; ;)
        {
            try
            {
                return await client.SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) });
            }
            catch (MpcSignerException e) when (e.Reason is "TOO_FEW_NODES" && DateTime.UtcNow < deadline)
            {
                await Task.Delay(500);
            }
        }
    }

    private static string Name(IEnumerable<string> nodes) => string.Join('+', nodes.Order());

    private static IEnumerable<IReadOnlyList<string>> Subsets(IReadOnlyList<string> of, int size) => size == 0 ? [[]]
        : of.SelectMany((first, i) => Subsets([.. of.Skip(i + 1)], size - 1).Select(rest => (IReadOnlyList<string>)[first, .. rest]));
}
