using MpcSigner.Coordination.Boundary;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>A node dies at each single commit of a signature: what was asked is never answered again, from whatever it was made, and the client's request has one signature in the end.</summary>
[Trait("row", "T25a")]
public sealed class SpentMaterialCrashTests
{
    [Theory]
    [InlineData(Suite.FrostEd25519, true)]
    [InlineData(Suite.FrostEd25519, false)]
    [InlineData(Suite.EcdsaSecp256k1, true)]
    [InlineData(Suite.EcdsaSecp256k1, false)]
    public void Killed_at_any_commit_of_a_signature_no_question_is_answered_twice(Suite suite, bool coordinator)
    {
        var points = CommitKill.Moments.Sum(moment => Enumerable.Range(0, 20).TakeWhile(at => SurvivesDeath(suite, coordinator, at, moment)).Count());
        Assert.InRange(points, 3, 3 * 19);
    }

    private static bool SurvivesDeath(Suite suite, bool coordinatorDies, int at, CommitMoment moment)
    {
        using var mini = new MiniCluster(2, $"spent {suite} {coordinatorDies} {at} {moment}", new() { Pools = new() { NonceLevel = 2, NonceBatch = 2, PresignatureLevel = 2, PresignBatch = 2 } });
        var key = Assert.Single(mini.CreateKeys(2, 2, usage: KeyUsage.TransactionsAndRaw, suite: suite));
        Assert.IsType<ClientReply.Signed>(mini.Ask(mini.Nodes[0], mini.Sign(Action(key, 1))));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(4));
        var (coordinator, signer) = (mini.Nodes[0], mini.Nodes[1]);
        var victim = coordinatorDies ? coordinator : signer;
        var script = mini.Script();
        List<PeerCall.PartialSign> asked = [];
        script.Bends = (node, effect) =>
        {
            if (effect is NodeEffect.CallPeer { Body: PeerCall.PartialSign ask })
                asked.Add(ask);
            return effect;
        };
        var kill = new CommitKill(mini, script, victim, at, moment);
        var (action, request) = (Action(key, 2), default(SignedRequest));
        request = mini.Sign(action, "killed");
        var call = mini.Submit(coordinator, request);
        if (!mini.Cluster.Time.RunUntil(() => kill.HasDied, TimeSpan.FromSeconds(2)))
        {
            Assert.IsType<ClientReply.Signed>(mini.Await(call));
            return false;
        }
        var what = $"{moment} of commit {at}";
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        victim.Start();
        Assert.Equal((0, 0), (PoolsOf(mini, victim).Stocked, PoolsOf(mini, victim).Held));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));

        // The very same bytes once more: nothing that was made before answers them.
        foreach (var ask in asked.ToArray())
            AssertUnanswered(mini, script, coordinator, signer, ask, what);

        var first = Signature(mini.Ask(coordinator, request), what);
        Assert.Equal(first, Signature(mini.Ask(signer, request), what));
        Assert.Equal(DerivationFault.None, VerificationKey.TryCreate(key.Record, [], action.Taproot, out var verifier));
        Assert.True(verifier!.Verifies(action.Payload.Span, first));
        foreach (var node in mini.Nodes)
        {
            var released = node.Store.Log.Where(entry => entry.Kind == AuditKind.ShareReleased).Select(entry => Convert.ToHexString(entry.Detail.Span)).ToArray();
            Assert.Equal(released.Length, released.Distinct().Count()); // one R a question
            Assert.Single(node.Store.Requests, row => row.State == RequestState.Completed && row.Result.Span.SequenceEqual(first));
        }
        Assert.True(mini.IsSound, what);
        return true;
    }

    /// <summary>It may say that the request has its signature by now, which is no second answer.</summary>
    private static void AssertUnanswered(MiniCluster mini, ScriptedTraffic script, SimulatedNode coordinator, SimulatedNode signer, PeerCall.PartialSign ask, string what)
    {
        var id = mini.Cluster.NextCall;
        var released = signer.Store.Log.Count(entry => entry.Kind == AuditKind.ShareReleased);
        mini.Cluster.CallAside(coordinator, signer.Nid, ask, TimeSpan.FromSeconds(5));
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(1));
        var reply = script.Effects.Select(e => e.Effect).OfType<NodeEffect.AnswerPeer>().Single(answer => answer.Call == id).Reply;
        Assert.True(reply is PeerReply.Refused or PeerReply.NotSigned, $"{what}: {reply.GetType().Name}");
        Assert.Equal(released, signer.Store.Log.Count(entry => entry.Kind == AuditKind.ShareReleased));
    }

    private static RequestAction.Sign Action(KeyRow key, byte digest) => new(key.Record.KeyId, [], PayloadKind.Raw, Enumerable.Repeat(digest, 32).ToArray());

    private static byte[] Signature(ClientReply reply, string what) =>
        reply is ClientReply.Signed signed ? signed.Signature.ToArray() : throw new Xunit.Sdk.XunitException($"{what}: {(reply as ClientReply.Refused)?.Error}");

    private static PoolStatus PoolsOf(MiniCluster mini, SimulatedNode node)
    {
        var call = mini.Cluster.Call(node, mini.Client, new ClientCall.Status());
        return Assert.IsType<ClientReply.StatusIs>(mini.Cluster.Answers[call]).Status.Pools;
    }
}
