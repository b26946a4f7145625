using System.Security.Cryptography;
using MpcSigner.Core.Identities;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Rounds;

/// <summary>One message from each sender, in whatever order: what a second one counts for, before the round is taken, after it, and when nothing is compared any more.</summary>
public sealed class RoundInboxTests
{
    private static readonly PartyId First = new(1), Second = new(7), Stranger = new(8);

    private static readonly RoundId Round = RoundId.Numbered(ProtocolKind.Dkg, 1);

    private static RawMessage Message(params byte[] bytes) => new(new PayloadBuffer(bytes));

    private static RoundInbox<RawMessage> Inbox() => new(Round, [Second, First]);

    [Fact]
    public void Messages_are_handed_over_once_ascending_and_only_when_all_have_come()
    {
        using var inbox = Inbox();
        Assert.Equal([First, Second], inbox.Missing);
        Assert.False(inbox.IsComplete);
        Assert.Null(inbox.Peek(Second));
        Assert.Equal(InboxVerdict.Accepted, inbox.Add(Second, Message(2)));
        Assert.Equal([2], inbox.Peek(Second)!.Content.ToArray());
        Assert.Null(inbox.Peek(Stranger));
        Assert.Equal([First], inbox.Missing);
        Assert.False(inbox.IsComplete);
        Assert.Throws<InvalidOperationException>(() => inbox.Take());
        Assert.Equal(InboxVerdict.NotASender, inbox.Add(Stranger, Message(3)));
        Assert.Equal(InboxVerdict.Accepted, inbox.Add(First, Message(1)));
        Assert.Empty(inbox.Missing);
        var taken = inbox.Take();
        Assert.Equal([(First, 1), (Second, 2)], taken.Select(one => (one.From, (int)one.Message.Content[0])));
        Assert.Null(inbox.Peek(First));
        Assert.Throws<InvalidOperationException>(() => inbox.Take());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_same_bytes_again_are_a_repetition_and_others_a_conflict_also_after_the_round_was_taken(bool taken)
    {
        using var inbox = Inbox();
        inbox.Add(First, Message(1, 2));
        inbox.Add(Second, Message());
        if (taken)
        {
            foreach (var (_, message) in inbox.Take())
                message.Dispose();
        }
        Assert.Equal(InboxVerdict.Repeated, inbox.Add(First, Message(1, 2)));
        Assert.Equal(InboxVerdict.Repeated, inbox.Add(Second, Message()));
        foreach (var other in (byte[][])[[1, 3], [1], [1, 2, 0], []])
            Assert.Equal(InboxVerdict.Conflicting, inbox.Add(First, Message(other)));
        Assert.Equal(InboxVerdict.Conflicting, inbox.Add(Second, Message(0)));
        Assert.Equal(InboxVerdict.NotASender, inbox.Add(Stranger, Message(1, 2)));
    }

    [Fact]
    public void After_the_last_round_nothing_is_a_conflict()
    {
        using var inbox = Inbox();
        inbox.Add(First, Message(1));
        inbox.Add(Second, Message(2));
        Assert.Equal(2, inbox.Take(last: true).Count);
        Assert.Equal(InboxVerdict.Repeated, inbox.Add(First, Message(9)));
    }

    [Fact]
    public void What_was_not_taken_is_wiped_with_the_inbox_and_what_was_taken_is_the_takers()
    {
        var untaken = Inbox();
        var kept = new PayloadBuffer(new byte[] { 1 });
        untaken.Add(First, new(kept));
        untaken.Dispose();
        Assert.Throws<ObjectDisposedException>(() => kept.Length);
        Assert.Null(untaken.Peek(First));

        var inbox = Inbox();
        inbox.Add(First, Message(1));
        inbox.Add(Second, Message(2));
        var taken = inbox.Take();
        inbox.Dispose();
        Assert.Equal([1], taken[0].Message.Content.ToArray());
    }

    /// <summary>Arrays are used again for the next message of their size: it must find nothing of the last one, at any size.</summary>
    [Fact]
    public void A_buffer_is_zero_at_first_and_cannot_be_read_once_it_is_disposed()
    {
        foreach (var length in new[] { 0, 1, 1_023, 1_024, 1_025, 2_048, 40_228, 1 << 20, (2 << 20) - 1, 2 << 20, (2 << 20) + 1, 3 << 20 })
        {
            for (var again = 0; again < 2; again++)
            {
                var buffer = new PayloadBuffer(length);
                Assert.Equal((length, length, $"PayloadBuffer({length} bytes)"), (buffer.Length, buffer.Span.Length, $"{buffer}"));
                Assert.False(buffer.Span.ContainsAnyExcept((byte)0));
                RandomNumberGenerator.Fill(buffer.Writable);
                buffer.Dispose();
                buffer.Dispose(); // once is enough, twice does not give its array to two
                Assert.Throws<ObjectDisposedException>(() => buffer.Length);
                Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
                Assert.Equal("PayloadBuffer(wiped)", $"{buffer}");
            }
        }
        PayloadBuffer one = new(5_000), other = new(5_000);
        one.Writable.Fill(1);
        other.Writable.Fill(2);
        Assert.False(one.Span.ContainsAnyExcept((byte)1));
        one.Dispose();
        other.Dispose();
    }

    [Fact]
    public void A_round_is_told_by_its_number_or_by_its_type()
    {
        Assert.Equal("Dkg round 1", $"{Round}");
        Assert.Equal("Frost FrostShare", $"{new RoundId(ProtocolKind.Frost, MessageType.FrostShare, 0)}");
    }
}
