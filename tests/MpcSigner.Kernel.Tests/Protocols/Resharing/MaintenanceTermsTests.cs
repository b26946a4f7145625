using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Orders;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Resharing;

/// <summary>What an order may say (spec §9 "Authorisation", §10), and that a START says nothing else.</summary>
public sealed class MaintenanceTermsTests
{
    private static (PartyId, NodeId) Party(int pid, int node) => (new((ushort)pid), new(Filled(node)));

    private static byte[] Filled(int value) => [.. Enumerable.Repeat((byte)value, 32)];

    private static OrderedKey Key(int id, uint generation = 3) => new(new(Filled(id)), generation, new(Filled(id + 100)));

    private static readonly MaintenanceAction.Refresh Refresh = new(Suite.EcdsaSecp256k1, 1, [Key(1), Key(2)], 2, [Party(1, 11), Party(7, 17), Party(65535, 19)]);

    private static readonly MaintenanceAction.Reshare Reshare = new(
        Suite.EcdsaSecp256k1, 1, Refresh.Keys, 2, Refresh.Parties, [new(1), new(65535)], 3, [Party(7, 17), Party(8, 18), Party(9, 20)], LowersThreshold: false);

    private static readonly MaintenanceAction.Recover Recover = new(Suite.EcdsaSecp256k1, 1, Refresh.Keys, 2, Refresh.Parties, [new(1), new(65535)], new(7));

    public static TheoryData<string, MaintenanceTermsFault> Faulty => new(
        Orders.Select(order => (order.Name, order.Fault)));

    private static readonly (string Name, MaintenanceAction Action, MaintenanceTermsFault Fault)[] Orders =
    [
        ("no suite", Refresh with { Suite = Suite.None }, MaintenanceTermsFault.NoSuite),
        ("attempt 0", Refresh with { Attempt = 0 }, MaintenanceTermsFault.BadAttempt),
        ("no key", Refresh with { Keys = [] }, MaintenanceTermsFault.BadKeys),
        ("1,001 keys", Refresh with { Keys = [.. Enumerable.Range(0, 1001).Select(Counted)] }, MaintenanceTermsFault.BadKeys),
        ("a key twice", Refresh with { Keys = [Key(1), Key(1)] }, MaintenanceTermsFault.BadKeys),
        ("keys not ascending", Refresh with { Keys = [Key(2), Key(1)] }, MaintenanceTermsFault.BadKeys),
        ("one party", Refresh with { Parties = [Party(1, 11)] }, MaintenanceTermsFault.BadParties),
        ("17 parties", Refresh with { Parties = [.. Enumerable.Range(1, 17).Select(i => Party(i, i))] }, MaintenanceTermsFault.BadParties),
        ("a node twice", Refresh with { Parties = [Party(1, 11), Party(7, 11), Party(8, 12)] }, MaintenanceTermsFault.BadParties),
        ("a pid twice", Refresh with { Parties = [Party(1, 11), Party(1, 17), Party(8, 12)] }, MaintenanceTermsFault.BadParties),
        ("parties not ascending", Refresh with { Parties = [Party(7, 17), Party(1, 11)] }, MaintenanceTermsFault.BadParties),
        ("pid 0", Refresh with { Parties = [(default, new(Filled(1))), Party(1, 11)] }, MaintenanceTermsFault.BadParties),
        ("t = 1", Refresh with { Threshold = 1 }, MaintenanceTermsFault.BadThreshold),
        ("t > n", Refresh with { Threshold = 4 }, MaintenanceTermsFault.BadThreshold),
        ("no generation left", Refresh with { Keys = [Key(1), Key(2, uint.MaxValue)] }, MaintenanceTermsFault.LastGeneration),
        ("no generation left to reshare", Reshare with { Keys = [Key(1, uint.MaxValue)] }, MaintenanceTermsFault.LastGeneration),
        ("t − 1 dealers", Reshare with { Dealers = [new(1)] }, MaintenanceTermsFault.BadDealers),
        ("t + 1 dealers", Reshare with { Dealers = [new(1), new(7), new(65535)] }, MaintenanceTermsFault.BadDealers),
        ("a dealer twice", Reshare with { Dealers = [new(1), new(1)] }, MaintenanceTermsFault.BadDealers),
        ("dealers not ascending", Reshare with { Dealers = [new(7), new(1)] }, MaintenanceTermsFault.BadDealers),
        ("a dealer without a share", Reshare with { Dealers = [new(1), new(8)] }, MaintenanceTermsFault.BadDealers),
        ("t′ = 1", Reshare with { NewThreshold = 1, LowersThreshold = true }, MaintenanceTermsFault.BadThreshold),
        ("t′ > n′", Reshare with { NewThreshold = 4 }, MaintenanceTermsFault.BadThreshold),
        ("one new party", Reshare with { NewParties = [Party(7, 17)] }, MaintenanceTermsFault.BadParties),
        ("a new node twice", Reshare with { NewParties = [Party(7, 17), Party(8, 17), Party(9, 20)] }, MaintenanceTermsFault.BadParties),
        ("lowers without saying so", Lowering with { LowersThreshold = false }, MaintenanceTermsFault.LoweringNotNamed),
        ("says that it lowers and does not", Reshare with { LowersThreshold = true }, MaintenanceTermsFault.LoweringNotNamed),
        ("a pid changes its node", Reshare with { NewParties = [Party(7, 18), Party(8, 21), Party(9, 20)] }, MaintenanceTermsFault.PartyChangesNumber),
        ("a node changes its pid", Reshare with { NewParties = [Party(7, 17), Party(8, 11), Party(9, 20)] }, MaintenanceTermsFault.PartyChangesNumber),
        ("records that fit no message", TooLarge, MaintenanceTermsFault.TooLarge),
        ("t − 1 helpers", Recover with { Helpers = [new(1)] }, MaintenanceTermsFault.BadDealers),
        ("t + 1 helpers", Recover with { Helpers = [new(1), new(7), new(65535)], Recovered = new(7) }, MaintenanceTermsFault.BadDealers),
        ("a helper twice", Recover with { Helpers = [new(1), new(1)] }, MaintenanceTermsFault.BadDealers),
        ("helpers not ascending", Recover with { Helpers = [new(65535), new(1)] }, MaintenanceTermsFault.BadDealers),
        ("a new pid 0", Reshare with { NewParties = [(default, new(Filled(30))), Party(8, 18), Party(9, 20)] }, MaintenanceTermsFault.BadParties),
        ("helps itself", Recover with { Helpers = [new(1), new(7)] }, MaintenanceTermsFault.BadRecovered),
        ("recovers a stranger", Recover with { Recovered = new(8) }, MaintenanceTermsFault.BadRecovered),
    ];

    private static OrderedKey Counted(int number)
    {
        var id = new byte[32];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(id, (ushort)number);
        return new(new(id), 0, default);
    }

    private static MaintenanceAction.Reshare Lowering => Reshare with { Threshold = 3, Dealers = [new(1), new(7), new(65535)], NewThreshold = 2, LowersThreshold = true };

    private static MaintenanceAction.Reshare TooLarge
    {
        get
        {
            var parties = Enumerable.Range(1, 16).Select(i => Party(i, i)).ToArray();
            return Reshare with { Keys = [.. Enumerable.Range(0, 1000).Select(Counted)], Parties = parties, Dealers = [new(1), new(2)], NewParties = parties };
        }
    }

    [Theory]
    [MemberData(nameof(Faulty))]
    [Trait("row", "E17@reshare"), Trait("row", "E18@reshare"), Trait("row", "E21@reshare"), Trait("row", "E22@reshare"), Trait("row", "E23@reshare")]
    [Trait("row", "E24@reshare"), Trait("row", "E25@refresh"), Trait("row", "E26@refresh"), Trait("row", "E21@recovery"), Trait("row", "E22@recovery")]
    [Trait("row", "E23@recovery"), Trait("row", "E24@recovery"), Trait("row", "E15@reshare"), Trait("row", "M19")]
    public void Rejects_an_order(string name, MaintenanceTermsFault expected)
    {
        var (_, action, _) = Orders.Single(order => order.Name == name);
        Assert.False(MaintenanceTerms.TryCreate(action, default, out var terms, out var fault));
        Assert.Null(terms);
        Assert.Equal(expected, fault);
    }

    [Fact]
    public void Every_fault_is_provoked_above() => Assert.Equal(Enum.GetValues<MaintenanceTermsFault>(), Orders.Select(order => order.Fault).Distinct().Order());

    [Fact]
    public void The_largest_order_is_taken()
    {
        var parties = Enumerable.Range(1, 16).Select(i => Party(i, i)).ToArray();
        OrderedKey[] keys = [.. Enumerable.Range(0, 1000).Select(Counted)];
        Assert.Equal(1000, KeyBatch.TermsOf(Refresh with { Keys = keys, Parties = parties, Threshold = 16 }).Count);
        Assert.Equal(880, KeyBatch.TermsOf(TooLarge with { Keys = [.. keys.Take(880)] }).Count);
    }

    [Fact]
    public void Members_are_dealers_and_new_parties()
    {
        Assert.Equal([1, 7, 65535], KeyBatch.TermsOf(Refresh).Members.Select(member => (int)member.Pid.Value));
        var reshare = KeyBatch.TermsOf(Reshare);
        Assert.Equal([1, 7, 8, 9, 65535], reshare.Members.Select(member => (int)member.Pid.Value));
        Assert.Equal((4u, 3, 2), (reshare.NewGeneration(0), reshare.NewThreshold, reshare.OldThreshold));
        Assert.Null(reshare.PidOf(new(Filled(99))));
        var recovery = KeyBatch.TermsOf(Recover);
        Assert.Equal([1, 7, 65535], recovery.Members.Select(member => (int)member.Pid.Value));
        Assert.Equal([7], recovery.NewParties.Select(member => (int)member.Pid.Value));
        Assert.Equal(3u, recovery.NewGeneration(0));
        Assert.Equal(2, KeyBatch.TermsOf(Lowering).NewThreshold);
    }

    public static TheoryData<ProtocolKind> Protocols => [ProtocolKind.Refresh, ProtocolKind.Reshare, ProtocolKind.Recovery];

    private static MaintenanceTerms TermsOf(ProtocolKind protocol) => KeyBatch.TermsOf(protocol switch
    {
        ProtocolKind.Refresh => Refresh,
        ProtocolKind.Reshare => Reshare,
        _ => Recover,
    });

    [Theory]
    [MemberData(nameof(Protocols))]
    [Trait("row", "E27@refresh"), Trait("row", "E28@refresh")]
    public void A_START_says_what_the_order_says_and_nothing_else(ProtocolKind protocol)
    {
        var terms = TermsOf(protocol);
        var input = MaintenanceInput.Create(terms, new(Filled(11)), new(Filled(50)));
        var encoded = input.Encode();
        Assert.InRange(encoded.Length, 1, MaintenanceInput.MaxSize);
        Assert.True(MaintenanceInput.TryDecode(terms, encoded, out var decoded));
        Assert.Equal(input, decoded);
        Assert.Equal((input.Context, input.Initiator, input.Session), (decoded.Context, decoded.Initiator, decoded.Session));
        for (var at = 0; at < encoded.Length - 64; at++)
        {
            byte[] changed = [.. encoded];
            changed[at] ^= 1;
            Assert.False(MaintenanceInput.TryDecode(terms, changed, out _), $"byte {at}");
        }
        foreach (var at in (int[])[encoded.Length - 64, encoded.Length - 1])
        {
            byte[] changed = [.. encoded];
            changed[at] ^= 1;
            Assert.True(MaintenanceInput.TryDecode(terms, changed, out var other));
            Assert.NotEqual(input.Context, other.Context);
        }
        for (var length = 0; length < encoded.Length; length++)
            Assert.False(MaintenanceInput.TryDecode(terms, encoded.AsSpan(0, length), out _), $"length {length}");
        Assert.False(MaintenanceInput.TryDecode(terms, encoded.AsSpan(1), out _));
        Assert.False(MaintenanceInput.TryDecode(terms, [.. encoded, 0], out _));
        Assert.False(MaintenanceInput.TryDecode(terms, default, out _));
        Assert.False(MaintenanceInput.TryDecode(terms, new byte[MaintenanceInput.MaxSize + 1], out _));
    }

    [Fact]
    public void Contexts_differ_in_everything_they_cover()
    {
        var contexts = new HashSet<Digest32>();
        foreach (var protocol in Protocols)
            Assert.True(contexts.Add(ContextOf(TermsOf(protocol.Data))));
        MaintenanceAction[] others =
        [
            Refresh with { Keys = [Key(1), Key(3)] }, Reshare with { NewThreshold = 2 }, Reshare with { Dealers = [new(1), new(7)] },
            Reshare with { NewParties = [Party(7, 17), Party(8, 18), Party(9, 21)] }, Reshare with { NewParties = [Party(7, 17), Party(8, 18), Party(10, 20)] },
            Recover with { Helpers = [new(1), new(7)], Recovered = new(65535) },
        ];
        foreach (var action in others)
            Assert.True(contexts.Add(ContextOf(KeyBatch.TermsOf(action))));
        Assert.True(contexts.Add(ContextOf(KeyBatch.TermsOf(Refresh, order: 8))));
    }

    private static Digest32 ContextOf(MaintenanceTerms terms) => MaintenanceInput.Create(terms, new(Filled(11)), new(Filled(50))).Context;
}
