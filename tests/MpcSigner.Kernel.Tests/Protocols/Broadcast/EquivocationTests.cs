using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Broadcast;

/// <summary>Two stories are two payloads signed for one context, round, sender, recipient and T1. In anything else two statements may differ honestly.</summary>
public sealed class EquivocationTests : IDisposable
{
    private static readonly Digest32 Context = new([.. Enumerable.Repeat((byte)1, 32)]), T1 = new([.. Enumerable.Repeat((byte)2, 32)]);

    private readonly Committee _committee = Committee.OfSize(3);

    public void Dispose() => _committee.Dispose();

    private SignedStatement Signed(int who = 0, byte round = 1, ushort to = 0, byte payload = 1, Digest32? t1 = null, Digest32? context = null)
    {
        var statement = new SignedStatement(context ?? Context, round, _committee.Pids[who], to, t1, new[] { payload }, default);
        return statement with { Signature = _committee.Identity(_committee.Pids[who]).Sign(statement.Digest()) };
    }

    private bool Convicts(SignedStatement one, SignedStatement other)
    {
        var key = _committee.Identity(one.From).PublicKey;
        Assert.Equal(Equivocation.Convicts(one, other, key), Equivocation.Convicts(other, one, key));
        return Equivocation.Convicts(one, other, key);
    }

    [Fact]
    public void Another_payload_for_the_same_thing_convicts_and_for_anything_else_it_does_not()
    {
        Assert.True(Convicts(Signed(), Signed(payload: 2)));
        Assert.True(Convicts(Signed(to: 7), Signed(to: 7, payload: 2)));
        Assert.False(Convicts(Signed(), Signed()));
        Assert.False(Convicts(Signed(), Signed(payload: 2, context: T1)));
        Assert.False(Convicts(Signed(), Signed(payload: 2, to: 7)));
        Assert.False(Convicts(Signed(), Signed(payload: 2) with { Signature = new byte[64] }));
        foreach (byte round in (byte[])[2, 3])
        {
            Assert.True(Convicts(Signed(round: round, t1: T1), Signed(round: round, t1: T1, payload: 2)));
            Assert.False(Convicts(Signed(round: round, t1: T1), Signed(round: round, t1: Context, payload: 2)));
            Assert.False(Convicts(Signed(round: round, t1: T1), Signed(payload: 2)));
            // From round 2 on a statement without T1 is none.
            Assert.False(Convicts(Signed(round: round), Signed(round: round, payload: 2)));
        }
        Assert.False(Convicts(Signed(round: 2, t1: T1), Signed(round: 3, t1: T1, payload: 2)));
        // Nor is one of round 1 with it.
        Assert.False(Convicts(Signed(t1: T1), Signed(t1: T1, payload: 2)));
        Assert.False(Equivocation.Convicts(Signed(), Signed(who: 1, payload: 2), _committee.Identity(_committee.Pids[0]).PublicKey));
        Assert.False(Equivocation.Convicts(Signed(), Signed(payload: 2), _committee.Identity(_committee.Pids[1]).PublicKey));
    }

    [Fact]
    public void Everybody_who_told_two_stories_is_named_once_in_party_order_with_both()
    {
        var identities = _committee.Pids.ToDictionary(pid => pid, pid => _committee.Identity(pid).PublicKey);
        SignedStatement[] ours = [Signed(2), Signed(2, to: 1), Signed(1), Signed(0)];
        SignedStatement[] shown = [Signed(0), Signed(1, payload: 3), Signed(2), Signed(2, payload: 4), Signed(2, to: 1, payload: 5)];
        var found = Equivocation.Find(ours, shown, identities);
        Assert.Equal([(_committee.Pids[1], FaultKind.Equivocation), (_committee.Pids[2], FaultKind.Equivocation)], found.Select(one => (one.Culprit, one.Kind)));
        Assert.Equal([ours[2], shown[1]], found[0].Evidence);
        Assert.Equal([ours[0], shown[3]], found[1].Evidence);
        Assert.Equal(System.Security.Cryptography.SHA256.HashData([3]), found[0].Digest.ToArray());
        // Whom we do not know we cannot convict.
        identities.Remove(_committee.Pids[1]);
        Assert.Equal([_committee.Pids[2]], Equivocation.Find(ours, shown, identities).Select(one => one.Culprit));
        Assert.Empty(Equivocation.Find(ours, [], identities));
        Assert.Empty(Equivocation.Find([], shown, identities));
    }

    [Fact]
    public void A_statement_is_read_from_a_party_and_with_a_T1_or_without()
    {
        var statement = Signed(t1: T1, round: 2, to: 0x0102);
        var bytes = statement.Encode();
        Assert.True(SignedStatement.TryDecode(bytes, out var read));
        Assert.Equal(statement, read);
        Assert.Equal(statement.GetHashCode(), read.GetHashCode());
        Assert.False(SignedStatement.TryDecode([.. bytes[..33], 0, 0, .. bytes[35..]], out _)); // of party 0
        Assert.False(SignedStatement.TryDecode([.. bytes[..37], 2, .. bytes[38..]], out _)); // T1 neither there nor absent
        SignedStatement[] others =
        [
            statement with { Context = T1 }, statement with { Round = 3 }, statement with { From = _committee.Pids[1] }, statement with { To = 0 }, statement with { T1 = null },
            statement with { Payload = new byte[] { 9 } }, statement with { Signature = new byte[64] },
        ];
        Assert.All(others, other => Assert.NotEqual(statement, other));
        Assert.False(statement.Equals(null));
        Assert.Contains("party 1, round 2", $"{statement}", StringComparison.Ordinal);
    }

    /// <summary>What a third party reads of an accusation: statements of this session, signed by who they are of, under one T1, the last of them the culprit's.</summary>
    [Fact]
    public void Evidence_of_another_session_signer_or_T1_is_none()
    {
        var identities = _committee.Pids.ToDictionary(pid => pid, pid => _committee.Identity(pid).PublicKey);
        IReadOnlyList<SignedStatement>? Read(params ISignedEvidence[] statements) =>
            EvidenceStatements.Read(new(_committee.Pids[0], FaultKind.BadOpening, null, default, statements), Context, identities);
        var (commitment, opening) = (Signed(), Signed(round: 2, t1: T1));
        Assert.Equal([commitment, opening], Read(commitment, opening)!);
        Assert.Equal([Signed(1, round: 2, t1: T1), opening], Read(Signed(1, round: 2, t1: T1), opening)!);
        Assert.Null(Read());
        Assert.Null(Read(opening, Signed(1, round: 2, t1: T1))); // the last is another's
        Assert.Null(Read(commitment, Signed(round: 2, t1: T1, context: T1)));
        Assert.Null(Read(Signed(context: T1), opening));
        Assert.Null(Read(commitment, opening with { Signature = new byte[64] }));
        Assert.Null(Read(Signed(round: 2, t1: Context), opening)); // two T1
        Assert.Null(Read(Signed(t1: T1), opening)); // round 1 with T1
        Assert.Null(Read(commitment, Signed(round: 2))); // round 2 without
        identities.Remove(_committee.Pids[1]);
        Assert.Null(Read(Signed(1, round: 2, t1: T1), opening));
    }
}
