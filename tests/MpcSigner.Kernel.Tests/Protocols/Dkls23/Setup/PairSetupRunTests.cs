using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>Whole honest runs of a pair setup (spec §5): what both ends hold, what was sent, how epochs go on.</summary>
public sealed class PairSetupRunTests
{
    private const int Trees = 32, Leaves = 16, Seed = 16;

    [Theory]
    [InlineData("one")]
    [InlineData("two")]
    public void I2_Both_ends_have_the_same_leaves_but_the_one_that_the_sender_lacks(string seed)
    {
        using var pair = new SetupPair { Seed = seed }.Run();
        var compared = 0;
        for (var sender = 0; sender < 2; sender++)
        {
            using var delta = pair.Setup(sender).Sending.Delta.Borrow();
            using var punctured = pair.Setup(sender).Sending.Leaves.Borrow();
            using var whole = pair.Setup(1 - sender).Receiving.Leaves.Borrow();
            for (var i = 0; i < Trees; i++)
            {
                var missing = delta.Span[i / 2] >> 4 * (i % 2) & 15;
                for (var z = 0; z < Leaves; z++)
                {
                    var atSender = Convert.ToHexString(punctured.Span.Slice((i * Leaves + z) * Seed, Seed));
                    var atReceiver = Convert.ToHexString(whole.Span.Slice((i * Leaves + (z ^ missing)) * Seed, Seed));
                    Assert.Equal(z == 0 ? new string('0', 2 * Seed) : atReceiver, atSender);
                    Assert.NotEqual(new string('0', 2 * Seed), atReceiver);
                    compared++;
                }
            }
        }
        Assert.Equal(2 * Trees * Leaves, compared);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Both_ends_agree_on_ids_epochs_and_the_zero_seed_whichever_is_the_lower(byte first, byte second)
    {
        using var pair = new SetupPair { Nids = [SetupPair.NodeOf(first), SetupPair.NodeOf(second)] }.Run();
        PairSetup one = pair.Setup(0), other = pair.Setup(1);
        Assert.Equal(first < second, one.Nodes.SelfIsLower);
        Assert.Equal(first > second, other.Nodes.SelfIsLower);
        Assert.Equal(one.SendingId, other.ReceivingId);
        Assert.Equal(one.ReceivingId, other.SendingId);
        Assert.NotEqual(one.SendingId, one.ReceivingId);
        Assert.Equal((1UL, 1UL, 1UL, 1UL), (one.SendingEpoch, one.ReceivingEpoch, other.SendingEpoch, other.ReceivingEpoch));
        Assert.Equal((one.Self, one.Peer), (other.Peer, other.Self));
        Assert.Equal((SetupPair.InstanceOf(1), SetupPair.InstanceOf(2)), (one.Nodes.SelfInstance, one.Nodes.PeerInstance));
        Assert.Equal((PairSetupState.Active, PairSetupState.Active), (one.State, other.State));
        Assert.Equal(BytesOf(one.ZeroSeed), BytesOf(other.ZeroSeed));
        Assert.NotEqual(new byte[32], BytesOf(one.ZeroSeed));
    }

    /// <summary>C12: neither direction follows from the other, and no run from another.</summary>
    [Fact]
    [Trait("row", "C12"), Trait("row", "M17")]
    public void Directions_and_runs_share_nothing()
    {
        using var pair = new SetupPair().Run();
        using var other = new SetupPair { Seed = "another" }.Run();
        byte[][] secrets =
        [
            .. new[] { pair, other }.SelectMany(run => new[] { 0, 1 }.SelectMany(node =>
                new[] { BytesOf(run.Setup(node).Sending.Delta), BytesOf(run.Setup(node).Receiving.Leaves)[..16] })),
            BytesOf(pair.Setup(0).ZeroSeed), BytesOf(other.Setup(0).ZeroSeed),
        ];
        Assert.Equal(10, secrets.Select(Convert.ToHexString).Distinct().Count());
    }

    [Fact]
    public void Messages_have_the_sizes_of_the_specification_and_each_side_sends_one_of_each()
    {
        using var pair = new SetupPair().Run();
        int[] sizes = [80, 8_512, 17_728, 32, 32];
        for (var node = 0; node < 2; node++)
        {
            Assert.Equal([0, 1, 2, 3, 4], pair.Sent.Where(message => message.From == node).Select(message => (int)message.Number));
            Assert.Equal(sizes, pair.Sent.Where(message => message.From == node).Select(message => message.Payload.Length));
        }
        // M1 and M3 speak of the direction in which the sender is A, M2 and M4 of the other one.
        byte[] Of(int from, int number) => pair.Sent.Single(message => message.From == from && message.Number == number).Payload;
        for (var node = 0; node < 2; node++)
        {
            Assert.Equal(Of(node, 1)[..32], Of(1 - node, 2)[..32]);
            Assert.NotEqual(Of(node, 1)[..32], Of(node, 2)[..32]);
            Assert.Equal(pair.Setup(node).SendingId.ToArray(), Of(node, 3));
            Assert.Equal(pair.Setup(node).ReceivingId.ToArray(), Of(node, 4));
        }
    }

    [Fact]
    [Trait("row", "T28b@setup")]
    public void Messages_may_arrive_in_any_order()
    {
        using var pair = new SetupPair { InOrder = false }.Run();
        using var inOrder = new SetupPair().Run();
        Assert.Equal(pair.Setup(0).SendingId, pair.Setup(1).ReceivingId);
        Assert.Equal(inOrder.Setup(0).SendingId, pair.Setup(0).SendingId);
    }

    [Fact]
    [Trait("row", "C13")]
    public void Epochs_are_durable_before_M1_leaves_and_the_count_before_M3()
    {
        using var pair = new SetupPair { Last = [new(4, 9), new(8, 5)] }.Run();
        for (var node = 0; node < 2; node++)
        {
            Assert.Equal(
                [DurableFirst.Epochs, DurableFirst.Nothing, DurableFirst.SetupCount, DurableFirst.Nothing],
                pair.MadeDurable.Where(entry => entry.Node == node).Select(entry => entry.First));
        }
        Assert.Equal(new PairEpochs(6, 10), pair.Parties[0].Epochs); // max(4, 5) + 1 and max(8, 9) + 1
        Assert.Equal(new PairEpochs(10, 6), pair.Parties[1].Epochs);
        Assert.Equal((6UL, 10UL), (pair.Setup(0).SendingEpoch, pair.Setup(0).ReceivingEpoch));
    }

    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(7, 3, 8)]
    [InlineData(3, 7, 8)]
    [InlineData(5_000, 4_000, 5_001)]
    [InlineData(ulong.MaxValue - 1, ulong.MaxValue - 2, ulong.MaxValue)]
    public void An_epoch_is_one_more_than_the_higher_of_the_last_ones(ulong lastOfA, ulong lastOfB, ulong epoch)
    {
        using var pair = new SetupPair { Last = [new(lastOfA, 0), new(0, lastOfB)] }.Run();
        Assert.Equal(epoch, pair.Setup(0).SendingEpoch);
        Assert.Equal(epoch, pair.Setup(1).ReceivingEpoch);
        Assert.Equal(1UL, pair.Setup(1).SendingEpoch);
    }

    [Theory]
    [InlineData(0, 1_001)]
    [InlineData(1_001, 0)]
    [InlineData(0, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, ulong.MaxValue - 1_000)]
    [Trait("row", "F-EpochGap")]
    public void Rejects_epochs_too_far_apart_or_at_their_end_and_blames_nobody(ulong lastOfA, ulong lastOfB)
    {
        foreach (var reversed in (bool[])[false, true])
        {
            using var pair = new SetupPair { Last = reversed ? [new(0, lastOfA), new(lastOfB, 0)] : [new(lastOfA, 0), new(0, lastOfB)] }.Run();
            for (var node = 0; node < 2; node++)
            {
                var fault = pair.Abort(node).Fault;
                Assert.Equal(FaultKind.EpochGap, fault.Kind);
                Assert.Empty(fault.Accusations);
                Assert.Null(pair.Parties[node].Epochs);
            }
            Assert.Equal(2, pair.Sent.Count); // nothing after M0
        }
    }

    [Fact]
    public void A_new_run_retires_the_older_setup_before_anything_is_sent()
    {
        using var first = new SetupPair().Run();
        using var second = new SetupPair { Older = [first.Setup(0), first.Setup(1)], Last = [new(1, 1), new(1, 1)], Seed = "second" };
        Assert.Equal(PairSetupState.Active, first.Setup(0).State);
        second.Run();
        Assert.All([0, 1], node => Assert.Equal(PairSetupState.Retired, first.Setup(node).State));
        Assert.Equal(2UL, second.Setup(0).SendingEpoch);
        Assert.Equal(PairSetupState.Active, second.Setup(0).State);
    }

    [Fact]
    public void A_state_is_consumed_once()
    {
        using var pair = new SetupPair().Run();
        var session = pair.Parties[0].Session;
        var handshake = PairHandshake.Draw(session.Last, session.Random);
        var state = new AwaitingHandshake(session, handshake);
        RawMessage M0() => new(new PayloadBuffer(handshake.Encode()));
        using var next = Assert.IsType<Transition<AwaitingChoices>.Advance>(state.Complete(M0())).Next;
        Assert.Throws<ObjectDisposedException>(() => state.Complete(M0()));

        next.Dispose();
        Assert.Throws<ObjectDisposedException>(() => next.Complete(new(new PayloadBuffer(8_512))));
    }

    /// <summary>Locked memory or the random source may fail in the middle of a message: a run that was interrupted has no second chance.</summary>
    [Fact]
    public void A_run_that_an_exception_interrupts_is_over()
    {
        using var honest = new SetupPair().Run();
        var m0 = honest.Sent.Single(message => message is { From: 1, Number: 0 }).Payload;
        using var party = PairSetupParty.Begin(honest.Parties[0].Session with { Random = new ExhaustedRandom(after: 50) }, out var outbox);
        outbox.Dispose();
        Assert.Throws<InvalidOperationException>(() => party.Receive(0, new PayloadBuffer(m0)));
        Assert.Null(party.Awaited);
        Assert.IsType<PairSetupStep.Wait>(party.Receive(0, new PayloadBuffer(m0)));
        Assert.IsType<PairSetupStep.Wait>(party.Receive(1, new PayloadBuffer(new byte[8_512])));
    }

    private sealed class ExhaustedRandom(int after) : IRandomSource
    {
        private int _left = after;

        public void Fill(Span<byte> destination)
        {
            if (_left-- == 0)
                throw new InvalidOperationException("exhausted");
            destination.Fill(1);
        }
    }

    private static byte[] BytesOf(SecureMemory memory)
    {
        using var bytes = memory.Borrow();
        return bytes.Span.ToArray();
    }
}
