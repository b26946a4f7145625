using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Signing;
using MpcSigner.Core.Audit;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Simulation.Host;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Crash;

/// <summary>Eight requests at once on one presignature, all of them booked and in order, all of them judged before the first spends it: one is answered.</summary>
[Trait("row", "X-race-presignature")]
[Trait("row", "T25b")]
public sealed class PresignatureRaceTests
{
    private const int Racers = 8;

    [Theory]
    [InlineData(true)] // eight digests
    [InlineData(false)] // one request, eight entropies
    public void Eight_questions_at_once_on_one_presignature_get_one_answer(bool otherDigests)
    {
        using var mini = new MiniCluster(2, $"race {otherDigests}", new() { Pools = new() { PresignatureLevel = 0 } });
        var key = Assert.Single(mini.CreateKeys(2, 2, usage: KeyUsage.TransactionsAndRaw, suite: Suite.EcdsaSecp256k1));
        var puppet = new Puppet(mini, mini.Nodes[0]);
        var own = mini.Sign(Action(key, 1), "held");
        mini.Submit(mini.Nodes[0], own);
        Assert.True(mini.Cluster.Time.RunUntil(() => puppet.Held.Count > 0, TimeSpan.FromSeconds(5)));
        var (held, effect) = puppet.Held[0];
        var call = (PeerCall.PartialSign)effect.Body;
        var signer = mini.Cluster.Node(held.Recipient);
        Assert.True(OnlineRequest.TryDecode(Puppet.AskOf(held).Request.Span, out var question));
        var first = puppet.Script.Effects.Count;

        puppet.Script.LookTime = TimeSpan.FromMilliseconds(5);
        for (byte i = 0; i < Racers; i++)
        {
            var (request, name) = otherDigests ? (mini.Sign(Action(key, (byte)(100 + i)), $"race-{i}"), $"race-{i}") : (own, "held");
            var asked = question with
            {
                Digest = otherDigests ? new(Enumerable.Repeat((byte)(100 + i), 32).ToArray()) : question.Digest,
                Osid = new(Enumerable.Repeat(i, 32).ToArray()),
                Entropy = new Bytes32(Enumerable.Repeat((byte)(i + 1), 32).ToArray()),
            };
            puppet.Throw(held, call, request, new SigningAsk(asked.Encode(), puppet.Book(request, name)).Encode());
        }
        mini.Cluster.Time.Run(TimeSpan.FromSeconds(2));
        var replies = puppet.Script.Effects.Skip(first).Where(e => e.Node == signer).Select(e => e.Effect).OfType<NodeEffect.AnswerPeer>()
            .Select(answer => answer.Reply).Where(reply => reply is not PeerReply.Hello).ToArray();
        Assert.Single(replies.OfType<PeerReply.PartiallySigned>());
        var declined = replies.OfType<PeerReply.NotSigned>().ToArray();
        Assert.Equal(Racers - 1, declined.Length);
        Assert.All(declined, reply => Assert.Equal(Reason.MaterialRefused, reply.Error.Reason));
        Assert.All(declined, reply => Assert.Contains("spent", reply.Error.Message, StringComparison.Ordinal));
        Assert.Single(signer.Store.Log, entry => entry.Kind == AuditKind.ShareReleased);
        Assert.True(mini.IsSound);
    }

    private static RequestAction.Sign Action(KeyRow key, byte digest) => new(key.Record.KeyId, [], PayloadKind.Raw, Enumerable.Repeat(digest, 32).ToArray());
}
