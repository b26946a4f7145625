using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Kernel.Tests.Coordination.Maintenance;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Relays;

/// <summary>
/// The last row of spec §18.3 in every protocol: whatever a relay does to envelopes, the operation succeeds or ends in time, nobody is blamed, no pair setup is
/// dead, nothing half done is left, and the next operation works.
/// </summary>
public sealed class RelayTests
{
    public enum Operation
    {
        Setup,
        Dkg,
        Batch,
        Refresh,
        Reshare,
        Recovery,
        Presign,
        Online,
        Frost,
    }

    public static TheoryData<Operation, RelayCheat> OverEd25519 => All(
        Operation.Dkg, Operation.Batch, Operation.Refresh, Operation.Reshare, Operation.Recovery, Operation.Frost);

    private static TheoryData<Operation, RelayCheat> All(params Operation[] operations) =>
        new(from operation in operations from cheat in Enum.GetValues<RelayCheat>() select (operation, cheat));

    [Theory]
    [MemberData(nameof(OverEd25519))]
    [Trait("row", "T28a@dkg"), Trait("row", "T28b@dkg"), Trait("row", "T28c@dkg"), Trait("row", "T28d@dkg")]
    [Trait("row", "T28e@dkg"), Trait("row", "T28f@dkg"), Trait("row", "T28g@dkg"), Trait("row", "T28h@dkg")]
    [Trait("row", "T28a@batch"), Trait("row", "T28b@batch"), Trait("row", "T28c@batch"), Trait("row", "T28d@batch")]
    [Trait("row", "T28e@batch"), Trait("row", "T28f@batch"), Trait("row", "T28g@batch"), Trait("row", "T28h@batch")]
    [Trait("row", "T28a@refresh"), Trait("row", "T28b@refresh"), Trait("row", "T28c@refresh"), Trait("row", "T28d@refresh")]
    [Trait("row", "T28e@refresh"), Trait("row", "T28f@refresh"), Trait("row", "T28g@refresh"), Trait("row", "T28h@refresh")]
    [Trait("row", "T28a@reshare"), Trait("row", "T28b@reshare"), Trait("row", "T28c@reshare"), Trait("row", "T28d@reshare")]
    [Trait("row", "T28e@reshare"), Trait("row", "T28f@reshare"), Trait("row", "T28g@reshare"), Trait("row", "T28h@reshare")]
    [Trait("row", "T28a@recovery"), Trait("row", "T28b@recovery"), Trait("row", "T28c@recovery"), Trait("row", "T28d@recovery")]
    [Trait("row", "T28e@recovery"), Trait("row", "T28f@recovery"), Trait("row", "T28g@recovery"), Trait("row", "T28h@recovery")]
    [Trait("row", "T28a@frost"), Trait("row", "T28b@frost"), Trait("row", "T28c@frost"), Trait("row", "T28d@frost")]
    [Trait("row", "T28e@frost"), Trait("row", "T28f@frost"), Trait("row", "T28g@frost"), Trait("row", "T28h@frost")]
    public void A_relay_can_delay_and_lose_and_nothing_else(Operation operation, RelayCheat cheat)
    {
        using var mini = new MiniCluster(4, seed: "relay", settings: new() { Pools = new() { NonceLevel = 0 } });
        var relay = new Relay(mini);
        var key = Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw));
        Play(mini, relay, key, operation, cheat, round: 0);
    }

    /// <summary>One cluster of two for all cheats: pair setups are dear.</summary>
    [Theory]
    [InlineData(Operation.Setup)]
    [InlineData(Operation.Presign)]
    [InlineData(Operation.Online)]
    [Trait("row", "T28a@setup"), Trait("row", "T28b@setup"), Trait("row", "T28c@setup"), Trait("row", "T28d@setup")]
    [Trait("row", "T28e@setup"), Trait("row", "T28f@setup"), Trait("row", "T28g@setup"), Trait("row", "T28h@setup")]
    [Trait("row", "T28a@presign"), Trait("row", "T28b@presign"), Trait("row", "T28c@presign"), Trait("row", "T28d@presign")]
    [Trait("row", "T28e@presign"), Trait("row", "T28f@presign"), Trait("row", "T28g@presign"), Trait("row", "T28h@presign")]
    [Trait("row", "T28a@online"), Trait("row", "T28b@online"), Trait("row", "T28c@online"), Trait("row", "T28d@online")]
    [Trait("row", "T28e@online"), Trait("row", "T28f@online"), Trait("row", "T28g@online"), Trait("row", "T28h@online")]
    [Trait("row", "M42"), Trait("row", "M43"), Trait("row", "C10")]
    public void A_relay_between_pairs_can_delay_and_lose_and_nothing_else(Operation operation)
    {
        using var mini = new MiniCluster(2, seed: "relay of pairs", settings: new() { Pools = new() { PresignatureLevel = 0, PresignBatch = 1 } });
        var relay = new Relay(mini);
        var key = Assert.Single(mini.CreateKeys(2, 2, usage: KeyUsage.TransactionsAndRaw, suite: Suite.EcdsaSecp256k1));
        Assert.True(Signs(mini, key, 100));
        foreach (var cheat in Enum.GetValues<RelayCheat>())
            Play(mini, relay, key, operation, cheat, round: (byte)cheat);
    }

    private static void Play(MiniCluster mini, Relay relay, KeyRow key, Operation operation, RelayCheat cheat, byte round)
    {
        var before = relay.Played;
        relay.Begin(KindOf(operation), operation is Operation.Online or Operation.Frost, operation != Operation.Online, cheat, mini.Nodes[mini.Nodes.Count == 4 ? 2 : 1]);
        var done = Does(mini, key, operation, attempt: 1, round);
        Assert.True(relay.Played > before, $"{operation}, {cheat}: not played");
        Assert.True(done || cheat is RelayCheat.Drop or RelayCheat.SplitViews, $"{operation}, {cheat}: failed");
        relay.End();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(15));
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.All(mini.Nodes, node => Assert.All(node.Store.Pairs.Values, row => Assert.Equal((0ul, 0ul, 0u), (row.DeadSendingEpoch, row.DeadReceivingEpoch, row.Failures))));
        Assert.True(mini.IsSound, $"{operation}, {cheat}: {string.Join("; ", mini.Nodes.Select(node => node.HaltReason))}");
        // The key is whole, in one generation everywhere, and what failed can be done.
        var rows = mini.Nodes.Select(node => MiniCluster.RowOf(node, key.Record.KeyId)).OfType<KeyRow>().Where(row => row.State == KeyState.Active).ToArray();
        Assert.Single(rows.Select(row => row.RecordHash).Distinct());
        Assert.True(Signs(mini, rows[0], (byte)(round + 30)), $"{operation}, {cheat}: the key does not sign any more");
        if (!done)
            Assert.True(Does(mini, key, operation, attempt: 2, (byte)(round + 60)), $"{operation}, {cheat}: the next one fails too");
    }

    private static ProtocolKind KindOf(Operation operation) => operation switch
    {
        Operation.Setup => ProtocolKind.PairSetup,
        Operation.Dkg or Operation.Batch => ProtocolKind.Dkg,
        Operation.Refresh => ProtocolKind.Refresh,
        Operation.Reshare => ProtocolKind.Reshare,
        Operation.Recovery => ProtocolKind.Recovery,
        Operation.Presign or Operation.Online => ProtocolKind.Presign,
        Operation.Frost => ProtocolKind.Frost,
    };

    /// <summary>Whether the operation succeeds.</summary>
    private static bool Does(MiniCluster mini, KeyRow key, Operation operation, uint attempt, byte round)
    {
        switch (operation)
        {
            case Operation.Dkg or Operation.Batch:
                var reply = mini.Ask(mini.Nodes[0], mini.Sign(mini.Creation(2, 3, operation == Operation.Batch ? 3 : 1)));
                if (reply is ClientReply.Refused)
                    Assert.All(mini.Nodes, node => Assert.DoesNotContain(node.Store.Keys, row => row.State == KeyState.Active && row.Record.KeyId != key.Record.KeyId));
                return reply is ClientReply.KeysCreated;
            case Operation.Refresh or Operation.Reshare or Operation.Recovery:
                return mini.Maintain(mini.Nodes[0], mini.Order(Maintained.Action(mini, Enum.Parse<MaintenanceKind>($"{operation}"), key, attempt))) is MaintenanceOutcome.Completed;
            case Operation.Setup:
                mini.Nodes[1].Kill();
                mini.Nodes[1].Start();
                mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
                return Signs(mini, key, round);
            default:
                return Signs(mini, key, round);
        }
    }

    private static bool Signs(MiniCluster mini, KeyRow key, byte digest)
    {
        var action = new RequestAction.Sign(key.Record.KeyId, [], PayloadKind.Raw, Enumerable.Repeat((byte)(digest + 1), 32).ToArray());
        return mini.Ask(mini.Nodes[0], mini.Sign(action)) is ClientReply.Signed;
    }
}
