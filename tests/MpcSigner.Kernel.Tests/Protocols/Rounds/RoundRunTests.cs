using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Rounds;

/// <summary>A run of two rounds between us and one peer: what a message leads to, and what is left of a run that is over.</summary>
public sealed class RoundRunTests
{
    private static readonly PartyId Peer = new(7), Stranger = new(8);

    /// <summary>A state of the run: it tells how its round ends, and whether it was disposed.</summary>
    private sealed class State(Func<RoundEnd<string>> end) : IRoundState<string>
    {
        public int Disposed { get; private set; }

        public RoundEnd<string> Complete(RoundInbox<RawMessage> inbox)
        {
            foreach (var (_, message) in inbox.Take())
                message.Dispose();
            return end();
        }

        public void Dispose() => Disposed++;
    }

    private static Outbox Sends(byte round, params byte[] payload)
    {
        var outbox = new Outbox();
        outbox.Send(Peer, MessageType.Round, round, new PayloadBuffer(payload));
        return outbox;
    }

    private static RoundInbox<RawMessage> Inbox(byte round, params PartyId[] senders) => new(RoundId.Numbered(ProtocolKind.Dkg, round), senders);

    private static ProtocolFault Fault(byte round) => ProtocolFault.WithoutVerdict(RoundId.Numbered(ProtocolKind.Dkg, round), FaultKind.DegenerateSum, []);

    private readonly State _second;
    private readonly RoundRun<string> _run;
    private RoundEnd<string> _end = new RoundEnd<string>.Last("result", Outbox.Empty);
    private Outbox _between = Sends(2, 1);

    public RoundRunTests()
    {
        _second = new(() => _end);
        _run = new([Inbox(1, Peer), Inbox(2, Peer)], new State(() => new RoundEnd<string>.Next(_second, _between)));
    }

    private static PayloadBuffer Bytes(params byte[] bytes) => new(bytes);

    private void AssertOver()
    {
        Assert.Equal((0, 0), ((int)_run.Round, _run.Missing.Count));
        var late = Bytes(1);
        Assert.IsType<RunStep<string>.Wait>(_run.Receive(Peer, 2, late));
        Assert.Throws<ObjectDisposedException>(() => late.Length);
    }

    [Fact]
    public void Rounds_are_gone_through_in_order()
    {
        Assert.Equal(1, _run.Round);
        Assert.Equal([Peer], _run.Missing);
        var send = Assert.IsType<RunStep<string>.Send>(_run.Receive(Peer, 1, Bytes(1)));
        Assert.Equal([2], send.Outbox.Messages.Select(message => (int)message.Round));
        Assert.Equal(2, _run.Round);
        Assert.Equal([Peer], _run.Missing);
        var complete = Assert.IsType<RunStep<string>.Complete>(_run.Receive(Peer, 2, Bytes(2)));
        Assert.Equal(("result", 0), (complete.Result, complete.Outbox.Messages.Count));
        AssertOver();
    }

    [Fact]
    public void A_round_that_came_early_is_gone_through_with_the_one_before_and_both_are_sent()
    {
        _end = new RoundEnd<string>.Last("result", Sends(3, 2));
        Assert.IsType<RunStep<string>.Wait>(_run.Receive(Peer, 2, Bytes(2)));
        Assert.Equal(1, _run.Round);
        var complete = Assert.IsType<RunStep<string>.Complete>(_run.Receive(Peer, 1, Bytes(1)));
        Assert.Equal([2, 3], complete.Outbox.Messages.Select(message => (int)message.Round));
        AssertOver();
    }

    [Fact]
    public void What_two_rounds_send_that_are_gone_through_together_leaves_together()
    {
        var third = new State(() => _end);
        var second = new State(() => new RoundEnd<string>.Next(third, Sends(3, 2)));
        using var run = new RoundRun<string>([Inbox(1, Peer), Inbox(2, Peer), Inbox(3, Peer)], new State(() => new RoundEnd<string>.Next(second, Sends(2, 1))));
        Assert.IsType<RunStep<string>.Wait>(run.Receive(Peer, 2, Bytes(2)));
        var send = Assert.IsType<RunStep<string>.Send>(run.Receive(Peer, 1, Bytes(1)));
        Assert.Equal([2, 3], send.Outbox.Messages.Select(message => (int)message.Round));
        Assert.Equal(3, run.Round);
        Assert.IsType<RunStep<string>.Complete>(run.Receive(Peer, 3, Bytes(3)));
    }

    [Fact]
    public void A_round_in_which_nothing_is_sent_is_waited_through()
    {
        _between = Outbox.Empty;
        Assert.IsType<RunStep<string>.Wait>(_run.Receive(Peer, 1, Bytes(1)));
        Assert.Equal(2, _run.Round);
        Assert.IsType<RunStep<string>.Complete>(_run.Receive(Peer, 2, Bytes(2)));
    }

    [Fact]
    public void Nothing_leaves_a_session_that_ends_in_a_fault()
    {
        _end = new RoundEnd<string>.Abort(Fault(2));
        Assert.IsType<RunStep<string>.Wait>(_run.Receive(Peer, 2, Bytes(2)));
        var abort = Assert.IsType<RunStep<string>.Abort>(_run.Receive(Peer, 1, Bytes(1)));
        Assert.Equal(FaultKind.DegenerateSum, abort.Fault.Kind);
        Assert.Throws<ObjectDisposedException>(() => _between.Messages[0].Payload.Length);
        AssertOver();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Other_bytes_than_before_end_the_session_and_blame_their_sender_also_after_their_round(bool after)
    {
        Assert.IsType<RunStep<string>.Send>(_run.Receive(Peer, 1, Bytes(1)));
        if (!after)
            Assert.IsType<RunStep<string>.Wait>(_run.Receive(Peer, 1, Bytes(1)));
        var second = Bytes(2);
        var abort = Assert.IsType<RunStep<string>.Abort>(_run.Receive(Peer, 1, second));
        var accusation = Assert.Single(abort.Fault.Accusations);
        Assert.Equal((Peer, FaultKind.ConflictingMessages, 1), (accusation.Culprit, accusation.Kind, (int)abort.Fault.Round.Number));
        Assert.Empty(accusation.Evidence);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData([2]), accusation.Digest.ToArray());
        Assert.Throws<ObjectDisposedException>(() => second.Length);
        Assert.Equal(1, _second.Disposed);
        AssertOver();
    }

    [Theory]
    [InlineData(7, 0)]
    [InlineData(7, 3)]
    [InlineData(8, 1)]
    public void A_message_of_no_round_or_of_a_stranger_is_wiped_and_changes_nothing(ushort from, byte round)
    {
        var message = Bytes(1);
        Assert.IsType<RunStep<string>.Wait>(_run.Receive(new(from), round, message));
        Assert.Throws<ObjectDisposedException>(() => message.Length);
        Assert.Equal(1, _run.Round);
        Assert.Equal([Peer], _run.Missing);
    }

    [Fact]
    public void A_run_that_is_given_up_wipes_its_state_and_what_has_come()
    {
        _run.Receive(Peer, 1, Bytes(1));
        var (kept, stranger) = (Bytes(2), Inbox(2, Peer, Stranger));
        using var waiting = new RoundRun<string>([stranger], _second);
        waiting.Receive(Peer, 1, kept);
        waiting.Dispose();
        Assert.Equal(1, _second.Disposed);
        Assert.Throws<ObjectDisposedException>(() => kept.Length);
        Assert.Equal(0, waiting.Round);
        _run.Dispose();
        Assert.Equal(2, _second.Disposed);
        AssertOver();
    }

    [Fact]
    public void An_outbox_that_is_not_sent_is_wiped_and_every_peer_has_a_buffer_of_its_own()
    {
        var outbox = new Outbox();
        outbox.Broadcast([Peer, Stranger], MessageType.Round, 1, [1, 2]);
        Assert.Equal([Peer, Stranger], outbox.Messages.Select(message => message.To));
        Assert.All(outbox.Messages, message => Assert.Equal((MessageType.Round, 1, 2), (message.Type, (int)message.Round, message.Payload.Length)));
        outbox.Messages[0].Dispose();
        Assert.Equal([1, 2], outbox.Messages[1].Payload.Span.ToArray());
        outbox.Dispose();
        Assert.Throws<ObjectDisposedException>(() => outbox.Messages[1].Payload.Length);
    }
}
