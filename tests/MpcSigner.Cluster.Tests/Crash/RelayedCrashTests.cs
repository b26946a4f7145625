using MpcSigner.Client;
using MpcSigner.Cluster.Tests.Fixture;
using MpcSigner.Core.Audit;
using Xunit;
using V1 = MpcSigner.Wire.V1;

namespace MpcSigner.Cluster.Tests.Crash;

/// <summary>SIGKILL at a chosen word between two nodes: in a pair setup, in presigning, between a share's release and its arrival. What the disks say afterwards is read from copies.</summary>
public class RelayedCrashTests(RelayedCluster relayed, ITestOutputHelper output) : IClassFixture<RelayedCluster>
{
    private const int Racers = 8;

    /// <summary>M0 to M4 of both, START, two rounds of both, READY.</summary>
    private const int Words = 16;

    private PeerRelay Relay => relayed.Relay;

    /// <summary>The share is released, its R is on the disk, and nobody got it: the request is signed with other material, and the first is never used again.</summary>
    [Theory]
    [InlineData(KeySuite.Ed25519)]
    [InlineData(KeySuite.EcdsaSecp256k1)]
    public async Task Killed_after_the_release_was_committed_the_request_is_signed_under_another_nonce(KeySuite suite)
    {
        var key = await relayed.CreateAsync(suite);
        await relayed.SignAsync(await relayed.RequestAsync(key));
        V1.PartialSignRequest? asked = null;
        Relay.OnQuestion = async (question, ask) =>
        {
            Relay.OnQuestion = static (_, again) => again();
            asked = question;
            var reply = await ask();
            Assert.Equal(V1.PartialSignReply.ReplyOneofCase.Envelope, reply.ReplyCase);
            await relayed.Signer.KillAsync();
            throw new Grpc.Core.RpcException(new(Grpc.Core.StatusCode.Unavailable, "gone"));
        };
        var (request, before) = (await relayed.RequestAsync(key), Relay.Questions);
        var signing = relayed.SignAsync(request);
        await Wait.UntilAsync(() => Task.FromResult(!relayed.Signer.IsRunning), TimeSpan.FromSeconds(60), () => "it was not asked\n" + relayed.Cluster.Logs);
        await relayed.Signer.StartAsync();
        var signature = await signing;
        Assert.Equal(signature, await relayed.SignAsync(request)); // from the record

        // The question as it was, to the process that came after: it has nothing that could answer.
        using var channel = Relay.NewChannel(relayed.Coordinator);
        var refused = await Assert.ThrowsAsync<Grpc.Core.RpcException>(async () => await new V1.PeerService.PeerServiceClient(channel).PartialSignAsync(asked!, DirectCaller.Soon));
        Assert.NotEqual(Grpc.Core.StatusCode.OK, refused.StatusCode);
        var released = await relayed.ReleasedAsync(relayed.Signer, request);
        Assert.InRange(released.Count, 2, Relay.Questions - before);
        Assert.Equal(released.Count, released.Distinct().Count());
    }

    /// <summary>The question comes eight times at once, over eight connections, from eight threads: exactly one share leaves.</summary>
    [Theory]
    [InlineData(KeySuite.Ed25519)]
    [InlineData(KeySuite.EcdsaSecp256k1)]
    [Trait("row", "X-race-nonce")]
    [Trait("row", "X-race-presignature")]
    [Trait("row", "T25b")]
    public async Task A_question_put_eight_times_at_once_is_answered_once(KeySuite suite)
    {
        var key = await relayed.CreateAsync(suite);
        var replies = new V1.PartialSignReply?[Racers];
        var refusals = new Grpc.Core.RpcException?[Racers];
        Relay.OnQuestion = async (question, _) =>
        {
            Relay.OnQuestion = static (_, again) => again();
            using var together = new Barrier(Racers);
            var threads = Enumerable.Range(0, Racers).Select(i => new Thread(() =>
            {
                using var channel = Relay.NewChannel(relayed.Coordinator);
                var client = new V1.PeerService.PeerServiceClient(channel);
                // A call each to have all eight connected before the race.
                Assert.Throws<Grpc.Core.RpcException>(() => client.Hello(new(), DirectCaller.Soon));
                together.SignalAndWait();
                try
                {
                    replies[i] = client.PartialSign(question, DirectCaller.Soon);
                }
                catch (Grpc.Core.RpcException e)
                {
                    refusals[i] = e;
                }
            })).ToList();
            threads.ForEach(thread => thread.Start());
            await Task.Run(() => threads.ForEach(thread => thread.Join()));
            return replies.First(reply => reply?.ReplyCase == V1.PartialSignReply.ReplyOneofCase.Envelope)!;
        };
        var (request, before) = (await relayed.RequestAsync(key), Relay.Questions);
        Assert.NotEmpty(await relayed.SignAsync(request));
        Assert.Single(replies, reply => reply?.ReplyCase == V1.PartialSignReply.ReplyOneofCase.Envelope);
        Assert.Equal(Racers - 1, refusals.Count(refused => refused is not null) + replies.Count(reply => reply?.ReplyCase == V1.PartialSignReply.ReplyOneofCase.NotSigned));
        // On a busy machine the coordinator may have asked again meanwhile: a share for each question, not for each time that it came.
        var released = await relayed.ReleasedAsync(relayed.Signer, request);
        Assert.InRange(released.Count, 1, Relay.Questions - before);
        Assert.Equal(released.Count, released.Distinct().Count());
    }

    /// <summary>A kill in the middle of a pair setup and of presigning: nothing of the setup is used, and no epoch comes again.</summary>
    [Fact]
    [Trait("row", "C05")]
    [Trait("row", "X-restart-no-setup")]
    public async Task Killed_in_a_pair_setup_the_next_has_another_epoch() => await KilledAtAsync([(false, 5)], await relayed.CreateAsync(KeySuite.EcdsaSecp256k1));

    /// <summary>The same at each word, and at either node.</summary>
    [Fact]
    [Trait("tier", "crash")]
    [Trait("row", "C05")]
    [Trait("row", "C06")]
    [Trait("row", "X-restart-no-setup")]
    public async Task Killed_at_each_word_of_pair_setup_and_presigning_the_next_setup_has_another_epoch()
    {
        var key = await relayed.CreateAsync(KeySuite.EcdsaSecp256k1);
        await KilledAtAsync([.. Enumerable.Range(0, Words).Select(word => (word % 2 == 0, word))], key);
        await KilledAtAsync([.. Enumerable.Range(0, Words).Select(word => (word % 2 != 0, word))], key);
    }

    private async Task KilledAtAsync((bool Coordinator, int Word)[] kills, SigningKey key)
    {
        foreach (var (coordinator, word) in kills)
        {
            var victim = coordinator ? relayed.Coordinator : relayed.Signer;
            // A new process of the signer: the setup with it is made anew, and then what a signature needs.
            await relayed.Signer.KillAsync();
            var killed = new TaskCompletionSource();
            Relay.CountAnew();
            Relay.OnEnvelope = async (number, _, pass) =>
            {
                if (number == word)
                {
                    Relay.OnEnvelope = PeerRelay.PassOn;
                    await victim.KillAsync();
                    killed.SetResult();
                }
                await pass();
            };
            await relayed.Signer.StartAsync();
            var request = await relayed.RequestAsync(key);
            var signing = relayed.SignAsync(request);
            if (await Task.WhenAny(killed.Task, signing) == signing)
            {
                Relay.OnEnvelope = PeerRelay.PassOn;
                output.WriteLine($"{victim.Name} at word {word}: signed after {Relay.Envelopes} words");
                continue;
            }
            await killed.Task;
            var own = await relayed.PairOfAsync(victim);
            await victim.StartAsync();
            await signing;
            var (a, b) = (await relayed.PairOfAsync(relayed.Coordinator), await relayed.PairOfAsync(relayed.Signer));
            Assert.NotNull(a);
            Assert.NotNull(b);
            output.WriteLine($"{victim.Name} at word {word}: epoch {own?.SendingEpoch ?? 0} at its death, {a.SendingEpoch} in use; {a.SetupsOnDay} setups");
            Assert.Equal((a.SendingEpoch, a.ReceivingEpoch), (b.ReceivingEpoch, b.SendingEpoch));
            Assert.True(a.SendingEpoch > (own?.SendingEpoch ?? 0) && a.ReceivingEpoch > (own?.ReceivingEpoch ?? 0), "an epoch came again");
            Assert.Equal((0u, 0ul, 0u, 0ul), (a.Failures, a.DeadSendingEpoch, b.Failures, b.DeadSendingEpoch));
            foreach (var node in relayed.Cluster.Nodes)
            {
                var released = await relayed.ReleasedAsync(node, request);
                Assert.True(released.Count >= 1 && released.Count == released.Distinct().Count(), $"{node.Name} released {released.Count} shares");
                Assert.DoesNotContain(await NodeLog.ReadAsync(relayed.Cluster, node), entry => entry.Kind == AuditKind.PeerFault);
            }
        }
    }
}
