using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Lifecycle;
using MpcSigner.Coordination.Maintenance;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Sessions;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Maintenance;

/// <summary>What an old party that was cut off during a roster's change and a reshare makes of what it is taught: its roster may be the older one, and then it accuses nobody.</summary>
public sealed class TaughtTests
{
    private static readonly PartyId[] FirstTwo = [new(1), new(2)];

    [Fact]
    public void A_certificate_of_identities_that_a_newer_roster_names_is_nobodys_fault_and_is_taken_later()
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3);
        using var _ = mini;
        var (script, pupil, push) = ReshareWithout(mini, key);
        mini.Cluster.CallAside(mini.Nodes[0], pupil.Nid, push, TimeSpan.FromSeconds(5));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        AssertNotBlamed(pupil);
        Assert.Contains(script.Effects, seen => seen.Node == pupil && seen.Effect is NodeEffect.AnswerPeer { Reply: PeerReply.Refused { Error.Reason: Core.Faults.Reason.NotReady } });
        Maintained.InUse(mini, pupil, key.Record.KeyId, 0);

        script.Loses = static (_, _, _) => false;
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(60));
        Assert.Equal(2u, Assert.Single(pupil.Store.Rosters).Version);
        var (taught, teacher) = (MiniCluster.RowOf(pupil, key.Record.KeyId)!, MiniCluster.RowOf(mini.Nodes[0], key.Record.KeyId)!);
        Assert.Equal((KeyState.Active, 1u, teacher.RecordHash), (taught.State, taught.Record.Generation, taught.RecordHash));
        AssertNotBlamed(pupil);
        Assert.True(mini.IsSound);
    }

    [Theory]
    [InlineData("records of another order")]
    [InlineData("a certificate over other records")]
    public void What_no_roster_excuses_is_blamed(string what)
    {
        var (mini, key) = Maintained.WithKey(4, 2, 3);
        using var _ = mini;
        var (_, pupil, push) = ReshareWithout(mini, key);
        var bent = what == "records of another order"
            ? push with { Keys = push.Keys! with { Records = [key.Record] } }
            : push with { Certificate = push.Certificate with { RecordsRoot = key.RecordHash } };
        mini.Cluster.CallAside(mini.Nodes[0], pupil.Nid, bent, TimeSpan.FromSeconds(5));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(mini.Nodes[0].Nid, Assert.Single(pupil.Observations.OfType<Observation.PeerBlamed>()).Peer);
        Assert.Single(pupil.Store.Log, entry => entry.Kind == AuditKind.PeerFault);
        Maintained.InUse(mini, pupil, key.Record.KeyId, 0);
        Assert.True(mini.IsSound);
    }

    /// <summary>c is cut off but for what it is taught, d gets another identity key, and a and b deal to a, b and d.</summary>
    private static (ScriptedTraffic Script, SimulatedNode Pupil, PeerCall.PushMaintained Push) ReshareWithout(MiniCluster mini, KeyRow key)
    {
        var (script, pupil, rotated) = (mini.Script(), mini.Nodes[2], mini.Nodes[3]);
        script.Loses = (from, to, what) => (from == pupil.Nid || to == pupil.Nid) && what is not PeerCall.PushMaintained;
        var fresh = mini.NewIdentity(rotated);
        Assert.IsType<AdministratorReply.Accepted>(mini.Apply(mini.Nodes[0], mini.Cluster.Rosters.Next(mini.Cluster.Roster, roster => roster with
        {
            Nodes = [.. roster.Nodes.Select(node => node.Nid == rotated.Nid ? node with { IdentityKey = fresh.PublicKey.Bytes.ToArray(), FormerIdentityKeys = [node.IdentityKey] } : node)],
        })));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(8));
        var outcome = mini.Maintain(mini.Nodes[0], mini.Order(Administrators.Reshare([key], FirstTwo, 2, ReshareTests.Parties(mini, 0, 1, 3))));
        Assert.True(outcome is MaintenanceOutcome.Completed, outcome.ToString());

        var teacher = mini.Nodes[0].Store;
        var row = teacher.Maintenance.Single();
        var rows = ((StoreAnswer.OrderKeys)teacher.Read([new StoreQuery.FindOrderKeys(row.Order)])[0]).Rows;
        var anchors = ((StoreAnswer.Anchors)teacher.Read([new StoreQuery.FindAnchors([key.Record.KeyId])])[0]).Values;
        return (script, pupil, new(OrderCertificates.FromKey(rows[0], row.RecordsRoot), default, new(row.Signed, [.. rows.Select(made => made.Record)], [.. anchors.OfType<KeyAnchor>()])));
    }

    private static void AssertNotBlamed(SimulatedNode node)
    {
        Assert.DoesNotContain(node.Observations, seen => seen is Observation.PeerBlamed);
        Assert.DoesNotContain(node.Store.Log, entry => entry.Kind == AuditKind.PeerFault);
    }
}
