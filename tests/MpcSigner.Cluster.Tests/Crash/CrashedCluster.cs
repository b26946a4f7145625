using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using Grpc.Core;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>What a cluster looks like while nodes of it come and go.</summary>
internal static class CrashedCluster
{
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(30);

    /// <summary>State and label of every key, as one node answers.</summary>
    public static async Task<Dictionary<string, (KeyStanding State, string Label)>> KeysAsync(TestCluster cluster, string name)
    {
        using var caller = new DirectCaller(cluster, cluster[name], cluster.ClientCertificate);
        return await KeysAsync(caller);
    }

    public static async Task<Dictionary<string, (KeyStanding State, string Label)>> KeysAsync(DirectCaller caller)
    {
        var keys = new Dictionary<string, (KeyStanding, string)>();
        var request = new V1.ListKeysRequest { Limit = 1_000 };
        while (true)
        {
            var page = await caller.Keys.ListKeysAsync(request, DirectCaller.Soon);
            foreach (var key in page.Keys)
                keys.Add(Convert.ToHexStringLower(key.KeyId.Span), (key.State == V1.KeyState.Active ? KeyStanding.Active : KeyStanding.Pending, key.Label));
            if (page.Next.IsEmpty)
                return keys;
            request.After = page.Next;
        }
    }

    /// <summary>All nodes up: waits until no order is open anywhere, and gives the keys, which must be ACTIVE and the same at every node.</summary>
    public static async Task<Dictionary<string, (KeyStanding State, string Label)>> SettledAsync(TestCluster cluster)
    {
        await cluster.WaitUntilReadyAsync();
        var last = "";
        Dictionary<string, (KeyStanding, string)>[] views = [];
        await Wait.UntilAsync(async () =>
        {
            await using var client = cluster.NewClient();
            var states = await client.GetStatusAsync();
            last = string.Join("; ", states.Select(s => $"{s.Node.Name}: {s.OpenOrders} open orders, {s.LiveSessions} sessions"));
            if (states.Any(s => !s.Reachable || s.OpenOrders > 0))
                return false;
            views = await Task.WhenAll(cluster.Nodes.Select(n => KeysAsync(cluster, n.Name)));
            last += "; " + string.Join("; ", views.Select(v => $"{v.Count} keys, {v.Values.Count(k => k.Item1 == KeyStanding.Pending)} pending"));
            return views.All(v => v.Values.All(k => k.Item1 == KeyStanding.Active) && v.Count == views[0].Count && v.Keys.All(views[0].ContainsKey));
        }, Settling, () => $"keys are not the same everywhere: {last}\n{cluster.Logs}");
        return views[0];
    }

    /// <summary>Does the node know of a key that is not certified yet?</summary>
    public static async Task<bool> HasPendingAsync(DirectCaller caller)
    {
        try
        {
            return (await KeysAsync(caller)).Values.Any(k => k.State == KeyStanding.Pending);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled)
        {
            return false; // it is the one that was killed
        }
    }
}
