using MpcSigner.Coordination.Boundary;
using MpcSigner.Coordination.Sessions;
using MpcSigner.Core.Faults;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Ports;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Coordination.Sessions;

/// <summary>Spec §4.5: a session id is used once, for ever; and what one stream may bring in its life.</summary>
public sealed class SessionWindowTests
{
    private static readonly NodeId One = new(new byte[32]);
    private static readonly NodeId Two = new(Enumerable.Repeat((byte)1, 32).ToArray());

    private static SessionId Id(ulong start, ulong sequence, byte random = 0) => SessionIds.Compose(start, sequence, Enumerable.Repeat(random, 16).ToArray());

    private static SessionWindow Stored(SessionWindows windows, NodeId initiator) => Assert.IsType<StoreWrite.PutSessionWindow>(windows.Write(initiator)).Window;

    [Fact]
    public void A_number_is_used_once_whatever_the_rest_of_the_id_and_whoever_else_uses_it()
    {
        var windows = new SessionWindows(new Dictionary<NodeId, SessionWindow>());
        Assert.True(windows.TryUse(One, Id(5, 10)));
        Assert.False(windows.TryUse(One, Id(5, 10)));
        Assert.False(windows.TryUse(One, Id(5, 10, random: 9)));
        Assert.True(windows.TryUse(Two, Id(5, 10)));
        Assert.True(windows.TryUse(One, Id(5, 9)));
        Assert.False(windows.TryUse(One, Id(5, 9)));
        Assert.True(windows.TryUse(One, Id(5, 12)));
        Assert.False(windows.TryUse(One, Id(5, 12)));
        Assert.True(windows.TryUse(One, Id(5, 11)));
        foreach (ulong used in new[] { 9, 10, 11, 12 })
            Assert.False(windows.TryUse(One, Id(5, used)));
        Assert.True(windows.TryUse(One, Id(5, 0)));
        Assert.False(windows.TryUse(One, Id(5, 0)));
    }

    [Fact]
    public void An_older_process_has_no_number_left_and_a_newer_one_begins_anew()
    {
        var windows = new SessionWindows(new Dictionary<NodeId, SessionWindow>());
        Assert.True(windows.TryUse(One, Id(5, 1_000)));
        Assert.False(windows.TryUse(One, Id(4, 2_000)));
        Assert.True(windows.TryUse(One, Id(6, 3)));
        Assert.False(windows.TryUse(One, Id(6, 3)));
        Assert.False(windows.TryUse(One, Id(5, 1_001)));
        Assert.True(windows.TryUse(One, Id(6, 2)));
        Assert.Equal((6UL, 3UL), (Stored(windows, One).StartCounter, Stored(windows, One).Highest));
    }

    /// <summary>4,096 numbers are told apart; what lies below them counts as used.</summary>
    [Fact]
    public void What_lies_below_the_window_is_refused_and_its_last_number_is_not()
    {
        const ulong high = 10_000;
        var windows = new SessionWindows(new Dictionary<NodeId, SessionWindow>());
        Assert.True(windows.TryUse(One, Id(5, high)));
        Assert.False(windows.TryUse(One, Id(5, high - SessionWindow.Length)));
        Assert.True(windows.TryUse(One, Id(5, high - SessionWindow.Length + 1)));
        Assert.False(windows.TryUse(One, Id(5, high - SessionWindow.Length + 1)));
        Assert.True(windows.TryUse(One, Id(5, high + 1)));
        Assert.False(windows.TryUse(One, Id(5, high)));
        Assert.False(windows.TryUse(One, Id(5, high - SessionWindow.Length + 1))); // below it now
        Assert.True(windows.TryUse(One, Id(5, high - SessionWindow.Length + 2)));
        // As far as the window reaches, and a step beyond: the number that was highest is its last, or below.
        Assert.True(windows.TryUse(One, Id(5, high + SessionWindow.Length)));
        Assert.False(windows.TryUse(One, Id(5, high + 1)));
        Assert.True(windows.TryUse(One, Id(5, high + 2)));
        Assert.True(windows.TryUse(One, Id(5, high + (3 * SessionWindow.Length))));
        Assert.False(windows.TryUse(One, Id(5, high + SessionWindow.Length)));
        Assert.True(windows.TryUse(One, Id(5, high + (2 * SessionWindow.Length) + 1)));
        Assert.True(windows.TryUse(One, Id(5, ulong.MaxValue)));
        Assert.False(windows.TryUse(One, Id(5, ulong.MaxValue)));
    }

    [Fact]
    public void Moves_every_number_by_as_many_places_as_the_highest_moves()
    {
        ulong[] used = [100, 93, 92, 85, 84, 77, 64, 1];
        foreach (ulong by in new[] { 1, 7, 8, 9, 63, 64, 1_000, SessionWindow.Length - 100, SessionWindow.Length - 1 })
        {
            var windows = new SessionWindows(new Dictionary<NodeId, SessionWindow>());
            foreach (var sequence in used)
                Assert.True(windows.TryUse(One, Id(5, sequence)));
            Assert.True(windows.TryUse(One, Id(5, 100 + by)));
            var restored = new SessionWindows(new Dictionary<NodeId, SessionWindow> { [One] = Stored(windows, One) });
            Assert.Equal(SessionWindow.Length / 8, Stored(windows, One).Used.Length);
            for (ulong sequence = 0; sequence <= 100 + by; sequence++)
            {
                var fresh = sequence + SessionWindow.Length > 100 + by && !used.Contains(sequence) && sequence != 100 + by;
                Assert.True(fresh == restored.TryUse(One, Id(5, sequence)), $"{sequence} after a move by {by}");
            }
        }
    }

    [Fact]
    public void A_stream_brings_so_many_frames_and_bytes_and_no_more()
    {
        var refuse = new SessionFrame.Refuse(new(Reason.Cancelled, "over", ""));
        var frames = new SessionLimits();
        for (var i = 0; i < SessionLimits.MaxFrames; i++)
            Assert.True(frames.Admit(refuse));
        Assert.False(frames.Admit(refuse));

        // Every kind of frame counts with what it carries.
        var part = new byte[SessionFrame.Envelope.MaxBytes];
        SessionFrame[] kinds =
        [
            new SessionFrame.Envelope(part),
            new SessionFrame.Open(part, [], default, default, default),
            new SessionFrame.Join(part),
            new SessionFrame.Joins([part.AsMemory(5), part.AsMemory(0, 5)]),
        ];
        foreach (var kind in kinds)
        {
            var limits = new SessionLimits();
            var left = SessionLimits.MaxBytes;
            for (; left >= SessionFrame.Envelope.MaxBytes; left -= SessionFrame.Envelope.MaxBytes)
                Assert.True(limits.Admit(kind));
            Assert.True(limits.Admit(new SessionFrame.Join(new byte[left])));
            Assert.True(limits.Admit(refuse));
            Assert.False(limits.Admit(new SessionFrame.Join(new byte[1])));
        }
        Assert.True(new SessionLimits().Admit(new SessionFrame.Join(new byte[SessionFrame.Envelope.MaxBytes + 1])));
        Assert.False(new SessionLimits().Admit(new SessionFrame.Envelope(new byte[SessionFrame.Envelope.MaxBytes + 1])));
    }

    [Fact]
    public void Messages_that_come_early_are_kept_in_order_up_to_the_bound_and_the_rest_is_wiped()
    {
        static OpenedMessage Message(byte value) => new(1, One, MessageType.Round, 1, new PayloadBuffer([value]));
        static bool IsWiped(OpenedMessage message)
        {
            try
            {
                return message.Payload.Length < 0;
            }
            catch (ObjectDisposedException)
            {
                return true;
            }
        }
        var early = new EarlyMessages(2);
        OpenedMessage[] messages = [Message(1), Message(2), Message(3)];
        foreach (var message in messages)
            early.Keep(message);
        Assert.Equal([false, false, true], messages.Select(IsWiped));
        List<byte> taken = [];
        early.HandOn(message => taken.Add(message.Payload.Span[0]));
        Assert.Equal([1, 2], taken);
        var (fourth, late) = (Message(4), Message(5));
        early.Keep(fourth);
        early.Dispose();
        early.Keep(late);
        Assert.Equal((true, true), (IsWiped(fourth), IsWiped(late)));
        early.HandOn(_ => Assert.Fail("kept after its end"));
    }
}
