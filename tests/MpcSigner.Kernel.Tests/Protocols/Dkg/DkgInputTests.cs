using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkg;

/// <summary>Edge values of spec §18.4 for a START, and its exact encoding.</summary>
public sealed class DkgInputTests
{
    private static NodeId Nid(int i) => new(Enumerable.Repeat((byte)i, 32).ToArray());

    private static (PartyId, NodeId)[] Parties(int n) => [.. Enumerable.Range(1, n).Select(i => (new PartyId((ushort)i), Nid(i)))];

    private static DkgInputFault? Fault(int t, IReadOnlyList<(PartyId, NodeId)> parties, int count = 1, Suite suite = Suite.FrostEd25519)
    {
        Assert.Equal(DkgInput.TryCreate(suite, default, count, t, parties, Nid(1), default, out var input, out var fault), input is not null);
        return fault;
    }

    [Theory]
    [InlineData(2, 2, 1, null)]
    [InlineData(16, 16, 1000, null)]
    [InlineData(2, 16, 1, null)]
    [InlineData(1, 3, 1, DkgInputFault.BadThreshold)]
    [InlineData(0, 3, 1, DkgInputFault.BadThreshold)]
    [InlineData(-1, 3, 1, DkgInputFault.BadThreshold)]
    [InlineData(4, 3, 1, DkgInputFault.BadThreshold)]
    [InlineData(258, 3, 1, DkgInputFault.BadThreshold)]
    [InlineData(2, 1, 1, DkgInputFault.BadParties)]
    [InlineData(2, 0, 1, DkgInputFault.BadParties)]
    [InlineData(2, 17, 1, DkgInputFault.BadParties)]
    [InlineData(2, 3, 0, DkgInputFault.BadBatchSize)]
    [InlineData(2, 3, -1, DkgInputFault.BadBatchSize)]
    [InlineData(2, 3, 1001, DkgInputFault.BadBatchSize)]
    [Trait("row", "E25@dkg"), Trait("row", "E26@dkg")]
    public void Parameters_have_bounds(int t, int n, int count, DkgInputFault? fault) => Assert.Equal(fault, Fault(t, Parties(n), count));

    [Fact]
    [Trait("row", "E15@dkg"), Trait("row", "E17@dkg"), Trait("row", "E18@dkg"), Trait("row", "M19")]
    public void Rejects_parties_out_of_order_twice_or_zero()
    {
        var (one, two, three) = (new PartyId(1), new PartyId(2), new PartyId(3));
        Assert.Null(Fault(2, [(one, Nid(9)), (two, Nid(8)), (three, Nid(7))]));
        Assert.Equal(DkgInputFault.BadParties, Fault(2, [(two, Nid(1)), (one, Nid(2))]));
        Assert.Equal(DkgInputFault.BadParties, Fault(2, [(one, Nid(1)), (one, Nid(2))]));
        Assert.Equal(DkgInputFault.BadParties, Fault(2, [(one, Nid(1)), (two, Nid(1))]));
        Assert.Equal(DkgInputFault.BadParties, Fault(2, [(default, Nid(1)), (two, Nid(2))]));
        Assert.Equal(DkgInputFault.NoSuite, Fault(2, Parties(3), suite: Suite.None));
    }

    [Theory]
    [InlineData(2, 3, 1)]
    [InlineData(16, 16, 1000)]
    [Trait("row", "E27@dkg"), Trait("row", "E28@dkg")]
    public void A_start_is_read_back_and_nothing_else_is(int t, int n, int count)
    {
        Assert.True(DkgInput.TryCreate(Suite.FrostEd25519, default, count, t, Parties(n), Nid(40), default, out var input, out _));
        var bytes = input.Encode();
        Assert.True(bytes.Length <= DkgInput.MaxSize);
        Assert.True(DkgInput.TryDecode(bytes, out var again));
        Assert.Equal(input, again);
        Assert.Equal(input.Context, again.Context);
        Assert.False(DkgInput.TryDecode([.. bytes, 0], out _));
        for (var length = 0; length < bytes.Length; length += count == 1 ? 1 : 97)
            Assert.False(DkgInput.TryDecode(bytes.AsSpan(0, length), out _));
        byte[] otherKey = [.. bytes];
        otherKey[3 + 32 + 2] ^= 1; // a key id that does not follow from the order
        Assert.False(DkgInput.TryDecode(otherKey, out _));
        foreach (var (at, value) in new (int, byte)[] { (0, 2), (1, 0), (1, 6), (2, 1), (2, 2) })
        {
            byte[] changed = [.. bytes];
            changed[at] = value;
            Assert.False(DkgInput.TryDecode(changed, out _));
        }
    }

    [Fact]
    public void Every_input_is_in_the_context()
    {
        DkgInput With(Suite suite = Suite.FrostEd25519, byte order = 0, int count = 2, int t = 2, int n = 3, int initiator = 1, byte session = 0)
        {
            var (orderBytes, sessionBytes) = (new byte[32], new byte[32]);
            (orderBytes[0], sessionBytes[0]) = (order, session);
            Assert.True(DkgInput.TryCreate(suite, new(orderBytes), count, t, Parties(n), Nid(initiator), new(sessionBytes), out var input, out _));
            return input;
        }
        static DkgInput Of((PartyId, NodeId)[] parties)
        {
            Assert.True(DkgInput.TryCreate(Suite.FrostEd25519, default, 2, 2, parties, Nid(1), default, out var input, out _));
            return input;
        }
        DkgInput[] variants =
        [
            With(), With(suite: Suite.EcdsaSecp256k1), With(suite: Suite.EcdsaP256), With(suite: Suite.FrostSecp256k1), With(order: 1), With(count: 1), With(count: 3),
            With(t: 3), With(n: 4), With(initiator: 2), With(session: 1), Of([.. Parties(2), (new(4), Nid(3))]), Of([.. Parties(2), (new(3), Nid(4))]),
        ];
        Assert.Equal(variants.Length, variants.Select(input => input.Context).Distinct().Count());
    }

    [Fact]
    [Trait("row", "E19@dkg")]
    public void A_session_needs_our_part_our_key_and_everybodys_identity()
    {
        using var committee = Committee.OfSize(3);
        var input = committee.Input(2);
        var random = new DeterministicRandom("s", "s");
        Assert.Throws<ArgumentException>(() => new DkgSession(input, Nid(1), committee.Identity(committee.Pids[0]), committee.Identities, random));
        Assert.Throws<ArgumentException>(() => new DkgSession(input, committee.Nid(committee.Pids[0]), committee.Identity(committee.Pids[1]), committee.Identities, random));
        var fewer = committee.Identities.Where(pair => pair.Key != committee.Nid(committee.Pids[2])).ToDictionary();
        Assert.Throws<ArgumentException>(() => new DkgSession(input, committee.Nid(committee.Pids[0]), committee.Identity(committee.Pids[0]), fewer, random));
    }

    [Fact]
    public void Message_lengths_are_the_specifications()
    {
        // Spec §16.1 for N = 1, t = 3 with Ed25519's 32-byte points: 64 / 32t + 160 / 32 / 128, each with its signature of 64.
        var layout = new DkgLayout(Groups.For(Curve.Edwards25519), threshold: 3, count: 1);
        Assert.Equal(64 + 64, layout.MessageSize(1));
        Assert.Equal(32 * 3 + 160, layout.OpeningPayload);
        Assert.Equal(32, layout.SharesPayload);
        Assert.Equal(layout.OpeningPayload + 64 + 32 + 64, layout.MessageSize(2));
        Assert.Equal(128 + 64, layout.MessageSize(3));
        Assert.Throws<ArgumentOutOfRangeException>(() => layout.MessageSize(4));
    }
}
