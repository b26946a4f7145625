using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>One party's run of presigning, message by message: what is awaited, what is wiped, what a setup that dies at any moment leads to.</summary>
public sealed class PresignPartyTests : PresignTampering
{
    /// <summary>A party's random source with an eye on when it is drawn from.</summary>
    private sealed class Watched(IRandomSource inner) : IRandomSource
    {
        public int Draws { get; private set; }

        public Action? OnDraw { get; set; }

        public void Fill(Span<byte> destination)
        {
            Draws++;
            OnDraw?.Invoke();
            inner.Fill(destination);
        }
    }

    private static byte[] Sent(Outbox outbox) => Assert.Single(outbox.Messages).Payload.Span.ToArray();

    private PresignParty Begin(PresignInput input, PartyId self, out byte[] round1, IRandomSource? random = null)
    {
        Assert.True(PresignParty.TryBegin(_committee.Session(input, self, random: random), out var party, out var outbox));
        round1 = Sent(outbox);
        return party;
    }

    [Fact]
    public void What_is_awaited_is_told_and_every_message_is_wiped()
    {
        var input = _committee.Input(Quorum);
        using var cheat = Begin(input, Cheat, out var theirs1);
        using var victim = Begin(input, Victim, out var ours1);
        Assert.Equal([Cheat], victim.Missing);
        var messages = new List<PayloadBuffer>();
        PresignStep Receive(PartyId from, byte round, byte[] payload)
        {
            messages.Add(new(payload));
            return victim.Receive(from, round, messages[^1]);
        }
        foreach (byte round in (byte[])[0, 3])
            Assert.IsType<PresignStep.Wait>(Receive(Cheat, round, theirs1));
        Assert.IsType<PresignStep.Wait>(Receive(_committee.Pids[2], 1, theirs1));
        Assert.All(messages, message => Assert.Throws<ObjectDisposedException>(() => message.Length));
        Assert.IsType<PresignStep.Send>(Receive(Cheat, 1, theirs1));
        Assert.IsType<PresignStep.Wait>(Receive(Cheat, 1, theirs1)); // again
        Assert.Equal([Cheat], victim.Missing);
        var theirs2 = Sent(Assert.IsType<PresignStep.Send>(cheat.Receive(Victim, 1, new(ours1))).Outbox);
        Assert.IsType<PresignStep.Complete>(Receive(Cheat, 2, theirs2));
        Assert.Empty(victim.Missing);
        Assert.IsType<PresignStep.Wait>(Receive(Cheat, 2, theirs2));
        Assert.All(messages, message => Assert.Throws<ObjectDisposedException>(() => message.Length));
    }

    /// <summary>Whoever has heard all of round 2 before the last of round 1 still sends its own: the others wait for it.</summary>
    [Fact]
    public void A_round_2_that_comes_first_ends_the_session_with_our_own_still_to_be_sent()
    {
        var input = _committee.Input(Quorum);
        using var cheat = Begin(input, Cheat, out var theirs1);
        using var victim = Begin(input, Victim, out var ours1);
        var theirs2 = Sent(Assert.IsType<PresignStep.Send>(cheat.Receive(Victim, 1, new(ours1))).Outbox);
        Assert.IsType<PresignStep.Wait>(victim.Receive(Cheat, 2, new(theirs2)));
        Assert.Equal([Cheat], victim.Missing);
        var complete = Assert.IsType<PresignStep.Complete>(victim.Receive(Cheat, 1, new(theirs1)));
        var other = Assert.IsType<PresignStep.Complete>(cheat.Receive(Victim, 2, new(Sent(complete.Outbox))));
        Assert.Equal(complete.Result.EncodeReady(), other.Result.EncodeReady());
        Assert.Empty(other.Outbox.Messages);
    }

    [Fact]
    public void Every_state_completes_once()
    {
        var input = _committee.Input(Quorum);
        var session = _committee.Session(input, Victim);
        using var cheat = Begin(input, Cheat, out var theirs1);
        RoundInbox<RawMessage> Inbox(byte round, byte[] message)
        {
            var inbox = session.NewInbox(round);
            inbox.Add(Cheat, new(new PayloadBuffer(message)));
            return inbox;
        }
        var begun = CollectingPresignCommitments.Begin(session);
        var theirs2 = Sent(Assert.IsType<PresignStep.Send>(cheat.Receive(Victim, 1, new(Sent(begun.Outbox)))).Outbox);
        var openings = Assert.IsType<Transition<CollectingPresignOpenings>.Advance>(begun.Next.Complete(Inbox(1, theirs1))).Next;
        Assert.Throws<ObjectDisposedException>(() => begun.Next.Complete(Inbox(1, theirs1)));
        Assert.IsType<Transition<PresignResult>.Advance>(openings.Complete(Inbox(2, theirs2)));
        Assert.Throws<ObjectDisposedException>(() => openings.Complete(Inbox(2, theirs2)));
    }

    /// <summary>C4: nothing is evaluated over a dead setup, and nothing of round 2 is drawn, let alone made.</summary>
    [Fact]
    public void Over_a_setup_that_has_died_nothing_of_round_2_is_drawn()
    {
        var input = _committee.Input(Quorum);
        var random = new Watched(_committee.RandomOf(input, Victim));
        using var cheat = Begin(input, Cheat, out var theirs1);
        using var victim = Begin(input, Victim, out _, random);
        var drawn = random.Draws;
        Assert.True(_committee.Setup(Victim, Cheat).TryEvaluate(() => false, out _));
        var abort = Assert.IsType<PresignStep.Abort>(victim.Receive(Cheat, 1, new(theirs1)));
        Assert.Equal((FaultKind.SetupUnusable, 0, drawn), (abort.Fault.Kind, abort.Fault.Accusations.Count, random.Draws));
        Assert.Equal([Cheat], abort.Fault.Differing);
    }

    /// <summary>C4: another session's verdict may fall between our own and the sending of round 2.</summary>
    [Fact]
    public void A_setup_that_dies_while_round_2_is_made_keeps_it_from_being_sent()
    {
        var input = _committee.Input(Quorum);
        var random = new Watched(_committee.RandomOf(input, Victim));
        using var cheat = Begin(input, Cheat, out var theirs1);
        using var victim = Begin(input, Victim, out _, random);
        var setup = _committee.Setup(Victim, Cheat);
        random.OnDraw = () => setup.TryEvaluate(() => false, out _);
        var abort = Assert.IsType<PresignStep.Abort>(victim.Receive(Cheat, 1, new(theirs1)));
        Assert.Equal((FaultKind.SetupUnusable, 0, 0), (abort.Fault.Kind, abort.Fault.Accusations.Count, abort.Condemned.Count));
        Assert.Equal([setup], abort.FoundDead);
        Assert.Equal([Cheat], abort.Fault.Differing);
        Assert.Empty(victim.Missing);
        Assert.IsType<PresignStep.Wait>(victim.Receive(Cheat, 1, new(theirs1)));
    }

    [Fact]
    public void A_setup_that_this_session_condemns_is_not_found_dead_besides()
    {
        var input = _committee.Input(Quorum);
        using var cheat = Begin(input, Cheat, out var theirs1);
        using var victim = Begin(input, Victim, out _);
        theirs1[128] ^= 1;
        var abort = Assert.IsType<PresignStep.Abort>(victim.Receive(Cheat, 1, new(theirs1)));
        Assert.Equal([_committee.Setup(Victim, Cheat)], abort.Condemned);
        Assert.Empty(abort.FoundDead);
    }

    /// <summary>Our own record without a public key: nobody's fault but ours, and the session is over.</summary>
    [Fact]
    public void A_defect_of_our_own_ends_the_session_and_is_thrown()
    {
        var honest = _committee.Input(Quorum);
        Assert.True(PresignInput.TryCreate(
            honest.Record with { PublicKey = new byte[33] }, honest.Signers, honest.Initiator, honest.InitiatorInstance, honest.Session, 1, out var input, out _));
        using var cheat = Begin(input, Cheat, out var theirs1);
        using var victim = Begin(input, Victim, out var ours1);
        var theirs2 = Sent(Assert.IsType<PresignStep.Send>(cheat.Receive(Victim, 1, new(ours1))).Outbox);
        Assert.IsType<PresignStep.Send>(victim.Receive(Cheat, 1, new(theirs1)));
        Assert.Throws<InvalidOperationException>(() => victim.Receive(Cheat, 2, new(theirs2)));
        Assert.Empty(victim.Missing);
        Assert.IsType<PresignStep.Wait>(victim.Receive(Cheat, 2, new(theirs2)));
        theirs1[0] ^= 1; // a second, different message would blame its sender if the session were not over
        Assert.IsType<PresignStep.Wait>(victim.Receive(Cheat, 1, new(theirs1)));
    }

    [Fact]
    public void A_message_that_came_early_is_wiped_when_the_session_is_given_up()
    {
        var victim = Begin(_committee.Input(Quorum), Victim, out _);
        var early = new PayloadBuffer(new byte[] { 1 });
        Assert.IsType<PresignStep.Wait>(victim.Receive(Cheat, 2, early));
        Assert.Equal(1, early.Length);
        victim.Dispose();
        Assert.Throws<ObjectDisposedException>(() => early.Length);
    }

    [Fact]
    public void A_session_needs_our_part_a_share_of_its_group_and_a_setup_with_each_instance_that_signs()
    {
        var input = _committee.Input(Quorum);
        var (setup, other) = (_committee.Setup(Victim, Cheat), _committee.Setup(Victim, _committee.Pids[2]));
        PresignSession Session(PartyId self, SecretScalar share, params (PartyId, PairSetup)[] setups) => new(
            input, _committee.Nid(self), share, setups.ToDictionary(entry => _committee.Nid(entry.Item1), entry => entry.Item2), _committee.RandomOf(input, self));
        using var share = _committee.Share(Victim);
        using var foreign = SecretScalar.FromPublic(Groups.For(Curve.P256).One);
        Assert.Equal([Cheat], Session(Victim, share, (Cheat, setup)).Peers);
        Assert.Throws<ArgumentException>(() => Session(_committee.Pids[2], share, (Cheat, setup)));
        Assert.Throws<ArgumentException>(() => Session(Victim, foreign, (Cheat, setup)));
        Assert.Throws<ArgumentException>(() => Session(Victim, share));
        Assert.Throws<ArgumentException>(() => Session(Victim, share, (Cheat, other)));
        Assert.True(PresignInput.TryCreate(
            input.Record, [.. input.Signers.Select(signer => signer.Pid == Cheat ? signer with { Instance = PresignCommittee.Instance(new(99)) } : signer)],
            input.Initiator, input.InitiatorInstance, input.Session, 1, out input, out _));
        Assert.Throws<ArgumentException>(() => Session(Victim, share, (Cheat, setup)));
    }
}
