using System.Security.Cryptography;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Sessions;

/// <summary>Which messages each protocol has, bounds that are still good, and what our own mistakes with a session are.</summary>
public sealed class SessionEdgeTests
{
    private static readonly ProtocolKind[] Ordered = [ProtocolKind.Dkg, ProtocolKind.Refresh, ProtocolKind.Reshare, ProtocolKind.Recovery];

    /// <summary>Spec §4.10, row by row: no other message of any type or round is opened in a session.</summary>
    [Fact]
    public void Every_protocol_has_its_messages_and_no_others()
    {
        static bool Expected(ProtocolKind protocol, MessageType type, int round) => type switch
        {
            MessageType.Round => protocol switch
            {
                ProtocolKind.PairSetup => round is >= 0 and <= 4,
                ProtocolKind.Presign => round is 1 or 2,
                ProtocolKind.Frost => false,
                _ => round is >= 1 and <= 3,
            },
            _ when round != 0 => false,
            MessageType.Start or MessageType.Abort => true,
            MessageType.Ready => Ordered.Contains(protocol) || protocol == ProtocolKind.Presign,
            MessageType.Ack or MessageType.Certificate => Ordered.Contains(protocol) && protocol != ProtocolKind.Recovery,
            MessageType.Done => Ordered.Contains(protocol),
            MessageType.OnlineRequest or MessageType.OnlineReply => protocol == ProtocolKind.Presign,
            MessageType.OnlineResult => protocol is ProtocolKind.Presign or ProtocolKind.Frost,
            _ => protocol == ProtocolKind.Frost, // FrostCommitment, FrostRequest, FrostShare
        };
        var had = 0;
        foreach (var protocol in Enum.GetValues<ProtocolKind>())
        {
            foreach (var type in Enum.GetValues<MessageType>())
            {
                for (var round = 0; round < 7; round++)
                {
                    Assert.True(Expected(protocol, type, round) == MessageTypes.Has(protocol, type, (byte)round), $"{protocol} {type} {round}");
                    had += MessageTypes.Has(protocol, type, (byte)round) ? 1 : 0;
                }
            }
        }
        Assert.Equal(19 + 14 + 5 + 6 + 4 + 2 + 2 + 3, had);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 0)]
    [InlineData(3, 6)]
    [InlineData(3, 255)]
    public void A_header_of_another_version_type_or_suite_is_none(int at, byte value)
    {
        var bytes = new byte[EnvelopeHeader.Size];
        new EnvelopeHeader(MessageType.Start, 0, Suite.FrostSecp256k1Taproot, default, 1, 2, 3).Write(bytes);
        Assert.True(EnvelopeHeader.TryRead(bytes, out var header));
        Assert.True(EnvelopeHeader.TryRead([.. bytes, 0], out _)); // what follows is not the header's
        Assert.False(EnvelopeHeader.TryRead(bytes.AsSpan(0, bytes.Length - 1), out _));
        bytes[at] = value;
        Assert.False(EnvelopeHeader.TryRead(bytes, out header));
        Assert.Equal(default, header);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 7)]
    [InlineData(2, 0)]
    [InlineData(2, 5)]
    public void The_first_and_the_last_protocol_and_suite_are_read(int at, byte value)
    {
        using var fixture = new SessionFixture();
        var bytes = fixture.Signed[0].Encode();
        bytes[at] = value;
        Assert.True(SignedJoin.TryDecode(bytes, out var join));
        Assert.Equal(value, at == 1 ? (byte)join.Join.Terms.Protocol : (byte)join.Join.Terms.Suite);
        Assert.Equal(bytes, join.Encode());
    }

    [Fact]
    public void A_join_is_equal_by_all_it_says_and_by_its_signature()
    {
        using var fixture = new SessionFixture();
        var signed = fixture.Signed[1];
        Assert.True(signed.Equals(signed with { Signature = signed.Signature.ToArray() }));
        Assert.Equal(signed.GetHashCode(), (signed with { Signature = signed.Signature.ToArray() }).GetHashCode());
        Assert.False(signed.Equals(signed with { Signature = new byte[64] }));
        Assert.False(signed.Equals(signed with { Join = signed.Join with { StartCounter = 6 } }));
        Assert.False(signed.Equals(null));
    }

    [Fact]
    public void A_session_has_at_most_33_members_of_which_we_are_one()
    {
        using var fixture = new SessionFixture();
        NodeId Stranger(int i) => new(new Bytes32([.. Enumerable.Repeat((byte)0, 31), (byte)i]));
        JoinRefusal? Assemble(IEnumerable<NodeId> participants, int self = 0)
        {
            JoinSet.TryAssemble(fixture.Joins[fixture.Parties[self].Nid], participants, fixture.Signed, fixture.Committee.Identities, out _, out var refusal);
            return refusal;
        }
        NodeId[] members = [.. fixture.Parties.Select(party => party.Nid)];
        Assert.Equal(33, JoinSet.MaxMembers);
        Assert.Equal(new JoinRefusal(JoinRefusalKind.Missing, Stranger(1)), Assemble([.. members, .. Enumerable.Range(1, 30).Select(Stranger)]));
        Assert.Throws<ArgumentException>(() => Assemble([.. members, .. Enumerable.Range(1, 31).Select(Stranger)]));
        Assert.Throws<ArgumentException>(() => Assemble(members.Take(2), self: 2));
        // The initiator is a member whether or not it is named.
        Assert.Null(Assemble(members.Skip(1)));
    }

    [Fact]
    public void A_member_without_an_identity_in_our_roster_is_refused()
    {
        using var fixture = new SessionFixture();
        var known = new Dictionary<NodeId, Ed25519PublicKey>(fixture.Committee.Identities);
        known.Remove(fixture.Parties[2].Nid);
        Assert.False(JoinSet.TryAssemble(fixture.Joins[fixture.Parties[0].Nid], fixture.Parties.Select(party => party.Nid), fixture.Signed, known, out var set, out var refusal));
        Assert.Equal((null, new JoinRefusal(JoinRefusalKind.UnknownIdentity, fixture.Parties[2].Nid)), (set, refusal));
    }

    [Fact]
    public void Keys_are_agreed_on_with_the_pair_that_our_join_announces_only()
    {
        using var fixture = new SessionFixture();
        Assert.Null(fixture.TryAssemble(fixture.Signed, out var set));
        Assert.Throws<ArgumentException>(() => SessionKeys.TryDerive(set!, fixture.Parties[0].Nid, fixture.Ephemeral(fixture.Parties[1].Nid), out _, out _));
    }

    [Fact]
    public void Parties_of_a_channel_have_a_pid_each_and_all_of_them_a_join()
    {
        using var fixture = new SessionFixture();
        SessionChannel Channel(params (PartyId, NodeId)[] parties)
        {
            Assert.Null(fixture.TryAssemble(fixture.Signed, out var set));
            Assert.True(SessionKeys.TryDerive(set!, fixture.Parties[0].Nid, fixture.Ephemeral(fixture.Parties[0].Nid), out var keys, out _));
            return new(keys, parties);
        }
        var (first, second, third) = (fixture.Parties[0], fixture.Parties[1], fixture.Parties[2]);
        using (var channel = Channel(first, second, third))
            Assert.Equal((first.Pid.Value, first.Pid.Value), (channel.Self, channel.InitiatorPid));
        Assert.Throws<ArgumentException>(() => Channel(first, second, (second.Pid, third.Nid)));
        Assert.Throws<ArgumentException>(() => Channel(first, second, third, (new(9), new(new Bytes32(new byte[32])))));
        using (var outside = Channel(second, third))
            Assert.Equal(0, outside.Self); // an initiator that is no participant
        using var other = fixture.Channel(1);
        Assert.Equal((second.Pid.Value, first.Pid.Value), (other.Self, other.InitiatorPid));
    }

    [Fact]
    public void A_channel_that_is_closed_neither_seals_nor_opens_and_what_it_opened_is_the_takers()
    {
        using var fixture = new SessionFixture();
        using var alice = fixture.Channel(0);
        var bob = fixture.Channel(1);
        var envelopes = Enumerable.Range(0, 3).Select(i => alice.Seal(MessageType.Round, 1, 7, Encoding.UTF8.GetBytes($"{i}"))).ToList();
        var opened = Assert.IsType<Opening.Opened>(bob.Open(envelopes[0]));
        Assert.IsType<Opening.Waiting>(bob.Open(envelopes[2]));
        bob.Dispose();
        Assert.Throws<ObjectDisposedException>(() => bob.Open(envelopes[1]));
        Assert.Throws<ObjectDisposedException>(() => bob.Seal(MessageType.Round, 1, 1, []));
        Assert.Equal("0", Encoding.UTF8.GetString(opened.Messages[0].Payload.Span));
        opened.Messages[0].Dispose();
    }

    /// <summary>Spec §4.2: 8 zero bytes ‖ u32 number. Two messages under one nonce would give away both and the key that authenticates them.</summary>
    [Fact]
    public void Every_message_of_a_direction_has_a_nonce_of_its_own()
    {
        using var fixture = new SessionFixture();
        using var alice = fixture.Channel(0);
        fixture.TryAssemble(fixture.Signed, out var set);
        var (from, to) = (fixture.Parties[0].Nid, fixture.Parties[1].Nid);
        Assert.True(fixture.Ephemeral(to).TryAgree(fixture.Joins[from].EphemeralKey, out var shared));
        using var agreed = shared;
        using var bytes = shared.Borrow();
        var key = HKDF.DeriveKey(HashAlgorithmName.SHA256, bytes.Span.ToArray(), 32, set!.Digest.ToArray(), [.. "TSS1/env"u8, .. from.ToArray(), .. to.ToArray()]);
        using var cipher = new AesGcm(key, 16);
        for (byte number = 0; number < 3; number++)
        {
            var envelope = alice.Seal(MessageType.Round, 1, 7, "the same words"u8);
            var payload = new byte[14];
            byte[] nonce = [.. new byte[11], number];
            cipher.Decrypt(nonce, envelope[44..^16], envelope[^16..], payload, envelope[..44]);
            Assert.Equal("the same words"u8.ToArray(), payload);
        }
    }

    [Fact]
    public void A_message_of_an_outbox_is_sealed_and_wiped()
    {
        using var fixture = new SessionFixture();
        using var alice = fixture.Channel(0);
        using var bob = fixture.Channel(1);
        var message = new OutgoingMessage(new(7), MessageType.Round, 2, new PayloadBuffer(new byte[] { 1, 2, 3 }));
        var opened = Assert.Single(Assert.IsType<Opening.Opened>(bob.Open(alice.Seal(message))).Messages);
        Assert.Equal((MessageType.Round, 2, "010203"), (opened.Type, (int)opened.Round, Convert.ToHexString(opened.Payload.Span)));
        Assert.Throws<ObjectDisposedException>(() => message.Payload.Length);
    }

    /// <summary>Nobody is the initiator here: whoever judges knows that its own key is its own.</summary>
    [Fact]
    public void A_key_copied_from_the_judge_is_the_others()
    {
        using var fixture = new SessionFixture(4);
        for (var self = 1; self < 4; self++)
        {
            foreach (var copier in fixture.Parties.Skip(1).Where(party => party.Nid != fixture.Parties[self].Nid))
            {
                var copied = (fixture.Joins[copier.Nid] with { EphemeralKey = fixture.Joins[fixture.Parties[self].Nid].EphemeralKey }).Sign(fixture.Committee.Identity(copier.Pid));
                Assert.Equal(
                    new(JoinRefusalKind.SharedEphemeralKey, copier.Nid), fixture.TryAssemble([.. fixture.Signed.Where(join => join.Join.Nid != copier.Nid), copied], out _, self));
            }
        }
    }

    /// <summary>What waited and was delivered makes room: a peer whose messages come late once is not held to it for ever.</summary>
    [Fact]
    public void Room_for_waiting_messages_is_given_back()
    {
        using var fixture = new SessionFixture();
        using var alice = fixture.Channel(0);
        using var bob = fixture.Channel(1);
        for (var round = 0; round < 3; round++)
        {
            var envelopes = Enumerable.Range(0, 3).Select(_ => alice.Seal(MessageType.Round, 1, 7, new byte[SessionChannel.MaxPayload])).ToList();
            Assert.IsType<Opening.Waiting>(bob.Open(envelopes[2]));
            Assert.IsType<Opening.Waiting>(bob.Open(envelopes[1]));
            var opened = Assert.IsType<Opening.Opened>(bob.Open(envelopes[0]));
            Assert.Equal(3, opened.Messages.Count);
            foreach (var message in opened.Messages)
                message.Dispose();
        }
    }

    [Theory]
    [InlineData(15)]
    [InlineData(17)]
    public void A_session_id_ends_in_16_random_bytes(int length) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SessionIds.Compose(1, 2, new byte[length]));
}
