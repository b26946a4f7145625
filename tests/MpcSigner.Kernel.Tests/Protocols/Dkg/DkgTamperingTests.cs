using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkg;

/// <summary>The rows of spec §18.3 on key generation: each cheat has exactly its outcome, at exactly these parties, and no key comes of it.</summary>
public sealed class DkgTamperingTests
{
    public enum Finders
    {
        AllOthers,
        OnlyVictim,

        /// <summary>The cheater's own machine too, which is honest but for its mouth.</summary>
        Everybody,
    }

    private static readonly PartyId Cheater = new(7);
    private static readonly PartyId Victim = new(65535);

    /// <summary>Cheats that copy what others said first.</summary>
    private static readonly string[] Rushing = [nameof(DkgCheat.Round2CopyOfAnotherParty), nameof(DkgCheat.Round3ProofForOtherParty)];

    /// <summary>cheat, kind at those who find it, whether the cheater is named, who finds it, whether others can be convinced.</summary>
    public static TheoryData<string, FaultKind, bool, Finders, bool> Rows => new()
    {
        { nameof(DkgCheat.Round1OtherContext), FaultKind.ContextMismatch, false, Finders.AllOthers, false },
        { nameof(DkgCheat.Round1OtherCommitmentForVictim), FaultKind.CommitmentEchoMismatch, false, Finders.Everybody, false },
        { nameof(DkgCheat.Round1BadSignature), FaultKind.BadIdentitySignature, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round1TooLong), FaultKind.MalformedMessage, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round1TooShort), FaultKind.MalformedMessage, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round1SentTwiceDifferently), FaultKind.ConflictingMessages, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round2OtherT1), FaultKind.CommitmentEchoMismatch, false, Finders.AllOthers, false },
        { nameof(DkgCheat.Round2OtherSalt), FaultKind.BadOpening, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2OtherChainCode), FaultKind.BadOpening, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2OtherConstantPoint), FaultKind.BadOpening, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2OtherHigherPoint), FaultKind.BadOpening, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2OtherPointForVictim), FaultKind.BadOpening, true, Finders.OnlyVictim, true },
        { nameof(DkgCheat.Round2OnePointMore), FaultKind.MalformedMessage, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round2OnePointLess), FaultKind.MalformedMessage, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round2IdentityPoint), FaultKind.MalformedMessage, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2PointOutsideTheGroup), FaultKind.MalformedMessage, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2PointInOtherForm), FaultKind.MalformedMessage, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2NonCanonicalPoint), FaultKind.MalformedMessage, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2ProofForOtherParty), FaultKind.BadProofOfKnowledge, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2ProofForOtherSession), FaultKind.BadProofOfKnowledge, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2ProofsSwappedBetweenKeys), FaultKind.BadProofOfKnowledge, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2ProofResponseNotCanonical), FaultKind.MalformedMessage, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2OtherValidProofForVictim), FaultKind.TranscriptEchoMismatch, false, Finders.Everybody, false },
        { nameof(DkgCheat.Round2CopyOfAnotherParty), FaultKind.BadOpening, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round2BadBroadcastSignature), FaultKind.BadIdentitySignature, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round2TooLong), FaultKind.MalformedMessage, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round2TooShort), FaultKind.MalformedMessage, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round2SentTwiceDifferently), FaultKind.ConflictingMessages, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round2WrongShareForVictim), FaultKind.BadDealtShare, true, Finders.OnlyVictim, true },
        { nameof(DkgCheat.Round2ZeroShareForVictim), FaultKind.BadDealtShare, true, Finders.OnlyVictim, true },
        { nameof(DkgCheat.Round2ShareIsOrderForVictim), FaultKind.MalformedMessage, true, Finders.OnlyVictim, true },
        { nameof(DkgCheat.Round2ShareAboveOrderForVictim), FaultKind.MalformedMessage, true, Finders.OnlyVictim, true },
        { nameof(DkgCheat.Round2AllOnesShareForVictim), FaultKind.MalformedMessage, true, Finders.OnlyVictim, true },
        { nameof(DkgCheat.Round2BadShareSignatureForVictim), FaultKind.BadIdentitySignature, true, Finders.OnlyVictim, false },
        { nameof(DkgCheat.Round2SharesOfAnotherReceiverForVictim), FaultKind.BadIdentitySignature, true, Finders.OnlyVictim, false },
        { nameof(DkgCheat.Round3OtherT2), FaultKind.TranscriptEchoMismatch, false, Finders.AllOthers, false },
        { nameof(DkgCheat.Round3OtherRoot), FaultKind.TranscriptEchoMismatch, false, Finders.AllOthers, false },
        { nameof(DkgCheat.Round3BadProof), FaultKind.BadShareProof, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round3ProofForOtherParty), FaultKind.BadShareProof, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round3ProofNotCanonical), FaultKind.MalformedMessage, true, Finders.AllOthers, true },
        { nameof(DkgCheat.Round3BadSignature), FaultKind.BadIdentitySignature, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round3TooLong), FaultKind.MalformedMessage, true, Finders.AllOthers, false },
        { nameof(DkgCheat.Round3TooShort), FaultKind.MalformedMessage, true, Finders.AllOthers, false },
    };

    /// <summary>The same where a batch is of one key. What needs two keys is left out.</summary>
    public static TheoryData<Suite, string, FaultKind, bool, Finders, bool> SingleRows()
    {
        var rows = new TheoryData<Suite, string, FaultKind, bool, Finders, bool>();
        foreach (var suite in (Suite[])[Suite.EcdsaSecp256k1, Suite.EcdsaP256])
        {
            foreach (var (cheat, kind, named, finders, provable) in Rows.Select(row => row.Data).Where(row => row.Item1 != nameof(DkgCheat.Round2ProofsSwappedBetweenKeys)))
                rows.Add(suite, cheat, kind, named, finders, provable);
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    [Trait("row", "T09@batch"), Trait("row", "T26a@batch"), Trait("row", "T26b@batch"), Trait("row", "T26c@batch"), Trait("row", "T26d@batch")]
    [Trait("row", "T26e@batch"), Trait("row", "T26f@batch"), Trait("row", "T26g@batch"), Trait("row", "M20"), Trait("row", "M21"), Trait("row", "M22")]
    [Trait("row", "F-ContextMismatch"), Trait("row", "F-CommitmentEchoMismatch"), Trait("row", "F-BadIdentitySignature"), Trait("row", "F-MalformedMessage")]
    [Trait("row", "F-ConflictingMessages"), Trait("row", "F-BadOpening"), Trait("row", "F-BadProofOfKnowledge"), Trait("row", "F-TranscriptEchoMismatch")]
    [Trait("row", "F-BadDealtShare"), Trait("row", "F-BadShareProof"), Trait("row", "E27@batch"), Trait("row", "E28@batch")]
    public void Rejects_a_cheater(string cheat, FaultKind kind, bool named, Finders finders, bool provable) =>
        Rejects(Suite.FrostEd25519, 2, cheat, kind, named, finders, provable);

    [Theory]
    [MemberData(nameof(SingleRows))]
    [Trait("row", "T09@dkg"), Trait("row", "T26a@dkg"), Trait("row", "T26b@dkg"), Trait("row", "T26c@dkg"), Trait("row", "T26d@dkg")]
    [Trait("row", "T26e@dkg"), Trait("row", "T26f@dkg"), Trait("row", "T26g@dkg"), Trait("row", "E01"), Trait("row", "E04"), Trait("row", "E05"), Trait("row", "E06")]
    public void Rejects_a_cheater_over_a_single_key(Suite suite, string cheat, FaultKind kind, bool named, Finders finders, bool provable) =>
        Rejects(suite, 1, cheat, kind, named, finders, provable);

    [Fact]
    public void Every_cheat_has_its_row() => Assert.Equal(
        Enum.GetValues<DkgCheat>().Except([DkgCheat.None, DkgCheat.Round1SentTwiceAlike]).Select(cheat => $"{cheat}").Order(StringComparer.Ordinal),
        Rows.Select(row => row.Data.Item1).Order(StringComparer.Ordinal));

    private static void Rejects(Suite suite, int count, string cheat, FaultKind kind, bool named, Finders finders, bool provable)
    {
        using var committee = Committee.OfSize(4);
        var input = committee.Input(threshold: 3, count, suite: suite);
        var cheater = new CheatingDkgPeer(committee, input, Cheater, Victim, Enum.Parse<DkgCheat>(cheat));
        using var run = new DkgRun(committee, input, order: cheat, network: cheater.Network, rushing: Rushing.Contains(cheat) ? Cheater : null);

        var honest = committee.Pids.Where(pid => pid != Cheater).ToList();
        var expected = finders switch
        {
            Finders.AllOthers => honest,
            Finders.OnlyVictim => [Victim],
            Finders.Everybody => committee.Pids.ToList(),
            _ => throw new InvalidOperationException(),
        };
        // A cheater whose own machine notices nothing ends as it likes; everybody else ends exactly as the row says.
        Assert.Equal(expected.Where(pid => pid != Cheater || finders == Finders.Everybody), run.Faults.Keys.Order().Where(pid => pid != Cheater || finders == Finders.Everybody));
        Assert.DoesNotContain(run.Results.Keys, pid => pid != Cheater);
        foreach (var pid in expected)
        {
            var fault = run.Faults[pid];
            Assert.Equal(kind, fault.Kind);
            Assert.Equal(named ? [Cheater] : [], fault.Culprits);
            Assert.Equal(named, kind.Blames());
            Assert.Equal(0, run.Parties[pid].Round);
            if (!named)
                Assert.NotEmpty(fault.Differing);
            CheckEvidence(committee, input, fault, provable);
        }
        // Whoever did not find it waits for a round that never completes: no key anywhere.
        foreach (var pid in honest.Except(expected))
            Assert.Equal(3, run.Parties[pid].Round);
        // The same parties make their key in the next session.
        using var next = new DkgRun(committee, committee.Input(threshold: 3, count, session: 2, order: 10, suite: suite));
        Assert.Empty(next.Faults);
        Assert.Equal(committee.Pids, next.Results.Keys.Order());
    }

    private static void CheckEvidence(Committee committee, DkgInput input, ProtocolFault fault, bool provable)
    {
        var court = new DkgEvidence(input, committee.Identities);
        Assert.Equal(provable, fault.Accusations.Count > 0 && fault.Accusations.All(court.Convicts));
        foreach (var accusation in fault.Accusations.Where(_ => provable))
        {
            // The same evidence convicts nobody else, of nothing else, and not after a change.
            Assert.False(court.Convicts(accusation with { Culprit = Victim }));
            Assert.False(court.Convicts(accusation with { Kind = FaultKind.Equivocation }));
            var last = (SignedStatement)accusation.Evidence[^1];
            byte[] changed = [.. last.Payload.Span];
            changed[^1] ^= 1;
            Assert.False(court.Convicts(accusation with { Evidence = [.. accusation.Evidence.SkipLast(1), last with { Payload = changed }] }));
            Assert.True(SignedStatement.TryDecode(last.Encode(), out var again));
            Assert.Equal(last, again);
        }
    }

    [Fact]
    public void A_repeated_identical_message_changes_nothing()
    {
        using var committee = Committee.OfSize(3);
        var input = committee.Input(threshold: 2, count: 2);
        var repeater = new CheatingDkgPeer(committee, input, Cheater, Victim, DkgCheat.Round1SentTwiceAlike);
        using var run = new DkgRun(committee, input, network: repeater.Network);
        Assert.Empty(run.Faults);
        Assert.Equal(3, run.Results.Count);
    }

    [Fact]
    [Trait("row", "F-BadOpening"), Trait("row", "F-BadProofOfKnowledge")]
    public void Rejects_all_cheaters_of_a_round_at_once()
    {
        using var committee = Committee.OfSize(5);
        var input = committee.Input(threshold: 3, count: 2);
        var (one, two) = (committee.Pids[1], committee.Pids[3]);
        var salt = new CheatingDkgPeer(committee, input, one, Victim, DkgCheat.Round2OtherSalt);
        var proof = new CheatingDkgPeer(committee, input, two, Victim, DkgCheat.Round2ProofsSwappedBetweenKeys);
        using var run = new DkgRun(committee, input, network: message => message.From == one ? salt.Network(message) : proof.Network(message));
        foreach (var pid in committee.Pids.Except([one, two]))
        {
            Assert.Equal([one, two], run.Faults[pid].Culprits);
            Assert.Equal([FaultKind.BadOpening], run.Faults[pid].Accusations.Where(a => a.Culprit == one).Select(a => a.Kind));
            Assert.Equal([0, 1], run.Faults[pid].Accusations.Where(a => a.Culprit == two).Select(a => a.Key!.Value));
            Assert.Equal(Consequence.ExcludeForever, run.Faults[pid].ConsequenceFor(two));
            Assert.Equal(Consequence.RetryFresh, run.Faults[pid].ConsequenceFor(Victim));
        }
    }

    [Theory]
    [InlineData(nameof(DkgCheat.Round1OtherCommitmentForVictim), 1)]
    [InlineData(nameof(DkgCheat.Round2OtherValidProofForVictim), 2)]
    [Trait("row", "F-Equivocation"), Trait("row", "M22")]
    [Trait("row", "X-evidence")]
    public void Comparing_signed_statements_convicts_who_told_two_stories(string cheat, byte round)
    {
        using var committee = Committee.OfSize(5);
        var input = committee.Input(threshold: 3, count: 2);
        var cheater = new CheatingDkgPeer(committee, input, Cheater, Victim, Enum.Parse<DkgCheat>(cheat));
        using var run = new DkgRun(committee, input, network: cheater.Network);
        var identities = committee.Pids.ToDictionary(pid => pid, pid => committee.Identity(pid).PublicKey);
        var ours = run.Faults[committee.Pids[0]].Statements;
        var found = Assert.Single(Equivocation.Find(ours, run.Faults[Victim].Statements, identities));
        Assert.Equal(Cheater, found.Culprit);
        Assert.All(found.Evidence, item => Assert.Equal(round, ((SignedStatement)item).Round));
        Assert.True(new DkgEvidence(input, committee.Identities).Convicts(found));
        // Two honest views, or one view twice, convict nobody.
        Assert.Empty(Equivocation.Find(ours, ours, identities));
        Assert.Empty(Equivocation.Find(ours, run.Faults[committee.Pids[2]].Statements, identities));
        // Another session's statements are no second story.
        var elsewhere = run.Faults[Victim].Statements.Select(s => s with { Context = default }).ToList();
        Assert.Empty(Equivocation.Find(ours, elsewhere, identities));
    }

    /// <summary>One party's START names another t, other keys (of another order) or another initiator, under the same session id.</summary>
    [Theory]
    [InlineData("t", 1)]
    [InlineData("keys", 1)]
    [InlineData("initiator", 1)]
    [InlineData("t", 3)]
    [InlineData("keys", 3)]
    [InlineData("initiator", 3)]
    [InlineData("number of keys", 3)]
    [Trait("row", "T20a@dkg"), Trait("row", "T20b@dkg"), Trait("row", "T20c@dkg"), Trait("row", "T20a@batch"), Trait("row", "T20b@batch"), Trait("row", "T20c@batch")]
    [Trait("row", "F-ContextMismatch")]
    public void Rejects_a_split_start_without_blaming_anybody(string what, int count)
    {
        using var committee = Committee.OfSize(3);
        var input = committee.Input(threshold: 2, count);
        Assert.True(DkgInput.TryCreate(
            input.Suite, input.Order, count, 2, committee.Parties, committee.Nid(Victim), input.Session, out var ofOtherInitiator, out _));
        var other = what switch
        {
            "t" => committee.Input(threshold: 3, count),
            "keys" => committee.Input(threshold: 2, count, order: 10),
            "number of keys" => committee.Input(threshold: 2, count - 1),
            _ => ofOtherInitiator,
        };
        Assert.Equal(input.Session, other.Session);
        using var run = new DkgRun(committee, input, inputOf: pid => pid == Victim ? other : input);
        Assert.Equal(committee.Pids, run.Faults.Keys.Order());
        Assert.All(run.Faults.Values, fault => Assert.Equal((FaultKind.ContextMismatch, 0, 1), (fault.Kind, fault.Accusations.Count, fault.Round.Number)));
        Assert.Empty(run.Results);
        using var next = new DkgRun(committee, committee.Input(2, count, session: 2, order: 11));
        Assert.Equal(committee.Pids, next.Results.Keys.Order());
    }

    [Fact]
    public void Rejects_nothing_when_a_message_is_lost_but_never_completes()
    {
        using var committee = Committee.OfSize(3);
        using var run = new DkgRun(committee, committee.Input(2), network: message => message is { Round: 3, From.Value: 7, To.Value: 1 } ? [] : [message]);
        Assert.Empty(run.Faults);
        Assert.DoesNotContain(new PartyId(1), run.Results.Keys);
        Assert.Equal([Cheater], run.Parties[new(1)].Missing);
    }

    [Fact]
    [Trait("row", "M28")]
    public void Rejects_a_state_used_twice()
    {
        using var committee = Committee.OfSize(2);
        var input = committee.Input(2);
        var first = CollectingCommitments.Begin(committee.Session(input, committee.Pids[0]));
        var peer = CollectingCommitments.Begin(committee.Session(input, committee.Pids[1]));
        RoundInboxOf(committee, input, peer.Outbox.Messages[0].Payload.Span.ToArray(), out var inbox);
        Assert.NotNull(first.Next.Complete(inbox));
        RoundInboxOf(committee, input, peer.Outbox.Messages[0].Payload.Span.ToArray(), out var again);
        Assert.Throws<ObjectDisposedException>(() => first.Next.Complete(again));
        Assert.Throws<InvalidOperationException>(() => inbox.Take());
    }

    private static void RoundInboxOf(Committee committee, DkgInput input, byte[] message, out MpcSigner.Protocols.Rounds.RoundInbox<MpcSigner.Protocols.Rounds.RawMessage> inbox)
    {
        inbox = committee.Session(input, committee.Pids[0]).NewInbox(1);
        Assert.Equal(MpcSigner.Protocols.Rounds.InboxVerdict.Accepted, inbox.Add(committee.Pids[1], new(new(message))));
    }
}
