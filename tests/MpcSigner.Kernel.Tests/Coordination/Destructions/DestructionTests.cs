using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Core.Ports;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Destructions;

public sealed class DestructionTests : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromMinutes(10);

    /// <summary>Fewer greetings: these tests last for many minutes of virtual time.</summary>
    private static readonly MachineSettings Calm = new() { HelloInterval = TimeSpan.FromSeconds(15), PeerSilence = TimeSpan.FromSeconds(50) };
    private readonly MiniCluster _mini = new(3, "destruction", Calm, change: roster => roster with { DestructionDelay = Delay });

    public void Dispose() => _mini.Dispose();

    private SignedOrder Destroy(IReadOnlyList<KeyRow> keys, TimeSpan? after = null) => _mini.Order(new AdministratorAction.Destroy(
        [.. keys.Select(key => key.Record.KeyId).OrderBy(key => key.Value)], DateTimeOffset.FromUnixTimeMilliseconds((_mini.Now + (after ?? Delay)).ToUnixTimeMilliseconds())));

    private DestructionRow? RowAt(SimulatedNode node) =>
        ((StoreAnswer.Destructions)node.Store.Read([new StoreQuery.ListDestructions()])[0]).Rows.SingleOrDefault();

    private ServiceError? Command(SimulatedNode node, SignedOrder order) => _mini.Tell(node, new AdministratorCall.Command(order)) switch
    {
        AdministratorReply.Accepted => null,
        AdministratorReply.Refused refused => refused.Error,
        _ => throw new InvalidOperationException("neither accepted nor refused"),
    };

    private KeyState StateAt(SimulatedNode node, KeyId key) => ((StoreAnswer.Key)node.Store.Read([new StoreQuery.FindKey(key)])[0]).Row!.State;

    private void AssertDestroyed(SimulatedNode node, IReadOnlyList<KeyRow> keys)
    {
        var row = RowAt(node)!;
        Assert.Equal(DestructionState.Destroyed, row.State);
        Assert.True(Ed25519PublicKey.Decode(node.Roster.IdentityKey.Span)
            .Verify(LifecycleDigests.Destroyed(_mini.Cluster.Roster.Cluster, row.Order, node.Nid), row.Attestation.Span));
        Assert.All(keys, key =>
        {
            Assert.Equal(KeyState.Destroyed, StateAt(node, key.Record.KeyId));
            using var share = node.Store.OpenShare(key.Record.KeyId, key.Record.Generation);
            Assert.Null(share);
        });
        Assert.Single(node.Store.Log, entry => entry.Kind == AuditKind.KeysDestroyed && entry.Request == row.Order);
    }

    [Fact]
    public void Keys_are_destroyed_at_every_node_once_the_delay_is_over_and_not_before()
    {
        var keys = _mini.CreateKeys(2, 3, count: 3);
        var kept = Assert.Single(_mini.CreateKeys(2, 3));
        Assert.Null(Command(_mini.Nodes[0], Destroy(keys)));
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(9));
        Assert.All(_mini.Nodes, node => Assert.Equal(DestructionState.Waiting, RowAt(node)!.State)); // all have it, none has done it
        Assert.IsType<ClientReply.Signed>(_mini.Ask(_mini.Nodes[0], _mini.Sign(_mini.Transfer(keys[0].Record))));

        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(3));
        Assert.All(_mini.Nodes, node => AssertDestroyed(node, keys));
        foreach (var node in _mini.Nodes)
        {
            var refused = Assert.IsType<ClientReply.Refused>(_mini.Ask(node, _mini.Sign(_mini.Transfer(keys[0].Record))));
            Assert.Equal(Reason.KeyDestroyed, refused.Error.Reason);
        }
        var refresh = Assert.IsType<AdministratorReply.JobIs>(_mini.Tell(_mini.Nodes[0], new AdministratorCall.SubmitJob("too late", [[_mini.Order(Administrators.Refresh(keys))]])));
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(1));
        var job = ((StoreAnswer.Job)_mini.Nodes[0].Store.Read([new StoreQuery.FindJob(refresh.Job.Job)])[0]).Row!;
        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("KEY_DESTROYED", job.Steps[0].Outcome, StringComparison.Ordinal);
        Assert.IsType<ClientReply.Signed>(_mini.Ask(_mini.Nodes[1], _mini.Sign(_mini.Transfer(kept.Record))));
        Assert.True(_mini.IsSound);
    }

    [Fact]
    public void A_node_that_was_down_destroys_when_it_is_back()
    {
        var keys = _mini.CreateKeys(2, 3);
        _mini.Nodes[2].Kill();
        Assert.Null(Command(_mini.Nodes[0], Destroy(keys)));
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(12));
        AssertDestroyed(_mini.Nodes[0], keys);
        AssertDestroyed(_mini.Nodes[1], keys);
        Assert.Null(RowAt(_mini.Nodes[2]));
        _mini.Nodes[2].Start();
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(5));
        AssertDestroyed(_mini.Nodes[2], keys);
        Assert.True(_mini.IsSound);
    }

    [Fact]
    public void P10_A_node_that_dies_at_any_effect_of_a_destruction_still_destroys()
    {
        var deaths = 0;
        for (var fatal = 0; fatal < 12; fatal++)
        {
            using var mini = new MiniCluster(3, "destruction crash", Calm, change: roster => roster with { DestructionDelay = TimeSpan.FromMinutes(1) });
            var keys = mini.CreateKeys(2, 3);
            var script = mini.Script();
            var (count, died) = (0, false);
            script.Dies = (node, effect) => !died && node == mini.Nodes[1] && IsOfDestruction(effect) && (died = count++ == fatal);
            var order = mini.Order(new AdministratorAction.Destroy([keys[0].Record.KeyId], DateTimeOffset.FromUnixTimeMilliseconds(mini.Now.AddMinutes(2).ToUnixTimeMilliseconds())));
            Assert.IsType<AdministratorReply.Accepted>(mini.Tell(mini.Nodes[0], new AdministratorCall.Command(order)));
            mini.Cluster.Time.RunUntil(() => died, TimeSpan.FromMinutes(4));
            if (!died)
                break;
            deaths++;
            mini.Nodes[1].Start();
            mini.Cluster.Time.Run(TimeSpan.FromMinutes(6));
            Assert.All(mini.Nodes, node => Assert.Equal(DestructionState.Destroyed,
                Assert.Single(((StoreAnswer.Destructions)node.Store.Read([new StoreQuery.ListDestructions()])[0]).Rows).State));
            Assert.True(mini.IsSound);
        }
        Assert.True(deaths >= 3, $"{deaths} deaths");
    }

    private static bool IsOfDestruction(NodeEffect effect) => effect switch
    {
        NodeEffect.Commit commit => commit.Writes.Any(write => write is StoreWrite.AcceptDestruction or StoreWrite.DestroyKeys),
        NodeEffect.AnswerPeer answer => answer.Reply is PeerReply.Accepted,
        NodeEffect.Observe seen => seen.Observation is Observation.DestructionAccepted or Observation.KeysDestroyed,
        _ => effect is NodeEffect.ForgetShares,
    };

    [Fact]
    public void One_administrator_calls_a_destruction_off_at_every_node()
    {
        var keys = _mini.CreateKeys(2, 3);
        Assert.Null(Command(_mini.Nodes[0], Destroy(keys)));
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(1));
        var order = RowAt(_mini.Nodes[0])!.Order;
        Assert.Null(Command(_mini.Nodes[1], _mini.Order(new AdministratorAction.CancelDestruction(order), signers: 1)));
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(15));
        Assert.All(_mini.Nodes, node => Assert.Equal(DestructionState.Cancelled, RowAt(node)!.State));
        Assert.IsType<ClientReply.Signed>(_mini.Ask(_mini.Nodes[0], _mini.Sign(_mini.Transfer(keys[0].Record))));
        Assert.True(_mini.IsSound);
    }

    [Fact]
    public void A_node_that_was_down_hears_that_it_was_called_off_before_it_acts()
    {
        var keys = _mini.CreateKeys(2, 3);
        Assert.Null(Command(_mini.Nodes[0], Destroy(keys)));
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(1));
        _mini.Nodes[2].Kill();
        Assert.Null(Command(_mini.Nodes[0], _mini.Order(new AdministratorAction.CancelDestruction(RowAt(_mini.Nodes[0])!.Order), signers: 1)));
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(20));
        Assert.Equal(DestructionState.Waiting, RowAt(_mini.Nodes[2])!.State);
        _mini.Nodes[2].Start();
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(5));
        Assert.Equal(DestructionState.Cancelled, RowAt(_mini.Nodes[2])!.State);
        Assert.Equal(KeyState.Active, StateAt(_mini.Nodes[2], keys[0].Record.KeyId));
    }

    [Fact]
    public void Rejects_a_cancellation_that_comes_too_late()
    {
        var keys = _mini.CreateKeys(2, 3);
        Assert.Null(Command(_mini.Nodes[0], Destroy(keys)));
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(10.2));
        var cancel = _mini.Order(new AdministratorAction.CancelDestruction(RowAt(_mini.Nodes[0])!.Order), signers: 1);
        Assert.Equal(Reason.AlreadyEnded, Command(_mini.Nodes[0], cancel)!.Reason); // its time has come
        _mini.Cluster.Time.Run(TimeSpan.FromMinutes(2));
        Assert.Equal(Reason.AlreadyEnded, Command(_mini.Nodes[0], cancel)!.Reason); // it is done
        AssertDestroyed(_mini.Nodes[0], keys);
    }

    [Fact]
    public void Rejects_a_forged_early_or_mistyped_destruction_at_the_door()
    {
        var keys = _mini.CreateKeys(2, 3);
        var good = Destroy(keys);
        var forged = good with { Signatures = [good.Signatures[0], good.Signatures[1] with { Signature = new byte[64] }] };
        Assert.Equal(Reason.BadClientSignature, Command(_mini.Nodes[0], forged)!.Reason);
        Assert.Equal(Reason.TooFewSignatures, Command(_mini.Nodes[0], good with { Signatures = [good.Signatures[0]] })!.Reason);
        Assert.Equal(Reason.BadOrder, Command(_mini.Nodes[0], Destroy(keys, Delay - TimeSpan.FromSeconds(1)))!.Reason);
        var unknown = new AdministratorAction.Destroy([new KeyId(new Bytes32(new byte[32]))], _mini.Now + Delay);
        Assert.Equal(Reason.UnknownKey, Command(_mini.Nodes[0], _mini.Order(unknown))!.Reason);
        Assert.Equal(Reason.UnknownOrder, Command(_mini.Nodes[0], _mini.Order(new AdministratorAction.CancelDestruction(default), signers: 1))!.Reason);
        Assert.All(_mini.Nodes, node => Assert.Null(RowAt(node)));
    }

    [Fact]
    public void Rejects_a_forged_order_that_a_peer_forwards()
    {
        var keys = _mini.CreateKeys(2, 3);
        var good = Destroy(keys);
        var forged = good with { Signatures = [good.Signatures[0], good.Signatures[1] with { Signature = new byte[64] }] };
        foreach (var order in new[] { forged, good with { Signatures = [good.Signatures[0]] }, _mini.Order(Administrators.Refresh(keys)) })
            _mini.Cluster.CallAside(_mini.Nodes[1], _mini.Nodes[0].Nid, new PeerCall.ForwardOrder(order), TimeSpan.FromSeconds(5));
        _mini.Cluster.Time.Run(TimeSpan.FromSeconds(5));
        Assert.Null(RowAt(_mini.Nodes[0]));
        Assert.True(_mini.IsSound);
    }
}
