using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination;

/// <summary>256 signatures of one key and one coordinator at once, on nonces that were all made before the first was asked for.</summary>
[Trait("row", "X-ros")]
public sealed class ConcurrentNoncesTests
{
    private const int Sessions = 256;

    [Fact]
    public void All_signatures_under_way_at_once_verify_each_under_a_nonce_of_its_own()
    {
        using var mini = new MiniCluster(2, "concurrent nonces", new() { Pools = new() { NonceLevel = Sessions, NonceBatch = Sessions } });
        var key = Assert.Single(mini.CreateKeys(2, 2));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(mini.Transfer(key.Record, 1))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(3));
        var before = Pools(mini);
        Assert.Equal(Sessions, before.Stocked);

        var script = mini.Script();
        var actions = Enumerable.Range(2, Sessions).Select(i => mini.Transfer(key.Record, (ulong)i)).ToArray();
        var calls = actions.Select(action => mini.Submit(mini.Nodes[0], mini.Sign(action))).ToArray();
        for (var i = 0; i < Sessions; i++)
        {
            var signed = Assert.IsType<ClientReply.Signed>(mini.Await(calls[i]));
            Assert.True(Ed25519Signature.Verify(key.Record.PublicKey.Span, actions[i].Payload.Span, signed.Signature.Span));
        }
        Assert.Equal((before.Taken + Sessions, before.Missed), (Pools(mini).Taken, Pools(mini).Missed));
        // No question was put before all commitments were out, and every one was put before the first answer came back.
        var effects = script.Effects.Select(e => e.Effect).ToList();
        var answered = effects.FindIndex(effect => effect is NodeEffect.AnswerPeer { Reply: PeerReply.PartiallySigned });
        var asked = effects.Take(answered).Count(effect => effect is NodeEffect.CallPeer { Body: PeerCall.PartialSign });
        Assert.True(asked == Sessions, $"{asked} questions were out at the first answer");
        var released = mini.Nodes[1].Store.Log.Where(entry => entry.Kind == AuditKind.ShareReleased).Select(entry => Convert.ToHexString(entry.Detail.Span)).ToArray();
        Assert.Equal(Sessions + 1, released.Length);
        Assert.Equal(released.Length, released.Distinct().Count());
        Assert.True(mini.IsSound);
    }

    private static PoolStatus Pools(MiniCluster mini)
    {
        var call = mini.Cluster.Call(mini.Nodes[0], mini.Client, new ClientCall.Status());
        return Assert.IsType<ClientReply.StatusIs>(mini.Cluster.Answers[call]).Status.Pools;
    }
}
