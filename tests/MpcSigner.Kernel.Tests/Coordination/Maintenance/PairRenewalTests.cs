using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>After refreshed ECDSA keys, the pair setups of their parties are made anew, once for a window of batches (spec §8.5): without that a refresh is not proactive.</summary>
public sealed class PairRenewalTests
{
    private static readonly TimeSpan Window = new MaintenanceSettings().PairWindow;

    [Fact]
    public void A_window_of_refreshes_renews_each_pair_once_and_drops_what_was_made_for_the_keys()
    {
        using var mini = new MiniCluster(3, "pair renewal", Maintained.Frugal);
        var keys = mini.CreateKeys(2, 3, count: 3, KeyUsage.TransactionsAndRaw, Suite.EcdsaSecp256k1);
        foreach (var key in keys)
            Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 1))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        var (epochs, stocked, script) = (Epochs(mini), Pools(mini).Stocked, mini.Script());
        Assert.Equal(3 * 2, stocked); // one for each of two quorums, of each key
        Assert.All(epochs, pair => Assert.Equal((1ul, 1ul), pair.Value));

        // Two batches, one soon after the other; the third key is not refreshed.
        foreach (var key in keys.Take(2))
        {
            Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([key]))));
            Assert.Equal(epochs, Epochs(mini)); // the window is open still
        }
        Assert.Equal(2, Pools(mini).Stocked);
        var dropped = Pools(mini).Dropped;
        Assert.True(dropped >= 4, $"{dropped} pieces were dropped");

        mini.Cluster.Time.Run(Window + TimeSpan.FromSeconds(3));
        Assert.All(Epochs(mini), pair => Assert.Equal((2ul, 2ul), pair.Value));
        Assert.Equal(epochs.Count / 2, Opened(script, ProtocolKind.PairSetup).Distinct().Count()); // each pair once

        // What was made for the key that was not refreshed is used still.
        var before = Pools(mini);
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(keys[2].Record, 2))));
        Assert.Equal((before.Taken + 1, before.Missed), (Pools(mini).Taken, Pools(mini).Missed));
        foreach (var key in keys.Take(2))
            Maintained.SignsWithEveryQuorum(mini, Maintained.InUse(mini, mini.Nodes[1], key.Record.KeyId, 1));
        Assert.True(mini.IsSound);
    }

    [Fact]
    public void A_refresh_of_FROST_keys_leaves_setups_and_other_keys_nonces_alone()
    {
        using var mini = new MiniCluster(3, "no pair renewal", Maintained.Frugal);
        var ecdsa = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw, suite: Suite.EcdsaSecp256k1));
        var keys = mini.CreateKeys(2, 3, count: 2, KeyUsage.TransactionsAndRaw);
        foreach (var key in keys.Append(ecdsa))
            Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Maintained.Raw(key.Record, 1))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        var (epochs, before) = (Epochs(mini), Pools(mini));
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Refresh([keys[0]]))));
        // Two nonces from each of two co-signers went with the old generation, and nothing else.
        Assert.Equal(before.Stocked - 4, Pools(mini).Stocked);
        mini.Cluster.Time.Run(Window + TimeSpan.FromSeconds(3));
        Assert.Equal(epochs, Epochs(mini));
        Assert.True(mini.IsSound);
    }

    private static Dictionary<(string Node, NodeId Peer), (ulong Sending, ulong Receiving)> Epochs(MiniCluster mini) => mini.Nodes
        .SelectMany(node => node.Store.Pairs.Select(pair => (Key: (node.Roster.Name, pair.Key), Epochs: (pair.Value.SendingEpoch, pair.Value.ReceivingEpoch))))
        .ToDictionary(pair => pair.Key, pair => pair.Epochs);

    private static PoolStatus Pools(MiniCluster mini) =>
        Assert.IsType<ClientReply.StatusIs>(mini.Await(mini.Cluster.Call(mini.Nodes[0], mini.Client, new ClientCall.Status()))).Status.Pools;

    private static IEnumerable<SessionId> Opened(ScriptedTraffic script, ProtocolKind protocol) => script.Effects.Select(e => e.Effect).OfType<NodeEffect.SendFrame>()
        .Where(send => Protocol(send) == protocol).Select(send => Join((SessionFrame.Open)send.Frame).Terms.Session);

    private static ProtocolKind? Protocol(NodeEffect.SendFrame send) => send.Frame is SessionFrame.Open open ? Join(open).Terms.Protocol : null;

    private static Join Join(SessionFrame.Open open)
    {
        Assert.True(SignedJoin.TryDecode(open.InitiatorJoin.Span, out var join));
        return join.Join;
    }
}
