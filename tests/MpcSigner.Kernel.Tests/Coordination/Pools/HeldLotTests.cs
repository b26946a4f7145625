using MpcSigner.Coordination.Pools;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Pools;

/// <summary>P4 at the place where it is kept: a piece serves one question, and what served none is wiped.</summary>
public sealed class HeldLotTests : IDisposable
{
    private readonly HeldBench _bench = new();

    public void Dispose() => _bench.Dispose();

    private (HeldLot Lot, HeldBench.Piece[] Pieces) Make(int count)
    {
        var pieces = _bench.Pieces(count);
        return (new(_bench.Context, HeldBench.Terms(_bench.Peers[0]), _bench.Channel(), pieces, HeldBench.Life), pieces);
    }

    [Fact]
    public void A_piece_is_taken_once_and_is_spent_from_then_on()
    {
        var (lot, pieces) = Make(2);
        Assert.Null(lot.Check(pieces[0].Name));
        Assert.Same(pieces[0], lot.Peek(pieces[0].Name));
        Assert.Equal(2, lot.Count);
        Assert.Same(pieces[0], lot.Take(pieces[0].Name));
        Assert.Equal(1, lot.Count);
        Assert.Equal(MaterialRefusal.Spent, lot.Check(pieces[0].Name));
        Assert.Throws<InvalidOperationException>(() => lot.Take(pieces[0].Name));
        Assert.Null(lot.Check(pieces[1].Name));
        Assert.Equal(MaterialRefusal.Unknown, lot.Check(HeldBench.Digest(0xee)));
        Assert.Throws<InvalidOperationException>(() => lot.Take(HeldBench.Digest(0xee)));
        Assert.False(pieces[0].IsWiped); // its taker wipes it
        lot.Dispose();
    }

    /// <summary>Whatever has become of a lot since: that a piece was spent is what a second question hears.</summary>
    [Fact]
    public void Spent_goes_before_wiped_and_wiped_before_expired()
    {
        var (lot, pieces) = Make(2);
        lot.Take(pieces[0].Name);
        _bench.Step(HeldBench.Life - TimeSpan.FromTicks(1));
        Assert.False(lot.IsExpired);
        Assert.Null(lot.Check(pieces[1].Name));
        _bench.Step(TimeSpan.FromTicks(1));
        Assert.True(lot.IsExpired);
        Assert.Equal((MaterialRefusal.Spent, MaterialRefusal.Expired), (lot.Check(pieces[0].Name), lot.Check(pieces[1].Name)));
        Assert.False(lot.IsDisposed);
        lot.Dispose();
        Assert.True(lot.IsDisposed);
        Assert.Equal((MaterialRefusal.Spent, MaterialRefusal.Dropped), (lot.Check(pieces[0].Name), lot.Check(pieces[1].Name)));
        Assert.Equal((false, true), (pieces[0].IsWiped, pieces[1].IsWiped));
        Assert.Equal(0, lot.Count);
        Assert.Throws<ObjectDisposedException>(() => lot.Channel.Seal(MessageType.FrostShare, HeldBench.Other, []));
    }

    /// <summary>An answer that is being made, or is on its way, keeps its channel until it is out.</summary>
    [Fact]
    public void It_is_over_when_no_piece_is_left_and_no_answer_on_its_way()
    {
        var (lot, pieces) = Make(1);
        Assert.False(lot.IsFinished);
        lot.Answering(begins: true);
        lot.Answering(begins: true);
        lot.Take(pieces[0].Name);
        Assert.False(lot.IsFinished);
        lot.Answering(begins: false);
        Assert.False(lot.IsFinished);
        _bench.Step(HeldBench.Life);
        Assert.False(lot.IsDue);
        lot.Answering(begins: false);
        Assert.True(lot.IsFinished);
        Assert.True(lot.IsDue);
        lot.Dispose();
    }
}
