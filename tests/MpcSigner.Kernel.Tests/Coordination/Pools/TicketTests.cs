using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Pools;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Ports;
using MpcSigner.Core.Requests;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Pools;

/// <summary>A piece in the hands of one attempt: asked with once, or given back; and what is not known to be in order is not used.</summary>
public sealed class TicketTests : IDisposable
{
    private static readonly SignedRequest Request = new(new byte[1], default, new byte[64]);

    private readonly HeldBench _bench = new();
    private readonly Shelf _shelf;
    private readonly NodeId _peer;
    private int _lost;

    public TicketTests()
    {
        _peer = _bench.Peers[0];
        var party = new KeyParty(new(2), _peer, default);
        var record = new KeyRecord(Suite.FrostEd25519, HeldBench.Key(1), 0, 2, [party], new byte[32], default);
        _shelf = new(_bench.Rooms, new(record, HeldBench.Digest(1), default, 0, default, "", KeyUsage.Transactions, KeyState.Active, 0, default, default, default), [party]);
    }

    public void Dispose()
    {
        _shelf.Dispose();
        _bench.Dispose();
    }

    private sealed class Piece : Material
    {
        public bool IsWiped { get; private set; }

        public override void Dispose() => IsWiped = true;
    }

    private sealed record Made(Lot Lot, SessionChannel Theirs, Piece[] Pieces);

    private Made Make(int pieces)
    {
        var (ours, theirs) = _bench.Ends();
        Piece[] made = [.. Enumerable.Range(0, pieces).Select(_ => new Piece())];
        var lot = new Lot(_shelf, new(ours), new Dictionary<NodeId, InstanceId> { [_peer] = HeldBench.Instance(5) }, made, HeldBench.Life);
        _shelf.Made(lot);
        _ = _bench.Effects;
        return new(lot, theirs, made);
    }

    private Ticket Take()
    {
        var ticket = Assert.IsType<Ticket>(_shelf.TryTake());
        ticket.OnLost(() => _lost++);
        return ticket;
    }

    private PeerCall.PartialSign Ask(Ticket ticket)
    {
        ticket.Spend();
        return ticket.Ask(_bench.Context, Request, _peer, HeldBench.Other, MessageType.FrostRequest, [7]);
    }

    private static byte[] Answer(Made made, byte value = 9) => made.Theirs.Seal(MessageType.FrostShare, 0, 1, [value]);

    private int Stocked => _bench.Rooms.Counters.Stocked;

    private Observation.MaterialDropped[] Ended => [.. _bench.Effects.OfType<NodeEffect.Observe>().Select(effect => effect.Observation).OfType<Observation.MaterialDropped>()];

    [Fact]
    public void A_piece_of_which_nothing_was_made_serves_another_question()
    {
        var made = Make(2);
        var ticket = Take();
        Assert.Equal([_peer], ticket.Members);
        Assert.Equal(1, Stocked);
        ticket.Close();
        Assert.Equal((2, 2), (Stocked, made.Lot.Count));
        ticket.Close(); // once
        Assert.Equal((2, 2), (Stocked, made.Lot.Count));
        Assert.False(made.Pieces[0].IsWiped);
        Assert.Equal((false, 0), (made.Lot.IsDropped, _lost));
    }

    [Fact]
    public void A_question_names_both_processes_and_its_piece_never_comes_back()
    {
        var made = Make(2);
        var ticket = Take();
        var call = Ask(ticket);
        Assert.Equal((_bench.Context.Setup.Instance, HeldBench.Instance(5), _bench.Context.Roster.Hash), (call.Coordinator, call.Signer, call.Roster));
        var question = Assert.Single(Assert.IsType<Opening.Opened>(made.Theirs.Open(call.Envelope.Span)).Messages);
        Assert.Equal([7], question.Payload.Span.ToArray());

        var heard = 0;
        Assert.True(ticket.TryOpen(_peer, HeldBench.Other, Answer(made), message => heard = message.Payload.Span[0]));
        Assert.Equal(9, heard);
        ticket.Close();
        Assert.True(made.Pieces[0].IsWiped);
        Assert.Equal((1, 1, false), (Stocked, made.Lot.Count, made.Lot.IsDropped));
        Assert.Empty(Ended);
    }

    [Fact]
    public void A_lot_whose_question_was_declined_stays_and_one_that_was_not_answered_goes()
    {
        var made = Make(3);
        var declined = Take();
        Ask(declined);
        declined.Declined(_peer);
        declined.Close();
        Assert.False(made.Lot.IsDropped);

        var (unanswered, beside) = (Take(), Take());
        Ask(unanswered);
        unanswered.Close();
        Assert.True(made.Lot.IsDropped);
        Assert.Equal(1, _lost); // the ticket beside it has heard; this one knew
        Assert.All(made.Pieces.Take(2), piece => Assert.True(piece.IsWiped));
        beside.Close();
        Assert.True(made.Pieces[2].IsWiped);
        Assert.Equal(0, Stocked);
    }

    [Fact]
    public void A_lot_that_goes_wipes_its_pieces_and_its_keys_and_doubt_is_enough_to_let_it_go()
    {
        var made = Make(3);
        var ticket = Take();
        Ask(ticket);
        ticket.Declined(_peer); // nothing is awaited
        ticket.Doubt();
        Assert.Equal((true, 0, 0), (made.Lot.IsDropped, made.Lot.Count, Stocked));
        Assert.All(made.Pieces, piece => Assert.True(piece.IsWiped));
        Assert.Equal([(2, MaterialEnd.InDoubt)], Ended.Select(end => (end.Count, end.Why)));
        Assert.Throws<ObjectDisposedException>(() => made.Lot.Channel.Seal(MessageType.FrostRequest, HeldBench.Other, []));
        Assert.Equal(0, _lost); // it knew
    }

    [Fact]
    public void What_is_no_answer_puts_the_lot_in_doubt_and_late_ones_are_left_alone()
    {
        var made = Make(2);
        var (one, two) = (Take(), Take());
        Ask(one);
        Assert.False(one.TryOpen(_peer, HeldBench.Other, new byte[100], message => Assert.Fail("opened")));
        one.Doubt();
        Assert.True(made.Lot.IsDropped);
        Assert.Equal(1, _lost);
        Assert.True(one.TryOpen(_peer, HeldBench.Other, new byte[100], message => Assert.Fail("opened"))); // closed
        Assert.True(two.TryOpen(_peer, HeldBench.Other, new byte[100], message => Assert.Fail("opened"))); // dropped
        Assert.Empty(Ended); // nothing of it was left
    }

    /// <summary>It comes only after one with a lower number, when the attempt is over.</summary>
    [Fact]
    public void An_answer_that_waited_for_an_attempt_that_is_over_is_wiped()
    {
        var made = Make(3);
        var (one, two) = (Take(), Take());
        Ask(one);
        Ask(two);
        var (first, second) = (Answer(made, 1), Answer(made, 2));
        OpenedMessage? opened = null;
        Assert.True(two.TryOpen(_peer, HeldBench.Other, second, message => Assert.Fail("given to an attempt that is over")));
        two.Declined(_peer);
        two.Close();
        Assert.False(made.Lot.IsDropped);
        Assert.True(one.TryOpen(_peer, HeldBench.Other, first, message => opened = message));
        Assert.Equal(1, opened!.Payload.Span[0]);
        one.Close();
        Assert.Equal((false, 1, 0), (made.Lot.IsDropped, Stocked, _lost));
    }

    [Fact]
    public void A_member_that_knows_a_piece_not_leaves_nothing_of_the_shelf_in_use_but_answers_on_their_way_may_come()
    {
        var (stale, other) = (Make(2), Make(3));
        var (one, asked) = (Take(), Take());
        Ask(one);
        Ask(asked);
        var third = Take(); // of the other lot
        Ask(third);
        Assert.Equal(2, Stocked);
        one.Stale();
        Assert.Equal((true, false, 0), (stale.Lot.IsDropped, other.Lot.IsDropped, Stocked));
        Assert.Equal([(2, MaterialEnd.InDoubt)], Ended.Select(end => (end.Count, end.Why)));
        Assert.Equal((1, 0), (_lost, other.Lot.Count));
        Assert.All(other.Pieces.Skip(1), piece => Assert.True(piece.IsWiped));
        var heard = 0;
        Assert.True(third.TryOpen(_peer, HeldBench.Other, Answer(other), message => heard = message.Payload.Span[0]));
        Assert.Equal(9, heard);
        third.Close();
        Assert.True(other.Lot.IsDropped); // used up
        Assert.Equal(1, _lost);
    }

    [Fact]
    public void What_comes_back_to_a_lot_that_was_emptied_is_wiped()
    {
        var made = Make(2);
        var (back, asked) = (Take(), Take());
        Ask(asked);
        _shelf.Empty(MaterialEnd.InDoubt);
        back.Close();
        Assert.True(made.Pieces[0].IsWiped);
        Assert.Equal((0, 0, false), (Stocked, made.Lot.Count, made.Lot.IsDropped));
        asked.Declined(_peer);
        asked.Close();
        Assert.True(made.Lot.IsDropped);
    }
}
