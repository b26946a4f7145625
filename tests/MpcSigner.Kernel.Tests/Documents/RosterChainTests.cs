using System.Security.Cryptography;
using System.Text;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Rosters;
using MpcSigner.Documents.Rosters;
using MpcSigner.Documents.Signatures;
using Xunit;

namespace MpcSigner.Kernel.Tests.Documents;

/// <summary>Which version may follow which. Signatures are stood for by hashes: what is tested is whose are asked for, over what.</summary>
public class RosterChainTests
{
    private static readonly byte[] FirstBytes = Encoding.UTF8.GetBytes(DocumentCases.RosterExample);
    private static readonly Roster First = Parse(FirstBytes);
    private static readonly byte[] SecondBytes = Encoding.UTF8.GetBytes(DocumentCases.SecondRosterExample);
    private static readonly Roster Second = Parse(SecondBytes);

    private static Roster Parse(byte[] bytes)
    {
        Assert.True(RosterDocument.TryParse(bytes, out var roster, out var errors), string.Join('\n', errors));
        return roster;
    }

    private static byte[] Sign(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message) => SHA512.HashData([.. key, .. message]);

    private static bool Verify(ReadOnlySpan<byte> key, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) => Sign(key, message).AsSpan().SequenceEqual(signature);

    private static DocumentSignature By(Roster signers, string name, byte[] document, DocumentKind kind = DocumentKind.Roster)
    {
        var hash = new Digest32(SHA256.HashData(document));
        var key = signers.Administrators.Single(administrator => administrator.Name == name).SigningKey.Span;
        return new(kind, hash, name, Sign(key, DocumentSignature.Message(kind, signers.Cluster, hash)));
    }

    private static ReadOnlyMemory<byte>[] Files(Roster signers, byte[] document, params string[] names) =>
        [.. names.Select(name => (ReadOnlyMemory<byte>)By(signers, name, document).Write())];

    private static Roster Extend(Roster inForce, byte[] bytes, params ReadOnlyMemory<byte>[] signatures)
    {
        Assert.True(RosterChain.TryExtend(inForce, bytes, signatures, Verify, out var next, out var refusal), refusal?.Message);
        return next;
    }

    private static RosterRefusal Refused(Roster inForce, byte[] bytes, params ReadOnlyMemory<byte>[] signatures)
    {
        Assert.False(RosterChain.TryExtend(inForce, bytes, signatures, Verify, out var next, out var refusal));
        Assert.Null(next);
        Assert.NotEmpty(refusal.NextStep);
        return refusal;
    }

    /// <summary>The third version, signed as the second one asks, with a change.</summary>
    private static RosterRefusal RefusedThird(Func<Roster, Roster> change)
    {
        var bytes = RosterDocument.Write(change(Third));
        return Refused(Second, bytes, Files(Second, bytes, "alice", "carol"));
    }

    private static Roster Third => Second with { Version = 3, Predecessor = Second.Hash };

    [Fact]
    public void The_examples_are_a_chain()
    {
        Assert.True(RosterChain.TryBegin(FirstBytes, Files(First, FirstBytes, "alice"), First.Administrators[0].SigningKey.Span, Verify, out var first, out var refusal), refusal?.Message);
        var second = Extend(first, SecondBytes, Files(first, SecondBytes, "alice"));
        Assert.Equal((2u, first.Cluster, first.Hash, 2), (second.Version, second.Cluster, second.Predecessor, second.Quorum));
        var thirdBytes = RosterDocument.Write(Third);
        var third = Extend(second, thirdBytes, Files(second, thirdBytes, "bob", "alice"));
        Assert.Equal((3u, first.Cluster), (third.Version, third.Cluster));
        Assert.Null(RosterChain.JudgeDraft(first, second));
    }

    [Fact]
    public void Signatures_may_come_in_one_file_and_may_be_more_than_needed()
    {
        var bytes = RosterDocument.Write(Third);
        var file = new DocumentSignatures([By(Second, "alice", bytes), By(Second, "bob", bytes), By(Second, "carol", bytes)]).Write();
        Assert.Equal(3u, Extend(Second, bytes, file).Version);
        Assert.Equal(3u, Extend(Second, bytes, By(Second, "carol", bytes).Write(), new DocumentSignatures([By(Second, "alice", bytes)]).Write()).Version);
    }

    [Fact]
    public void Rejects_a_first_roster_that_the_pinned_administrator_did_not_sign()
    {
        RosterRefusal Begin(byte[] bytes, ReadOnlyMemory<byte>[] signatures, ReadOnlySpan<byte> pinned)
        {
            Assert.False(RosterChain.TryBegin(bytes, signatures, pinned, Verify, out var roster, out var refusal));
            Assert.Null(roster);
            return refusal;
        }
        var alice = First.Administrators[0].SigningKey.Span;
        var other = Begin(FirstBytes, Files(First, FirstBytes, "alice"), First.Clients[0].SigningKey.Span);
        Assert.Equal(RosterFault.NotPinned, other.Fault);
        Assert.Contains(Convert.ToHexStringLower(alice), other.Message, StringComparison.Ordinal);
        Assert.Equal(RosterFault.TooFewSignatures, Begin(FirstBytes, [], alice).Fault);
        Assert.Equal(RosterFault.BadSignature, Begin([.. FirstBytes, (byte)'\n'], Files(First, FirstBytes, "alice"), alice).Fault);
        Assert.Equal(RosterFault.SignaturesUnreadable, Begin(FirstBytes, [FirstBytes], alice).Fault);
        Assert.Equal(RosterFault.Unreadable, Begin([1, 2], Files(First, FirstBytes, "alice"), alice).Fault);
        Assert.Equal(RosterFault.NotFirst, Begin(SecondBytes, Files(Second, SecondBytes, "alice"), alice).Fault);
    }

    [Fact]
    public void The_first_roster_rests_on_the_pinned_key_alone()
    {
        var bytes = RosterDocument.Write(First with { Quorum = 2, Administrators = [.. Second.Administrators] });
        var roster = Parse(bytes);
        foreach (var administrator in roster.Administrators)
            Assert.True(RosterChain.TryBegin(bytes, Files(roster, bytes, administrator.Name), administrator.SigningKey.Span, Verify, out _, out _));
        Assert.True(RosterChain.TryBegin(bytes, Files(roster, bytes, "bob", "alice"), roster.Administrators[0].SigningKey.Span, Verify, out _, out _));
    }

    [Fact]
    public void Rejects_rollback_fork_gap_and_foreign_predecessors()
    {
        Assert.Equal(RosterFault.Rollback, Refused(Second, FirstBytes, Files(First, FirstBytes, "alice")).Fault);
        Assert.Equal(RosterFault.InForceAlready, Refused(Second, SecondBytes, Files(First, SecondBytes, "alice")).Fault);

        byte[] comment = [.. SecondBytes, .. "# other bytes\n"u8];
        var fork = Refused(Second, comment, Files(First, comment, "alice"));
        Assert.Equal(RosterFault.Fork, fork.Fault);
        Assert.Contains(Second.Hash.ToString(), fork.Message, StringComparison.Ordinal);

        var thirdBytes = RosterDocument.Write(Third);
        Assert.Equal(RosterFault.Gap, Refused(First, thirdBytes, Files(Second, thirdBytes, "alice", "bob")).Fault);
        Assert.Equal(RosterFault.WrongPredecessor, RefusedThird(third => third with { Predecessor = First.Hash }).Fault);
        Assert.Equal(RosterFault.WrongCluster, RefusedThird(third => third with { NamedCluster = new(Second.Hash.Value) }).Fault);
        Assert.Equal(RosterFault.Gap, RefusedThird(third => third with { Version = uint.MaxValue }).Fault);
    }

    [Fact]
    public void Rejects_too_few_signatures_removed_administrators_and_one_that_signs_twice()
    {
        var bytes = RosterDocument.Write(Third with { Administrators = [Second.Administrators[0], Second.Administrators[2]] });
        Assert.Equal(RosterFault.TooFewSignatures, Refused(Second, bytes).Fault);
        var few = Refused(Second, bytes, Files(Second, bytes, "bob"));
        Assert.Equal(RosterFault.TooFewSignatures, few.Fault);
        Assert.Contains("1 of the roster's administrators signed, 2 must", few.Message, StringComparison.Ordinal);
        // Who is being removed may still sign the removal, and nothing after it.
        var third = Extend(Second, bytes, Files(Second, bytes, "alice", "bob"));
        var fourth = RosterDocument.Write(third with { Version = 4, Predecessor = third.Hash });
        Assert.Equal(RosterFault.UnknownAdministrator, Refused(third, fourth, Files(Second, fourth, "alice", "bob")).Fault);

        Assert.Equal(RosterFault.SignedTwice, Refused(Second, bytes, Files(Second, bytes, "alice", "alice")).Fault);
        var alice = By(Second, "alice", bytes);
        Assert.Equal(RosterFault.SignedTwice, Refused(Second, bytes, new DocumentSignatures([alice, alice]).Write()).Fault);
        Assert.Equal(RosterFault.BadSignature, Refused(Second, bytes, alice.Write(), (alice with { Administrator = "bob" }).Write()).Fault);
        Assert.Equal(RosterFault.BadSignature, Refused(Second, bytes, alice.Write(), By(Second, "bob", bytes, DocumentKind.Policy).Write()).Fault);
        Assert.Equal(RosterFault.BadSignature, Refused(Second, bytes, alice.Write(), By(Second, "bob", SecondBytes).Write()).Fault);
        // The administrators that it brings do not count.
        var coup = RosterDocument.Write(Third with { Administrators = [new("mallory", Second.Nodes[0].Nid.ToArray())], Quorum = 1 });
        Assert.Equal(RosterFault.UnknownAdministrator, Refused(Second, coup, Files(Parse(coup), coup, "mallory")).Fault);
        Assert.Equal(RosterFault.SignaturesUnreadable, Refused(Second, bytes, [.. Enumerable.Repeat<ReadOnlyMemory<byte>>(alice.Write(), 65)]).Fault);
    }

    private static Roster Without(Roster roster, string node, params FormerNode[] former) =>
        roster with { Nodes = [.. roster.Nodes.Where(known => known.Name != node)], FormerNodes = [.. roster.FormerNodes, .. former] };

    private static Roster Change(Roster roster, string node, Func<RosterNode, RosterNode> change) =>
        roster with { Nodes = [.. roster.Nodes.Select(known => known.Name == node ? change(known) : known)] };

    [Fact]
    public void Rejects_a_node_that_is_gone_without_a_trace()
    {
        var beta = Second.Nodes.Single(node => node.Name == "beta");
        var vanished = RefusedThird(third => Without(third, "beta"));
        Assert.Equal(RosterFault.NodeVanished, vanished.Fault);
        Assert.Contains("beta", vanished.Message, StringComparison.Ordinal);
        Assert.Equal(RosterFault.KeyHistoryChanged, RefusedThird(third => Without(third, "beta", new FormerNode(beta.Nid, "beta", beta.FormerIdentityKeys))).Fault);
        var bytes = RosterDocument.Write(Without(Third, "beta", new FormerNode(beta.Nid, "beta", [.. beta.FormerIdentityKeys, beta.IdentityKey])));
        Assert.Equal(2, Extend(Second, bytes, Files(Second, bytes, "alice", "bob")).FormerNodes.Count);
    }

    [Fact]
    public void Rejects_a_past_that_is_rewritten()
    {
        Assert.Equal(RosterFault.FormerNodeChanged, RefusedThird(third => third with { FormerNodes = [] }).Fault);
        Assert.Equal(RosterFault.FormerNodeChanged, RefusedThird(third => third with { FormerNodes = [third.FormerNodes[0] with { Name = "delta" }] }).Fault);
        Assert.Equal(RosterFault.FormerNodeChanged,
            RefusedThird(third => third with { FormerNodes = [third.FormerNodes[0] with { IdentityKeys = [.. third.FormerNodes[0].IdentityKeys, Key(9)] }] }).Fault);
        Assert.Equal(RosterFault.FormerNodeChanged, RefusedThird(third => third with { FormerNodes = [.. third.FormerNodes, Former(8)] }).Fault);

        // A rotation keeps what was replaced, at the end; without a rotation nothing is added.
        Assert.Equal(RosterFault.KeyHistoryChanged, RefusedThird(third => Change(third, "beta", beta => beta with { IdentityKey = Key(7) })).Fault);
        Assert.Equal(RosterFault.KeyHistoryChanged, RefusedThird(third => Change(third, "beta", beta => beta with { FormerIdentityKeys = [.. beta.FormerIdentityKeys, Key(7)] })).Fault);
        var rotated = Change(Third, "beta", beta => beta with { IdentityKey = Key(7), FormerIdentityKeys = [.. beta.FormerIdentityKeys, beta.IdentityKey] });
        var bytes = RosterDocument.Write(rotated);
        Assert.Equal(2, Extend(Second, bytes, Files(Second, bytes, "alice", "bob")).Nodes.Single(node => node.Name == "beta").FormerIdentityKeys.Count);
    }

    private static byte[] Key(byte value) => SHA256.HashData([value]);

    private static FormerNode Former(byte value) => new(new(SHA256.HashData(Key(value))), "omega", [Key(value)]);

    [Fact]
    public void Rejects_newcomers_with_a_past_and_clients_with_foreign_ids()
    {
        var pin = new Digest32(Key(77));
        RosterNode newcomer = new(new(SHA256.HashData(Key(5))), "epsilon", Key(6), [pin], "epsilon.example:1") { FormerIdentityKeys = [Key(5)] };
        Assert.Equal(RosterFault.NewNodeWithPast, RefusedThird(third => third with { Nodes = [.. third.Nodes, newcomer] }).Fault);
        // Its nid follows from its first key: the document itself says so.
        Assert.Equal(RosterFault.Unreadable, RefusedThird(third => third with { Nodes = [.. third.Nodes, newcomer with { FormerIdentityKeys = [] }] }).Fault);
        // A node that left does not come back under its id: its key is taken.
        var gamma = Second.FormerNodes[0];
        Assert.Equal(RosterFault.Unreadable, RefusedThird(third => third with { Nodes = [.. third.Nodes, new(gamma.Nid, "gamma", gamma.IdentityKeys[0], [pin], "gamma.example:1")] }).Fault);
        Assert.Equal(RosterFault.FormerNodeChanged,
            RefusedThird(third => third with { FormerNodes = [], Nodes = [.. third.Nodes, new(gamma.Nid, "gamma", gamma.IdentityKeys[0], [pin], "gamma.example:1")] }).Fault);

        Assert.Equal(RosterFault.ForeignClientId, RefusedThird(third => third with { Clients = [.. third.Clients, new(new(Key(3)), "trader", Key(4), [pin], false)] }).Fault);
        var bytes = RosterDocument.Write(Third with { Clients = [new(new(SHA256.HashData(Key(4))), "trader", Key(4), [pin], false)] });
        Assert.Single(Extend(Second, bytes, Files(Second, bytes, "alice", "bob")).Clients);
    }
}
