using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using MpcSigner.Verification.Keys;
using MpcSigner.Wire.Requests;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>What a key is known by goes with it to newcomers and recovered nodes, checked before they take part (spec §10.2), and from there to clients.</summary>
public sealed class AnchoredKeyTests
{
    private static readonly PartyId[] FirstTwo = [new(1), new(2)];

    [Fact]
    public void Newcomers_recovered_nodes_and_those_outside_the_session_serve_the_anchor()
    {
        var (mini, key) = Maintained.WithKey(5, 2, 4);
        using var _ = mini;
        // a and b deal to a, b, e; c and d hear of it; then b and e to c and e; then e loses its disk.
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], FirstTwo, 2, ReshareTests.Parties(mini, 0, 1, 4)))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(30));
        Assert.All(mini.Nodes, node => Serves(mini, node, key, 1));

        var first = Maintained.InUse(mini, mini.Nodes[4], key.Record.KeyId, 1);
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[4], mini.Order(Administrators.Reshare([first], [new(2), new(5)], 2,
            [.. first.Record.Parties.Where(party => party.Pid.Value != 1).Select(party => (party.Pid, party.Nid)), (new(9), mini.Nodes[2].Nid)]))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(30));
        Serves(mini, mini.Nodes[2], key, 2);

        var second = Maintained.InUse(mini, mini.Nodes[4], key.Record.KeyId, 2);
        mini.Nodes[4].Kill();
        mini.Nodes[4].LoseDisk();
        mini.Nodes[4].Start();
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        Assert.Null(Anchor(mini.Nodes[4], key.Record.KeyId));
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[2], mini.Order(Administrators.Recover([second], [new(2), new(9)], new(5)))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        Serves(mini, mini.Nodes[4], key, 2);
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.True(mini.IsSound);
    }

    [Theory]
    [InlineData("another key's")]
    [InlineData("another place")]
    [InlineData("another chain code")]
    [InlineData("another public key")]
    [InlineData("a signature missing")]
    [InlineData("a signature forged")]
    [InlineData("another creation")]
    [InlineData("a creation unsigned")]
    public void Refuses_an_anchor_that_does_not_hold_and_blames_who_shows_it(string what)
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3);
        using var _ = mini;
        var other = Anchor(mini.Nodes[0], Assert.Single(mini.CreateKeys(2, 3, usage: KeyUsage.TransactionsAndRaw)).Record.KeyId)!;
        var puppet = new Puppet(mini, mini.Nodes[0]) { Bends = (type, payload) => type == MessageType.Start ? Bend(payload, anchor => Bend(anchor, other, what)) : payload.ToArray() };
        Assert.Empty(puppet.Held);
        var outcome = Assert.IsType<MaintenanceOutcome.Refused>(
            mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], FirstTwo, 2, ReshareTests.Parties(mini, 0, 1, 3)))));
        Assert.NotEmpty(outcome.Error.Nodes);
        Assert.All(outcome.Error.Nodes, node => Assert.Equal(Reason.PeerFault, node.Reason));
        Assert.All(outcome.Error.Nodes, node => Assert.Contains("anchor that does not hold", node.Message, StringComparison.Ordinal));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        Assert.Contains(mini.Nodes[3].Observations, seen => seen is Observation.PeerBlamed blamed && blamed.Peer == mini.Nodes[0].Nid);
        Assert.All(mini.Nodes, node => Assert.Empty(node.Store.Maintenance));
        Assert.Null(MiniCluster.RowOf(mini.Nodes[3], key.Record.KeyId));
        Assert.Null(Anchor(mini.Nodes[3], key.Record.KeyId));
        Assert.Equal(KeyState.Active, Maintained.InUse(mini, mini.Nodes[1], key.Record.KeyId, 0).State);
        Assert.True(mini.IsSound);
    }

    /// <summary>Nobody could judge the signature when the anchor came; by now it can be judged, and does not verify: who took it in good faith is no cheat.</summary>
    [Fact]
    public void Shows_no_anchor_to_others_that_does_not_hold_any_more_and_is_not_blamed()
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3);
        using var _ = mini;
        var first = mini.Cluster.Roster;
        var another = mini.Cluster.Rosters.Next(first, roster => roster with { Clients = [.. roster.Clients.Select(client => client with { SigningKey = mini.NewIdentity().PublicKey.Bytes.ToArray() })] });
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], another));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        var puppet = new Puppet(mini, mini.Nodes[0])
        {
            Holds = false,
            Bends = (type, payload) => type == MessageType.Start ? Bend(payload, anchor => anchor with { Creation = anchor.Creation with { Signature = new byte[64] } }) : payload.ToArray(),
        };
        Assert.Empty(puppet.Held);
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], FirstTwo, 2, ReshareTests.Parties(mini, 0, 1, 3)))));
        mini.Script();
        var shown = Shown(mini, mini.Nodes[3], key, 1);
        Assert.Equal(new byte[64], shown.Anchor!.Creation.Signature.ToArray());
        var verifier = new KeyVerifier(first, new RequestBodyCodec());
        Assert.Equal((KeyFault.UnsignedCreation, KeyFault.Valid), (verifier.Verify(shown).Fault, verifier.Verify(shown, idIsKnown: true).Fault));

        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], mini.Cluster.Rosters.Next(another, roster => roster with { Clients = first.Clients })));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        var row = Maintained.InUse(mini, mini.Nodes[3], key.Record.KeyId, 1);
        var order = Administrators.Reshare([row], [new(2), new(4)], 2, [.. row.Record.Parties.Where(party => party.Pid.Value != 1).Select(party => (party.Pid, party.Nid)), (new(9), mini.Nodes[2].Nid)]);
        var refused = Assert.IsType<MaintenanceOutcome.Refused>(mini.Maintain(mini.Nodes[3], mini.Order(order)));
        Assert.Equal(Reason.WrongNode, refused.Error.Reason);
        Assert.IsType<MaintenanceOutcome.Completed>(mini.Maintain(mini.Nodes[1], mini.Order(order)));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        Serves(mini, mini.Nodes[2], key, 2);
        Assert.DoesNotContain(mini.Nodes.SelectMany(node => node.Observations), seen => seen is Observation.PeerBlamed);
        Assert.True(mini.IsSound);
    }

    private static byte[] Bend(ReadOnlySpan<byte> payload, Func<KeyAnchor, KeyAnchor> bend)
    {
        // Sessions that make nonces begin with a START too.
        return MaintenanceStart.TryDecode(payload, out var start) && start.TryReadAnchors(Suite.FrostEd25519, 1, out var anchors)
            ? MaintenanceStart.Encode(start.Inputs.Span, start.Order, [bend(anchors[0])])
            : payload.ToArray();
    }

    private static KeyAnchor Bend(KeyAnchor anchor, KeyAnchor other, string what)
    {
        Assert.True(CommitCertificate.TryDecode(anchor.Certificate.Span, out var certificate));
        return what switch
        {
            "another key's" => other,
            "another place" => anchor with { Index = 1, Certificate = (certificate with { Index = 1, Count = 2 }).Encode() },
            "another chain code" => anchor with { Record = anchor.Record with { ChainCode = other.Record.ChainCode } },
            "another public key" => anchor with { Record = other.Record with { KeyId = anchor.Record.KeyId } },
            "a signature missing" => anchor with { Certificate = (certificate with { Acknowledgements = [.. certificate.Acknowledgements.Skip(1)] }).Encode() },
            "a signature forged" => anchor with
            {
                Certificate = (certificate with { Acknowledgements = [certificate.Acknowledgements[0] with { Signature = certificate.Acknowledgements[1].Signature }, .. certificate.Acknowledgements.Skip(1)] }).Encode(),
            },
            "another creation" => anchor with { Creation = other.Creation },
            "a creation unsigned" => anchor with { Creation = anchor.Creation with { Signature = other.Creation.Signature } },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
    }

    private static KeyAnchor? Anchor(SimulatedNode node, KeyId key) => ((StoreAnswer.Anchors)node.Store.Read([new StoreQuery.FindAnchors([key])])[0]).Values[0];

    /// <summary>A client that sees the key there for the first time believes it.</summary>
    private static void Serves(MiniCluster mini, SimulatedNode node, KeyRow key, uint generation)
    {
        var shown = Shown(mini, node, key, generation);
        var verdict = new KeyVerifier(mini.Cluster.Roster, new RequestBodyCodec()).Verify(shown);
        Assert.True(verdict.IsValid, verdict.ToString());
        Assert.Equal(KeyFault.NotAnchored, new KeyVerifier(mini.Cluster.Roster, new RequestBodyCodec()).Verify(shown with { Anchor = null }).Fault);
    }

    private static ShownKey Shown(MiniCluster mini, SimulatedNode node, KeyRow key, uint generation)
    {
        var row = Maintained.InUse(mini, node, key.Record.KeyId, generation);
        return new(row.Record.KeyId, row.Record.Suite, KeyRecordEncoding.Encode(row.Record), row.Certificate, row.Label, row.Usage, row.Owner)
        {
            Dealers = row.Dealers, Anchor = Anchor(node, key.Record.KeyId),
        };
    }
}
