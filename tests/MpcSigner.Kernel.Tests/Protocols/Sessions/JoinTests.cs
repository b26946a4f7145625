using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Sessions;

public sealed class JoinTests
{
    [Fact]
    public void A_join_has_219_bytes_in_the_order_of_the_specification()
    {
        using var fixture = new SessionFixture();
        var signed = fixture.Signed[1];
        var bytes = signed.Encode();
        Assert.Equal(219, Join.Size);
        Assert.Equal(283, bytes.Length);
        byte[] expected =
        [
            1, 2, 3, .. fixture.Terms.Cluster.ToArray(), .. fixture.Terms.Session.ToArray(), .. fixture.Terms.Initiator.ToArray(), .. fixture.Terms.Subject.ToArray(),
            .. signed.Join.Nid.ToArray(), .. new byte[16], 0, 0, 0, 0, 0, 0, 0, 5, .. signed.Join.EphemeralKey.ToArray(),
        ];
        Assert.Equal(expected, bytes[..219]);
        Assert.True(SignedJoin.TryDecode(bytes, out var again));
        Assert.Equal(signed, again);
        Assert.True(again.Verify(fixture.Committee.Identities[signed.Join.Nid]));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 2)]
    [InlineData(1, 0)]
    [InlineData(1, 8)]
    [InlineData(2, 6)]
    public void Rejects_a_join_of_another_version_protocol_or_suite(int at, byte value)
    {
        using var fixture = new SessionFixture();
        var bytes = fixture.Signed[0].Encode();
        bytes[at] = value;
        Assert.False(SignedJoin.TryDecode(bytes, out _));
    }

    [Fact]
    public void Rejects_a_join_of_another_length()
    {
        using var fixture = new SessionFixture();
        var bytes = fixture.Signed[0].Encode();
        Assert.False(SignedJoin.TryDecode([.. bytes, 0], out _));
        Assert.False(SignedJoin.TryDecode(bytes[..^1], out _));
        Assert.False(SignedJoin.TryDecode([], out _));
    }

    [Fact]
    public void Every_byte_of_a_join_is_signed()
    {
        using var fixture = new SessionFixture();
        var honest = fixture.Signed[1].Encode();
        var identity = fixture.Committee.Identities[fixture.Signed[1].Join.Nid];
        var tried = 0;
        for (var at = 0; at < honest.Length; at++)
        {
            byte[] changed = [.. honest];
            changed[at] ^= 1;
            Assert.False(SignedJoin.TryDecode(changed, out var join) && join.Verify(identity));
            tried++;
        }
        Assert.Equal(283, tried);
    }

    [Fact]
    public void Joins_are_ordered_by_nid_however_they_came()
    {
        using var fixture = new SessionFixture(5);
        Assert.Null(fixture.TryAssemble(fixture.Signed, out var one));
        Assert.Null(fixture.TryAssemble([.. fixture.Signed.AsEnumerable().Reverse()], out var other));
        Assert.Equal(one!.Digest, other!.Digest);
        Assert.Equal(one.Joins.Select(join => join.Nid).Order(), one.Joins.Select(join => join.Nid));
        Assert.Equal(5, one.Joins.Count);
    }

    public static TheoryData<string, JoinRefusalKind> Differences => new()
    {
        { "protocol", JoinRefusalKind.OtherTerms },
        { "suite", JoinRefusalKind.OtherTerms },
        { "cluster", JoinRefusalKind.OtherTerms },
        { "session", JoinRefusalKind.OtherTerms },
        { "initiator", JoinRefusalKind.OtherTerms },
        { "subject", JoinRefusalKind.OtherTerms },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void Rejects_joins_that_disagree_in_the_terms(string field, JoinRefusalKind kind)
    {
        using var fixture = new SessionFixture();
        var other = new Digest32(Enumerable.Repeat((byte)7, 32).ToArray());
        var terms = field switch
        {
            "protocol" => fixture.Terms with { Protocol = ProtocolKind.Refresh },
            "suite" => fixture.Terms with { Suite = Suite.FrostSecp256k1 },
            "cluster" => fixture.Terms with { Cluster = new(other.Value) },
            "session" => fixture.Terms with { Session = new(other.Value) },
            "initiator" => fixture.Terms with { Initiator = fixture.Parties[2].Nid },
            "subject" => fixture.Terms with { Subject = other },
            _ => throw new ArgumentOutOfRangeException(nameof(field)),
        };
        var nid = fixture.Parties[1].Nid;
        fixture.Signed[1] = (fixture.Joins[nid] with { Terms = terms }).Sign(fixture.Committee.Identity(fixture.Parties[1].Pid));
        Assert.Equal(new JoinRefusal(kind, nid), fixture.TryAssemble(fixture.Signed, out _));
    }

    [Fact]
    public void Rejects_a_set_that_is_not_one_join_of_every_member()
    {
        using var fixture = new SessionFixture();
        using var strangers = new SessionFixture(seed: "strangers");
        var second = fixture.Parties[1];
        Assert.Equal(new(JoinRefusalKind.Missing, second.Nid), fixture.TryAssemble([fixture.Signed[0], fixture.Signed[2]], out _));
        Assert.Equal(new(JoinRefusalKind.Repeated, second.Nid), fixture.TryAssemble([.. fixture.Signed, fixture.Signed[1]], out _));
        Assert.Equal(new(JoinRefusalKind.NotAMember, strangers.Parties[0].Nid), fixture.TryAssemble([.. fixture.Signed, strangers.Signed[0]], out _));
        var forged = fixture.Signed[1] with { Signature = fixture.Signed[2].Signature };
        Assert.Equal(new(JoinRefusalKind.BadSignature, second.Nid), fixture.TryAssemble([fixture.Signed[0], forged, fixture.Signed[2]], out _));
    }

    [Fact]
    public void Rejects_an_old_join_of_ours_a_shared_key_and_an_id_of_another_start()
    {
        using var fixture = new SessionFixture();
        var (us, them) = (fixture.Parties[0], fixture.Parties[1]);
        var old = (fixture.Joins[us.Nid] with { EphemeralKey = default }).Sign(fixture.Committee.Identity(us.Pid));
        Assert.Equal(new(JoinRefusalKind.NotOurJoin, us.Nid), fixture.TryAssemble([old, fixture.Signed[1], fixture.Signed[2]], out _));

        var copied = (fixture.Joins[them.Nid] with { EphemeralKey = fixture.Joins[us.Nid].EphemeralKey }).Sign(fixture.Committee.Identity(them.Pid));
        Assert.Equal(JoinRefusalKind.SharedEphemeralKey, fixture.TryAssemble([fixture.Signed[0], copied, fixture.Signed[2]], out _)?.Kind);

        var other = (fixture.Joins[us.Nid] with { StartCounter = 6 }).Sign(fixture.Committee.Identity(us.Pid));
        Assert.Equal(new(JoinRefusalKind.SessionIdOfOtherStart, us.Nid), fixture.TryAssemble([other, fixture.Signed[1], fixture.Signed[2]], out _, self: 1));
    }

    /// <summary>Party 1 initiates. Its key is the one that all others have seen before they send their own, so it is never the copier; nor is the judge itself.</summary>
    [Fact]
    public void Rejects_a_copied_ephemeral_key_and_names_the_copier_whatever_the_order_of_nids()
    {
        using var fixture = new SessionFixture(5);
        var tried = 0;
        foreach (var copier in fixture.Parties.Skip(1))
        {
            var copied = (fixture.Joins[copier.Nid] with { EphemeralKey = fixture.Joins[fixture.Terms.Initiator].EphemeralKey }).Sign(fixture.Committee.Identity(copier.Pid));
            SignedJoin[] joins = [.. fixture.Signed.Where(join => join.Join.Nid != copier.Nid), copied];
            for (var self = 0; self < fixture.Parties.Count; self++)
            {
                if (fixture.Parties[self].Nid == copier.Nid)
                    continue;
                Assert.Equal(new(JoinRefusalKind.SharedEphemeralKey, copier.Nid), fixture.TryAssemble(joins, out _, self));
                tried++;
            }
        }
        Assert.Equal(16, tried);
        Assert.Contains(fixture.Parties.Skip(1), party => party.Nid.CompareTo(fixture.Terms.Initiator) < 0);
    }

    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("0100000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")]
    public void Rejects_an_ephemeral_key_of_small_order(string key)
    {
        using var fixture = new SessionFixture();
        var (us, them) = (fixture.Parties[0], fixture.Parties[1]);
        var weak = (fixture.Joins[them.Nid] with { EphemeralKey = new(Convert.FromHexString(key)) }).Sign(fixture.Committee.Identity(them.Pid));
        Assert.Null(fixture.TryAssemble([fixture.Signed[0], weak, fixture.Signed[2]], out var set));
        Assert.False(SessionKeys.TryDerive(set!, us.Nid, fixture.Ephemeral(us.Nid), out _, out var refusal));
        Assert.Equal(new(JoinRefusalKind.WeakEphemeralKey, them.Nid), refusal);
    }

    [Fact]
    public void A_session_id_keeps_its_parts()
    {
        var random = Enumerable.Range(0, 16).Select(i => (byte)i).ToArray();
        var id = SessionIds.Compose(0x0102030405060708, 0xf1f2f3f4f5f6f7f8, random);
        Assert.Equal("0102030405060708f1f2f3f4f5f6f7f8000102030405060708090a0b0c0d0e0f", id.ToString());
        Assert.Equal(0x0102030405060708ul, id.StartCounter());
        Assert.Equal(0xf1f2f3f4f5f6f7f8ul, id.Sequence());
    }
}
