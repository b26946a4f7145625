using MpcSigner.Core.Identities;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Setup;

/// <summary>The rows of spec §15 and §18.3 on the pair setup: each cheat of node 0 has exactly its outcome at node 1, and no setup comes of it.</summary>
public sealed class PairSetupTamperingTests
{
    private const int Field = 32, Points = 8_448, Tree = 288, Point = 33;

    [Theory]
    [InlineData("not on the curve")]
    [InlineData("identity")]
    [Trait("row", "T01a"), Trait("row", "F-InvalidBaseOtPoint"), Trait("row", "C11")]
    public void Rejects_a_choice_point_that_is_none(string kind)
    {
        using var pair = Cheating(1, m1 => NoPoint.Of(kind).CopyTo(m1.AsSpan(Field + 200 * Point))).Run();
        AssertBlamed(pair, FaultKind.InvalidBaseOtPoint, round: 1);
        Assert.DoesNotContain(pair.Sent, message => message is { From: 1, Number: >= 2 });
    }

    /// <summary>R_{i,b} = −HG(i, b, R_{i,1−b}): a point like any other, whose sum with the hash is O.</summary>
    [Fact]
    [Trait("row", "T01b"), Trait("row", "F-InvalidBaseOtPoint"), Trait("row", "M04")]
    public void Rejects_a_choice_point_that_cancels_its_hash()
    {
        const int i = 44, b = 1;
        using var pair = Cheating(1, m1 =>
        {
            using var hash = new PointHash(new(m1.AsSpan(0, Field)));
            var point = new byte[Secp256k1Points.NativeSize];
            hash.Hash(point, i, b, m1.AsSpan(Field + (2 * i + 1 - b) * Point, Point));
            Secp256k1Points.Negate(point);
            Secp256k1Points.Encode(m1.AsSpan(Field + (2 * i + b) * Point, Point), point);
        }).Run();
        AssertBlamed(pair, FaultKind.InvalidBaseOtPoint, round: 1);
        Assert.DoesNotContain(pair.Sent, message => message is { From: 1, Number: >= 2 });
    }

    /// <summary>C11: another epoch, other randomness, and a setup comes of it.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [Trait("row", "C11"), Trait("row", "T01a"), Trait("row", "T02"), Trait("row", "T03c"), Trait("row", "T05")]
    public void The_next_setup_after_a_failed_one_is_made_under_the_next_epoch(byte number)
    {
        using var failed = Cheating(number, message =>
        {
            if (number == 3)
                message[0] ^= 1;
            else
                NoPoint.Of("not on the curve").CopyTo(message.AsSpan(Field));
        }).Run();
        Assert.IsType<PairSetupStep.Abort>(failed.Ends[1]);
        AssertNothingActive(failed);
        var epochs = failed.Parties.Select(party => party.Epochs!.Value).ToArray();
        using var next = new SetupPair { Last = epochs, Seed = "next" }.Run();
        Assert.Equal(2UL, next.Setup(1).SendingEpoch);
        Assert.Equal(next.Setup(0).SendingId, next.Setup(1).ReceivingId);
        Assert.Empty(next.Sent.Where(sent => sent.Number is 1 or 2).Select(sent => Convert.ToHexString(sent.Payload))
            .Intersect(failed.Sent.Where(sent => sent.Number is 1 or 2).Select(sent => Convert.ToHexString(sent.Payload))));
    }

    [Theory]
    [InlineData("not on the curve")]
    [InlineData("identity")]
    [Trait("row", "T02"), Trait("row", "F-InvalidBaseOtPoint"), Trait("row", "C11")]
    public void Rejects_a_sender_point_that_is_none_chosen_or_not(string kind)
    {
        for (var branch = 0; branch < 2; branch++)
        {
            using var pair = Cheating(2, m2 => NoPoint.Of(kind).CopyTo(m2.AsSpan(Field + (2 * 90 + branch) * Point))).Run();
            AssertBlamed(pair, FaultKind.InvalidBaseOtPoint, round: 2);
            Assert.DoesNotContain(pair.Sent, message => message is { From: 1, Number: >= 3 });
        }
    }

    [Theory]
    [InlineData("digest", 256)]
    [InlineData("sum of check values", 200)]
    [Trait("row", "T03b"), Trait("row", "T03c"), Trait("row", "F-BadSeedProof"), Trait("row", "M05"), Trait("row", "C11")]
    public void Rejects_a_seed_proof_that_does_not_hold(string field, int offset)
    {
        foreach (var tree in (int[])[0, 17, 31])
        {
            using var pair = Cheating(2, m2 => m2[Field + Points + tree * Tree + offset] ^= 4, field).Run();
            AssertBlamed(pair, FaultKind.BadSeedProof, round: 2);
            Assert.DoesNotContain(pair.Sent, message => message is { From: 1, Number: >= 3 });
        }
    }

    [Fact]
    [Trait("row", "T03a"), Trait("row", "T04")]
    public void Rejects_a_correction_on_the_side_used_and_takes_one_on_the_other_without_harm()
    {
        using var honest = new SetupPair().Run();
        var delta = BytesOf(honest.Setup(1).Sending.Delta);
        var leaves = BytesOf(honest.Setup(1).Sending.Leaves);
        var expectedAtCheat = honest.Setup(0).ReceivingId.ToArray();
        const int tree = 5, level = 2;
        var used = 1 - (delta[tree / 2] >> 4 * (tree % 2) >> 3 - level & 1); // c = 1 − the bit of Δ_i that the level decides

        using (var pair = Cheating(2, m2 => m2[Correction(used)] ^= 1).Run())
            AssertBlamed(pair, FaultKind.BadSeedProof, round: 2);

        // The cheat goes on as if it had sent what it sent: it confirms the setup id that node 1 came to.
        byte[]? idAtVictim = null;
        using var passing = new SetupPair
        {
            Bend = (from, number, payload) =>
            {
                switch ((from, number))
                {
                    case (0, 2):
                        payload[Correction(1 - used)] ^= 1;
                        return payload;
                    case (1, 3):
                        idAtVictim = payload;
                        return expectedAtCheat;
                    case (0, 4):
                        return idAtVictim!;
                    default:
                        return payload;
                }
            },
        }.Run();
        var victim = passing.Setup(1);
        Assert.Equal(delta, BytesOf(victim.Sending.Delta));
        Assert.Equal(leaves, BytesOf(victim.Sending.Leaves));
        Assert.NotEqual(honest.Setup(1).SendingId, victim.SendingId);

        static int Correction(int side) => Field + Points + tree * Tree + ((level - 1) * 2 + side) * 32;
    }

    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [Trait("row", "T05"), Trait("row", "F-SetupIdMismatch")]
    public void Another_setup_id_activates_nothing_and_blames_nobody(byte number)
    {
        using var pair = Cheating(number, id => id[31] ^= 1).Run();
        AssertNobodyBlamed(pair, FaultKind.SetupIdMismatch, number);
    }

    /// <summary>z is no check's subject: it is in the setup id.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Another_z_ends_in_another_setup_id(byte number)
    {
        using var pair = Cheating(number, message => message[^1] ^= 1).Run();
        var noticed = pair.Abort(number == 1 ? 1 : 0).Fault; // B compares first, by A's M3
        Assert.Equal((FaultKind.SetupIdMismatch, RoundId.Numbered(ProtocolKind.PairSetup, 3)), (noticed.Kind, noticed.Round));
        Assert.Empty(noticed.Accusations);
        AssertNothingActive(pair);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("row", "F-SetupSessionMismatch"), Trait("row", "C01")]
    public void Another_setup_sid_is_noticed_before_anything_is_evaluated(byte number)
    {
        // All that follows the sid is hostile as well: had it been looked at, somebody would be blamed.
        using var pair = Cheating(number, message =>
        {
            message[0] ^= 1;
            message.AsSpan(Field).Fill(0xff);
        }).Run();
        AssertNobodyBlamed(pair, FaultKind.SetupSessionMismatch, number);
    }

    [Fact]
    public void A_stale_instance_of_the_peer_or_of_oneself_makes_another_session_and_blames_nobody()
    {
        InstanceId[] current = [SetupPair.InstanceOf(1), SetupPair.InstanceOf(2)], stale = [SetupPair.InstanceOf(9), SetupPair.InstanceOf(2)];
        using var pair = new SetupPair { Instances = [current, stale] }.Run();
        AssertNobodyBlamed(pair, FaultKind.SetupSessionMismatch, 1);
        Assert.Equal(FaultKind.SetupSessionMismatch, pair.Abort(0).Fault.Kind);
    }

    [Fact]
    public void Another_nonce_makes_another_session_and_blames_nobody()
    {
        using var pair = Cheating(0, m0 => m0[20] ^= 1).Run();
        AssertNobodyBlamed(pair, FaultKind.SetupSessionMismatch, 1);
    }

    [Theory]
    [InlineData(0, 80)]
    [InlineData(1, 8_512)]
    [InlineData(2, 17_728)]
    [InlineData(3, 32)]
    [InlineData(4, 32)]
    [Trait("row", "T01c"), Trait("row", "E27@setup"), Trait("row", "E28@setup"), Trait("row", "F-MalformedMessage")]
    public void Rejects_every_other_length(byte number, int length)
    {
        foreach (var other in (int[])[0, length - 1, length + 1])
        {
            using var pair = new SetupPair { Bend = (from, round, payload) => from == 0 && round == number ? Resized(payload, other) : payload }.Run();
            AssertBlamed(pair, FaultKind.MalformedMessage, number);
        }
    }

    [Fact]
    [Trait("row", "F-ConflictingMessages"), Trait("row", "T28c@setup")]
    public void Rejects_a_second_different_message_and_ignores_a_repeated_one()
    {
        using var party = PairSetupParty.Begin(
            new(new(SetupPair.NodeOf(1), SetupPair.InstanceOf(1), SetupPair.NodeOf(2), SetupPair.InstanceOf(2)), default, new SeededRandom(3), null), out var outbox);
        outbox.Dispose();
        Assert.IsType<PairSetupStep.Wait>(party.Receive(1, new PayloadBuffer(new byte[7])));
        Assert.IsType<PairSetupStep.Wait>(party.Receive(1, new PayloadBuffer(new byte[7])));
        Assert.IsType<PairSetupStep.Wait>(party.Receive(5, new PayloadBuffer(new byte[7])));
        var abort = Assert.IsType<PairSetupStep.Abort>(party.Receive(1, new PayloadBuffer(new byte[8])));
        Assert.Equal(FaultKind.ConflictingMessages, abort.Fault.Kind);
        Assert.Null(party.Awaited);
        Assert.IsType<PairSetupStep.Wait>(party.Receive(2, new PayloadBuffer(new byte[9]))); // over: nothing is judged any more
    }

    private static SetupPair Cheating(byte number, Action<byte[]> cheat, string seed = "pair") => new()
    {
        Seed = seed,
        Bend = (from, round, payload) =>
        {
            if (from == 0 && round == number)
                cheat(payload);
            return payload;
        },
    };

    private static byte[] Resized(byte[] payload, int length)
    {
        Array.Resize(ref payload, length);
        return payload;
    }

    private static void AssertBlamed(SetupPair pair, FaultKind kind, byte round)
    {
        var fault = pair.Abort(1).Fault;
        var accusation = Assert.Single(fault.Accusations);
        Assert.Equal((kind, default(PartyId), kind), (fault.Kind, accusation.Culprit, accusation.Kind));
        Assert.Equal(RoundId.Numbered(ProtocolKind.PairSetup, round), fault.Round);
        Assert.True(kind.Blames());
        Assert.Empty(accusation.Evidence);
        if (round < 4) // whose M4 is bad has had ours: its own half is active, and useless without the other
            AssertNothingActive(pair);
    }

    private static void AssertNobodyBlamed(SetupPair pair, FaultKind kind, byte round)
    {
        var fault = pair.Abort(1).Fault;
        Assert.Equal(kind, fault.Kind);
        Assert.Empty(fault.Accusations);
        Assert.Equal(RoundId.Numbered(ProtocolKind.PairSetup, round), fault.Round);
        Assert.Equal(Consequence.RetryFresh, kind.Consequence());
    }

    private static void AssertNothingActive(SetupPair pair) => Assert.All(pair.Ends, end => Assert.False(end is PairSetupStep.Complete));

    private static byte[] BytesOf(MpcSigner.Cryptography.Secrets.Memory.SecureMemory memory)
    {
        using var bytes = memory.Borrow();
        return bytes.Span.ToArray();
    }
}
