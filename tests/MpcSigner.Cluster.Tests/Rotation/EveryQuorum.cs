using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Xunit;

namespace MpcSigner.Cluster.Tests.Rotation;

/// <summary>Promise P10 as it is measured: a key signs with every quorum of its nodes.</summary>
internal static class EveryQuorum
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    /// <summary>Signs until each quorum has made a signature. Who signs with a coordinator changes by turns; the client verifies each signature under the key.</summary>
    public static async Task SignsAsync(TestCluster cluster, SigningKey key, int threshold, params string[] nodes)
    {
        var missing = Subsets([.. nodes.Order()], threshold).Select(Name).ToHashSet();
        var clients = nodes.ToDictionary(n => n, n => MpcSignerClient.Create(cluster.ClientOptions() with { PreferredNode = n, SigningTimeout = TimeSpan.FromSeconds(60) }));
        var seen = new List<string>();
        try
        {
            var deadline = DateTime.UtcNow + Limit;
            while (missing.Count > 0)
            {
                Assert.True(DateTime.UtcNow < deadline, $"key {key.Id} was not signed with by {string.Join(", ", missing)} but by {string.Join(" ", seen)}\n{cluster.Logs}");
                // At each node that a missing quorum has: their turns differ.
                foreach (var node in missing.SelectMany(m => m.Split('+')).Distinct().ToList())
                {
                    var result = await clients[node].SignAsync(new() { KeyId = key.Id, Payload = SigningPayload.Raw(Messages.Next()) });
                    var quorum = Name(result.Signers);
                    seen.Add(quorum);
                    missing.Remove(quorum);
                }
            }
        }
        catch (MpcSignerException e)
        {
            throw new InvalidOperationException($"key {key.Id}: {e.Reason} {string.Join("; ", e.Nodes)}; signed by {string.Join(" ", seen)} before\n{cluster.Logs}", e);
        }
        finally
        {
            foreach (var client in clients.Values)
                await client.DisposeAsync();
        }
    }

    private static string Name(IEnumerable<string> nodes) => string.Join('+', nodes.Order());

    private static IEnumerable<IReadOnlyList<string>> Subsets(IReadOnlyList<string> of, int size) => size == 0 ? [[]]
        : of.SelectMany((first, i) => Subsets([.. of.Skip(i + 1)], size - 1).Select(rest => (IReadOnlyList<string>)[first, .. rest]));
}
