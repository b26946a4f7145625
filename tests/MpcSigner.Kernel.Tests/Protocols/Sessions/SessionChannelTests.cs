using System.Security.Cryptography;
using System.Text;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Sessions;

/// <summary>The relay's rows of spec §18.3: whatever it does, an envelope opens as it was sealed, once and in order, or nothing changes.</summary>
public sealed class SessionChannelTests
{
    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Words(Opening opening) =>
        string.Join(" ", Assert.IsType<Opening.Opened>(opening).Messages.Select(message => Encoding.UTF8.GetString(message.Payload.Span)));

    private static void Dropped(DropReason reason, Opening opening) => Assert.Equal(reason, Assert.IsType<Opening.Dropped>(opening).Reason);

    [Fact]
    public void The_header_has_44_bytes_in_the_order_of_the_specification()
    {
        using var fixture = new SessionFixture();
        using var channel = fixture.Channel(0);
        channel.Seal(MessageType.Round, 1, 65535, []);
        var envelope = channel.Seal(MessageType.Round, 2, 65535, Text("payload"));
        Assert.Equal(44, EnvelopeHeader.Size);
        Assert.Equal(44 + 7 + 16, envelope.Length);
        byte[] header = [1, 2, 2, 3, .. fixture.Terms.Session.ToArray(), 0, 1, 0xff, 0xff, 0, 0, 0, 1];
        Assert.Equal(header, envelope[..44]);
    }

    [Fact]
    public void Every_pair_understands_each_other_and_nobody_else()
    {
        using var fixture = new SessionFixture(outsideInitiator: true);
        var channels = Enumerable.Range(0, 4).Select(fixture.Channel).ToList();
        Assert.Equal([0, 7, 4008, 65535], channels.Select(channel => (int)channel.Self));
        Assert.All(channels, channel => Assert.Equal(0, channel.InitiatorPid));
        var opened = 0;
        foreach (var from in channels)
        {
            foreach (var to in channels.Where(channel => channel != from))
            {
                var envelope = from.Seal(MessageType.Start, 0, to.Self, Text($"{from.Self} to {to.Self}"));
                foreach (var other in channels.Where(channel => channel != to))
                    Dropped(DropReason.NotOurs, other.Open(envelope));
                var message = Assert.Single(Assert.IsType<Opening.Opened>(to.Open(envelope)).Messages);
                Assert.Equal($"{from.Self} to {to.Self}", Encoding.UTF8.GetString(message.Payload.Span));
                Assert.Equal((from.Self, MessageType.Start, (byte)0), (message.From, message.Type, message.Round));
                opened++;
            }
        }
        Assert.Equal(12, opened);
        channels.ForEach(channel => channel.Dispose());
    }

    /// <summary>START carries the anchors of a batch; nothing else is so long.</summary>
    [Fact]
    public void START_alone_may_be_longer_than_other_messages()
    {
        using var fixture = new SessionFixture(outsideInitiator: true);
        using var alice = fixture.Channel(0);
        using var bob = fixture.Channel(1);
        var longest = alice.Seal(MessageType.Start, 0, bob.Self, new byte[SessionChannel.MaxStart]);
        Assert.Equal(SessionChannel.MaxEnvelope, longest.Length);
        Assert.Equal(SessionChannel.MaxStart, Assert.Single(Assert.IsType<Opening.Opened>(bob.Open(longest)).Messages).Payload.Length);
        Assert.Throws<ArgumentException>(() => alice.Seal(MessageType.Start, 0, bob.Self, new byte[SessionChannel.MaxStart + 1]));
        Assert.Throws<ArgumentException>(() => alice.Seal(MessageType.Round, 1, bob.Self, new byte[SessionChannel.MaxPayload + 1]));
        var next = alice.Seal(MessageType.Start, 0, bob.Self, new byte[SessionChannel.MaxPayload + 1]);
        (next[1], next[2]) = ((byte)MessageType.Round, 1);
        Dropped(DropReason.BadLength, bob.Open(next));
    }

    [Fact]
    [Trait("row", "M43")]
    public void Messages_come_in_order_whatever_the_relay_does()
    {
        using var fixture = new SessionFixture();
        using var alice = fixture.Channel(0);
        using var bob = fixture.Channel(1);
        var envelopes = "zero one two three".Split(' ').Select(word => alice.Seal(MessageType.Round, 1, 7, Text(word))).ToList();
        Assert.IsType<Opening.Waiting>(bob.Open(envelopes[2]));
        Assert.IsType<Opening.Waiting>(bob.Open(envelopes[3]));
        Dropped(DropReason.Replayed, bob.Open(envelopes[2]));
        Assert.Equal("zero", Words(bob.Open(envelopes[0])));
        Dropped(DropReason.Replayed, bob.Open(envelopes[0]));
        Assert.Equal("one two three", Words(bob.Open(envelopes[1])));
        foreach (var envelope in envelopes)
            Dropped(DropReason.Replayed, bob.Open(envelope));
    }

    [Fact]
    public void Rejects_every_changed_byte_without_changing_state()
    {
        using var fixture = new SessionFixture();
        using var alice = fixture.Channel(0);
        using var bob = fixture.Channel(1);
        var honest = alice.Seal(MessageType.Round, 1, 7, Text("payload"));
        for (var at = 0; at < honest.Length; at++)
        {
            byte[] changed = [.. honest];
            changed[at] ^= 1;
            Assert.IsType<Opening.Dropped>(bob.Open(changed));
        }
        Dropped(DropReason.BadLength, bob.Open(honest.AsSpan(0, 59)));
        Dropped(DropReason.BadLength, bob.Open([]));
        Dropped(DropReason.DoesNotOpen, bob.Open(honest.AsSpan(0, honest.Length - 1)));
        Dropped(DropReason.DoesNotOpen, bob.Open([.. honest, 0]));
        Dropped(DropReason.BadLength, bob.Open(new byte[SessionChannel.MaxEnvelope + 1]));
        Assert.Equal("payload", Words(bob.Open(honest)));
    }

    [Fact]
    public void Rejects_types_and_rounds_the_protocol_does_not_have()
    {
        using var fixture = new SessionFixture();
        using var alice = fixture.Channel(0);
        using var bob = fixture.Channel(1);
        Assert.Throws<ArgumentException>(() => alice.Seal(MessageType.FrostShare, 0, 7, []));
        Assert.Throws<ArgumentException>(() => alice.Seal(MessageType.Round, 4, 7, []));
        Assert.Throws<ArgumentException>(() => alice.Seal(MessageType.Round, 0, 7, []));
        Assert.Throws<ArgumentException>(() => alice.Seal(MessageType.Ack, 1, 7, []));
        Assert.Throws<ArgumentException>(() => alice.Seal(MessageType.Ack, 0, 1, [])); // ourselves
        Assert.Throws<ArgumentException>(() => alice.Seal(MessageType.Ack, 0, 8, []));
        Assert.Throws<ArgumentException>(() => alice.Seal(MessageType.Ack, 0, 7, new byte[SessionChannel.MaxPayload + 1]));
        var envelope = alice.Seal(MessageType.Ack, 0, 7, []);
        foreach (var (type, round) in new (byte, byte)[] { (2, 0), (2, 4), (4, 1), (8, 0), (10, 0), (12, 0) })
        {
            byte[] changed = [.. envelope];
            (changed[1], changed[2]) = (type, round);
            Dropped(DropReason.UnexpectedType, bob.Open(changed));
        }
        foreach (var type in new byte[] { 0, 14, 255 })
        {
            byte[] changed = [.. envelope];
            changed[1] = type;
            Dropped(DropReason.BadHeader, bob.Open(changed));
        }
        Assert.IsType<Opening.Opened>(bob.Open(envelope));
    }

    [Fact]
    public void Rejects_envelopes_swapped_between_two_sessions_of_the_same_nodes()
    {
        using var one = new SessionFixture(sequence: 1);
        using var two = new SessionFixture(sequence: 2);
        using var alice = one.Channel(0);
        using var bob = two.Channel(1);
        var envelope = alice.Seal(MessageType.Round, 1, 7, Text("payload"));
        Dropped(DropReason.NotOurs, bob.Open(envelope));
        two.Terms.Session.CopyTo(envelope.AsSpan(4)); // a relay that relabels it
        Dropped(DropReason.DoesNotOpen, bob.Open(envelope));
    }

    [Fact]
    public void Rejects_a_message_reflected_to_its_sender_or_shown_to_another()
    {
        using var fixture = new SessionFixture();
        using var alice = fixture.Channel(0);
        using var carol = fixture.Channel(2);
        var envelope = alice.Seal(MessageType.Round, 1, 7, Text("payload"));
        (envelope[36], envelope[37], envelope[38], envelope[39]) = (0, 7, 0, 1);
        Dropped(DropReason.DoesNotOpen, alice.Open(envelope));
        (envelope[36], envelope[37], envelope[38], envelope[39]) = (0, 1, 255, 255);
        Dropped(DropReason.DoesNotOpen, carol.Open(envelope));
    }

    [Fact]
    public void At_most_64_envelopes_and_2_MiB_wait_for_a_lower_number()
    {
        using var fixture = new SessionFixture();
        using var alice = fixture.Channel(0);
        using var bob = fixture.Channel(1);
        var envelopes = Enumerable.Range(0, 66).Select(i => alice.Seal(MessageType.Round, 1, 7, Text($"{i}"))).ToList();
        for (var i = 1; i <= 64; i++)
            Assert.IsType<Opening.Waiting>(bob.Open(envelopes[i]));
        Dropped(DropReason.TooManyWaiting, bob.Open(envelopes[65]));
        Assert.Equal(65, Assert.IsType<Opening.Opened>(bob.Open(envelopes[0])).Messages.Count);
        Assert.Equal("65", Words(bob.Open(envelopes[65])));

        using var carol = fixture.Channel(2);
        var big = Enumerable.Range(0, 4).Select(_ => alice.Seal(MessageType.Round, 2, 65535, new byte[SessionChannel.MaxPayload])).ToList();
        Assert.IsType<Opening.Waiting>(carol.Open(big[1]));
        Assert.IsType<Opening.Waiting>(carol.Open(big[2]));
        Dropped(DropReason.TooManyWaiting, carol.Open(big[3]));
        Assert.Equal(3, Assert.IsType<Opening.Opened>(carol.Open(big[0])).Messages.Count);
    }

    [Fact]
    public void Direction_keys_follow_the_formula_of_the_specification()
    {
        using var fixture = new SessionFixture();
        using var alice = fixture.Channel(0);
        var envelope = alice.Seal(MessageType.Round, 1, 7, Text("payload"));
        fixture.TryAssemble(fixture.Signed, out var set);
        var (from, to) = (fixture.Parties[0].Nid, fixture.Parties[1].Nid);
        Assert.True(fixture.Ephemeral(to).TryAgree(fixture.Joins[from].EphemeralKey, out var shared));
        using var agreed = shared;
        using var bytes = shared.Borrow();
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes.Span.ToArray(), 32, set!.Digest.ToArray(), [.. "TSS1/env"u8, .. from.ToArray(), .. to.ToArray()]);
        using var cipher = new AesGcm(key, 16);
        var payload = new byte[7];
        cipher.Decrypt(new byte[12], envelope[44..^16], envelope[^16..], payload, envelope[..44]);
        Assert.Equal(Text("payload"), payload);
    }

    [Fact]
    public void A_pair_setup_has_pid_0_at_both_ends()
    {
        using var fixture = new SessionFixture(n: 2, protocol: ProtocolKind.PairSetup);
        var channels = Enumerable.Range(0, 2).Select(self =>
        {
            fixture.TryAssemble(fixture.Signed, out var set, self);
            var nid = fixture.Parties[self].Nid;
            Assert.True(SessionKeys.TryDerive(set!, nid, fixture.Ephemeral(nid), out var keys, out _));
            return new SessionChannel(keys, []);
        }).ToList();
        Assert.Equal("m0", Words(channels[1].Open(channels[0].Seal(MessageType.Round, 0, 0, Text("m0")))));
        Assert.Equal("m1", Words(channels[0].Open(channels[1].Seal(MessageType.Round, 1, 0, Text("m1")))));
        channels.ForEach(channel => channel.Dispose());
    }

    [Fact]
    public void Every_suite_and_type_survives_the_header()
    {
        var seen = 0;
        foreach (var suite in Enum.GetValues<Suite>())
        {
            foreach (var type in Enum.GetValues<MessageType>())
            {
                var header = new EnvelopeHeader(type, 4, suite, new(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray()), 1, 65535, uint.MaxValue);
                var bytes = new byte[EnvelopeHeader.Size];
                header.Write(bytes);
                Assert.True(EnvelopeHeader.TryRead(bytes, out var again));
                Assert.Equal(header, again);
                seen++;
            }
        }
        Assert.Equal(6 * 13, seen);
    }
}
