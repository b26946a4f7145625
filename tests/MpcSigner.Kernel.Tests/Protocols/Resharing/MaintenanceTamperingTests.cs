using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Resharing;

/// <summary>The rows of spec §18.3 on refresh, reshare and recovery: each cheat has exactly its outcome, at exactly these members, and no new share comes of it.</summary>
public sealed class MaintenanceTamperingTests
{
    public enum Finders
    {
        AllOthers,
        OnlyVictim,
        OnlyRecovered,

        /// <summary>The cheater's own machine too, which is honest but for its mouth.</summary>
        Everybody,
    }

    private sealed record Row(
        MaintenanceCheat Cheat, FaultKind Kind, Finders Finders = Finders.AllOthers, bool Provable = false, bool Recovery = true, bool Renewal = true, bool Refresh = true);

    private static readonly Row[] Expected =
    [
        new(MaintenanceCheat.Round1OtherContext, FaultKind.ContextMismatch),
        new(MaintenanceCheat.Round1OtherCommitmentForVictim, FaultKind.CommitmentEchoMismatch, Finders.Everybody),
        new(MaintenanceCheat.Round1OtherRecordForVictim, FaultKind.BadKeyRecord, Finders.OnlyVictim, Provable: true, Refresh: false),
        new(MaintenanceCheat.Round1OtherLastRecord, FaultKind.BadKeyRecord, Provable: true, Refresh: false),
        new(MaintenanceCheat.Round1RecordsWithBadSignature, FaultKind.BadKeyRecord, Refresh: false),
        new(MaintenanceCheat.Round1BadSignature, FaultKind.BadIdentitySignature),
        new(MaintenanceCheat.Round1TooLong, FaultKind.MalformedMessage),
        new(MaintenanceCheat.Round1TooShort, FaultKind.MalformedMessage),
        new(MaintenanceCheat.Round1SentTwiceDifferently, FaultKind.ConflictingMessages),
        new(MaintenanceCheat.Round2OtherT1, FaultKind.CommitmentEchoMismatch),
        new(MaintenanceCheat.Round2OtherSalt, FaultKind.BadOpening, Provable: true),
        new(MaintenanceCheat.Round2OtherFirstPoint, FaultKind.BadOpening, Provable: true),
        new(MaintenanceCheat.Round2OtherLastPoint, FaultKind.BadOpening, Provable: true),
        new(MaintenanceCheat.Round2OtherPointForVictim, FaultKind.BadOpening, Finders.OnlyVictim, Provable: true),
        // A threshold of one more or less; in a refresh also: a constant term.
        new(MaintenanceCheat.Round2OnePointMore, FaultKind.MalformedMessage),
        new(MaintenanceCheat.Round2OnePointLess, FaultKind.MalformedMessage),
        new(MaintenanceCheat.Round2IdentityPoint, FaultKind.MalformedMessage, Provable: true),
        new(MaintenanceCheat.Round2PointOutsideTheGroup, FaultKind.MalformedMessage, Provable: true),
        new(MaintenanceCheat.Round2PointInOtherForm, FaultKind.MalformedMessage, Provable: true),
        new(MaintenanceCheat.Round2NonCanonicalPoint, FaultKind.MalformedMessage, Provable: true),
        new(MaintenanceCheat.Round2CopyOfAnotherDealer, FaultKind.BadOpening, Provable: true),
        new(MaintenanceCheat.Round2BadBroadcastSignature, FaultKind.BadIdentitySignature),
        new(MaintenanceCheat.Round2TooLong, FaultKind.MalformedMessage),
        new(MaintenanceCheat.Round2TooShort, FaultKind.MalformedMessage),
        // A helper of a recovery may be done before the second comes.
        new(MaintenanceCheat.Round2SentTwiceDifferently, FaultKind.ConflictingMessages, Recovery: false),
        new(MaintenanceCheat.Round2WrongShareForVictim, FaultKind.BadDealtShare, Finders.OnlyVictim, Provable: true),
        new(MaintenanceCheat.Round2ZeroShareForVictim, FaultKind.BadDealtShare, Finders.OnlyVictim, Provable: true),
        new(MaintenanceCheat.Round2AllOnesShareForVictim, FaultKind.MalformedMessage, Finders.OnlyVictim, Provable: true),
        new(MaintenanceCheat.Round2BadShareSignatureForVictim, FaultKind.BadIdentitySignature, Finders.OnlyVictim),
        new(MaintenanceCheat.Round2SharesOfAnotherReceiverForVictim, FaultKind.BadIdentitySignature, Finders.OnlyVictim),
        new(MaintenanceCheat.OtherSecret, FaultKind.ForeignShareDealt, Provable: true, Refresh: false),
        new(MaintenanceCheat.Round3OtherT2, FaultKind.TranscriptEchoMismatch, Recovery: false),
        new(MaintenanceCheat.Round3OtherRoot, FaultKind.TranscriptEchoMismatch, Recovery: false),
        new(MaintenanceCheat.Round3BadProof, FaultKind.BadShareProof, Provable: true, Recovery: false),
        new(MaintenanceCheat.Round3ProofsSwapped, FaultKind.BadShareProof, Provable: true, Recovery: false),
        new(MaintenanceCheat.Round3ProofNotCanonical, FaultKind.MalformedMessage, Provable: true, Recovery: false),
        new(MaintenanceCheat.Round3BadSignature, FaultKind.BadIdentitySignature, Recovery: false),
        new(MaintenanceCheat.Round3TooLong, FaultKind.MalformedMessage, Recovery: false),
        new(MaintenanceCheat.Round3TooShort, FaultKind.MalformedMessage, Recovery: false),
        new(MaintenanceCheat.Round3OtherT2, FaultKind.TranscriptEchoMismatch, Finders.OnlyRecovered, Renewal: false, Refresh: false),
        new(MaintenanceCheat.Round3WrongSum, FaultKind.BadRecoverySum, Finders.OnlyRecovered, Provable: true, Renewal: false, Refresh: false),
        new(MaintenanceCheat.Round3SumNotCanonical, FaultKind.MalformedMessage, Finders.OnlyRecovered, Provable: true, Renewal: false, Refresh: false),
        new(MaintenanceCheat.Round3BadSignature, FaultKind.BadIdentitySignature, Finders.OnlyRecovered, Renewal: false, Refresh: false),
        new(MaintenanceCheat.Round3TooLong, FaultKind.MalformedMessage, Finders.OnlyRecovered, Renewal: false, Refresh: false),
        new(MaintenanceCheat.Round3TooShort, FaultKind.MalformedMessage, Finders.OnlyRecovered, Renewal: false, Refresh: false),
    ];

    /// <summary>protocol, curve's suite, cheat, kind at those who find it, who finds it, whether others can be convinced.</summary>
    public static TheoryData<ProtocolKind, Suite, string, FaultKind, Finders, bool> Rows()
    {
        var rows = new TheoryData<ProtocolKind, Suite, string, FaultKind, Finders, bool>();
        foreach (var suite in (Suite[])[Suite.FrostEd25519, Suite.EcdsaSecp256k1])
        {
            foreach (var row in Expected)
            {
                if (row.Refresh)
                    rows.Add(ProtocolKind.Refresh, suite, $"{row.Cheat}", row.Kind, row.Finders, row.Provable);
                if (row.Renewal)
                    rows.Add(ProtocolKind.Reshare, suite, $"{row.Cheat}", row.Kind, row.Finders, row.Provable);
                if (row.Recovery)
                    rows.Add(ProtocolKind.Recovery, suite, $"{row.Cheat}", row.Kind, row.Finders, row.Provable);
            }
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    [Trait("row", "T09@refresh"), Trait("row", "T09@reshare"), Trait("row", "T09@recovery"), Trait("row", "T26a@refresh")]
    [Trait("row", "T26a@reshare"), Trait("row", "T26a@recovery"), Trait("row", "T26b@refresh"), Trait("row", "T26b@reshare")]
    [Trait("row", "T26b@recovery"), Trait("row", "T26c@refresh"), Trait("row", "T26c@reshare"), Trait("row", "T26c@recovery")]
    [Trait("row", "T26d@refresh"), Trait("row", "T26d@reshare"), Trait("row", "T26d@recovery"), Trait("row", "T26g@refresh")]
    [Trait("row", "T26g@reshare"), Trait("row", "T26g@recovery"), Trait("row", "T27a"), Trait("row", "T27b"), Trait("row", "T27c@refresh")]
    [Trait("row", "T27c@reshare"), Trait("row", "T27c@recovery"), Trait("row", "T27d"), Trait("row", "T27e"), Trait("row", "M20")]
    [Trait("row", "M22"), Trait("row", "M23"), Trait("row", "E27@refresh"), Trait("row", "E27@reshare"), Trait("row", "E27@recovery")]
    [Trait("row", "E28@refresh"), Trait("row", "E28@reshare"), Trait("row", "E28@recovery"), Trait("row", "F-BadKeyRecord")]
    [Trait("row", "F-ForeignShareDealt"), Trait("row", "F-BadRecoverySum"), Trait("row", "F-BadShareProof"), Trait("row", "F-BadDealtShare")]
    [Trait("row", "F-BadOpening"), Trait("row", "F-TranscriptEchoMismatch")]
    public void Rejects_a_cheater(ProtocolKind protocol, Suite suite, string cheat, FaultKind kind, Finders finders, bool provable)
    {
        using var scenario = new MaintenanceScenario(protocol, suite);
        using var older = KeyBatch.Generate(suite, scenario.Keys.Threshold, [.. scenario.Keys.Pids.Select(pid => (int)pid.Value)], 1, "older");
        var named = Enum.Parse<MaintenanceCheat>(cheat);
        using var cheater = new CheatingMember(scenario.World, scenario.Keys, scenario.Input, MaintenanceScenario.Cheater, MaintenanceScenario.Victim, named) { OtherRecord = older.Records[0] };
        using var run = scenario.Run(
            order: cheat, network: cheater.Network, rushing: named == MaintenanceCheat.Round2CopyOfAnotherDealer ? cheater.Cheater : null);

        PartyId[] honest = [.. scenario.Members.Where(pid => pid != cheater.Cheater)];
        PartyId[] expected = finders switch
        {
            Finders.AllOthers => honest,
            Finders.OnlyVictim => [cheater.Victim],
            Finders.OnlyRecovered => [scenario.Terms.NewParties[0].Pid],
            Finders.Everybody => scenario.Members,
            _ => throw new InvalidOperationException(),
        };
        // A cheater whose own machine notices nothing ends as it likes; everybody else ends exactly as the row says.
        bool Counts(PartyId pid) => pid != cheater.Cheater || finders == Finders.Everybody;
        Assert.Equal(expected.Where(Counts), run.Faults.Keys.Order().Where(Counts));
        Assert.All(run.Results.Where(pair => pair.Key != cheater.Cheater), pair => Assert.Null(pair.Value.Shares));
        if (protocol != ProtocolKind.Recovery)
            Assert.DoesNotContain(run.Results.Keys, pid => pid != cheater.Cheater);
        var court = scenario.Court;
        foreach (var pid in expected)
        {
            var fault = run.Faults[pid];
            Assert.Equal(kind, fault.Kind);
            Assert.Equal(kind.Blames() ? [cheater.Cheater] : [], fault.Culprits);
            Assert.Equal(0, run.Parties[pid].Round);
            if (!kind.Blames())
                Assert.NotEmpty(fault.Differing);
            // What is shown to others never holds anybody's sums: those of all helpers together are the lost shares.
            if (protocol == ProtocolKind.Recovery)
                Assert.DoesNotContain(fault.Statements, statement => statement.Round == 3);
            Assert.Equal(provable, fault.Accusations.Count > 0 && fault.Accusations.All(court.Convicts));
            foreach (var accusation in fault.Accusations.Where(_ => provable))
            {
                // The same evidence convicts nobody else, of nothing else, and not after a change or in another session.
                Assert.False(court.Convicts(accusation with { Culprit = cheater.Victim }));
                Assert.False(court.Convicts(accusation with { Kind = FaultKind.Equivocation }));
                Assert.False(court.Convicts(accusation with { Evidence = [.. accusation.Evidence.SkipLast(1)] }));
                Assert.False(court.Convicts(accusation with { Evidence = [.. accusation.Evidence.SkipLast(1), Damaged((SignedStatement)accusation.Evidence[^1])] }));
                var other = new MaintenanceEvidence(
                    MaintenanceRun.InputOf(scenario.Terms, scenario.World, session: 2), scenario.Keys.Records, scenario.World.Identities);
                Assert.False(other.Convicts(accusation));
            }
        }
        AssertNextWorks(scenario);
    }

    /// <summary>The shares of the old generation are as they were: the same order runs through under another session id.</summary>
    private static void AssertNextWorks(MaintenanceScenario scenario)
    {
        var again = MaintenanceRun.InputOf(scenario.Terms, scenario.World, session: 3);
        using var run = scenario.Run(inputOf: _ => again);
        Assert.Empty(run.Faults);
        Assert.Equal(scenario.Members, run.Results.Keys.Order());
    }

    [Fact]
    public void Every_cheat_has_its_row_in_every_protocol_that_can_have_it()
    {
        var cheats = Enum.GetValues<MaintenanceCheat>().Except([MaintenanceCheat.None, MaintenanceCheat.Round1SentTwiceAlike]).ToArray();
        Assert.Equal(cheats.Order(), Expected.Select(row => row.Cheat).Distinct().Order());
        Assert.Equal((35, 39, 36), (Expected.Count(row => row.Refresh), Expected.Count(row => row.Renewal), Expected.Count(row => row.Recovery)));
    }

    private static SignedStatement Damaged(SignedStatement statement)
    {
        var payload = statement.Payload.ToArray();
        payload[^1] ^= 1;
        return statement with { Payload = payload };
    }

    [Theory]
    [InlineData(ProtocolKind.Refresh)]
    [InlineData(ProtocolKind.Reshare)]
    [InlineData(ProtocolKind.Recovery)]
    public void Rejects_nothing_when_a_message_comes_twice(ProtocolKind protocol)
    {
        using var scenario = new MaintenanceScenario(protocol);
        using var repeating = new CheatingMember(scenario.World, scenario.Keys, scenario.Input, MaintenanceScenario.Cheater, MaintenanceScenario.Victim, MaintenanceCheat.Round1SentTwiceAlike);
        using var run = scenario.Run(network: repeating.Network);
        Assert.Empty(run.Faults);
        Assert.Equal(scenario.Members, run.Results.Keys.Order());
    }

    [Theory]
    [InlineData(ProtocolKind.Refresh)]
    [InlineData(ProtocolKind.Reshare)]
    [InlineData(ProtocolKind.Recovery)]
    [Trait("row", "F-Equivocation"), Trait("row", "T09@refresh"), Trait("row", "T09@reshare"), Trait("row", "T09@recovery")]
    [Trait("row", "X-evidence")]
    public void Rejects_two_commitments_of_one_dealer_by_its_own_signatures(ProtocolKind protocol)
    {
        using var scenario = new MaintenanceScenario(protocol);
        using var cheater = new CheatingMember(
            scenario.World, scenario.Keys, scenario.Input, MaintenanceScenario.Cheater, MaintenanceScenario.Victim, MaintenanceCheat.Round1OtherCommitmentForVictim);
        using var run = scenario.Run(network: cheater.Network);
        var identities = scenario.World.Parties.ToDictionary(party => party.Pid, party => scenario.World.Identities[party.Nid]);
        var accusation = Assert.Single(Equivocation.Find(run.Faults[cheater.Victim].Statements, run.Faults[scenario.Members[0]].Statements, identities));
        Assert.Equal((cheater.Cheater, FaultKind.Equivocation), (accusation.Culprit, accusation.Kind));
        Assert.True(scenario.Court.Convicts(accusation));
        Assert.Empty(Equivocation.Find(run.Faults[cheater.Victim].Statements, run.Faults[cheater.Victim].Statements, identities));
    }

    public static TheoryData<ProtocolKind, string> Splits => new(
        from protocol in (ProtocolKind[])[ProtocolKind.Refresh, ProtocolKind.Reshare, ProtocolKind.Recovery]
        from other in (string[])["session", "initiator", "key", "parties"]
        where protocol != ProtocolKind.Refresh || other != "parties" // all n, by the record
        select (protocol, other));

    /// <summary>One member is sent a START that it can follow, under the same session id but for "session": of another order, or by another initiator.</summary>
    [Theory]
    [MemberData(nameof(Splits))]
    [Trait("row", "T20a@reshare"), Trait("row", "T20a@recovery"), Trait("row", "T20b@refresh"), Trait("row", "T20b@reshare"), Trait("row", "T20b@recovery")]
    [Trait("row", "T20c@refresh"), Trait("row", "T20c@reshare"), Trait("row", "T20c@recovery"), Trait("row", "F-ContextMismatch")]
    public void Rejects_a_split_START_and_blames_nobody(ProtocolKind protocol, string field)
    {
        using var scenario = new MaintenanceScenario(protocol);
        var victim = MaintenanceScenario.Victim;
        using var one = scenario.Keys.Only(1);
        var other = field switch
        {
            "session" => MaintenanceRun.InputOf(scenario.Terms, scenario.World, session: 2),
            "initiator" => MaintenanceInput.Create(scenario.Terms, scenario.World.Nid(victim), scenario.Input.Session),
            "key" => MaintenanceInput.Create(scenario.OtherTerms(one), scenario.Input.Initiator, scenario.Input.Session),
            _ => MaintenanceInput.Create(scenario.TermsWithOtherParties(), scenario.Input.Initiator, scenario.Input.Session),
        };
        using var run = scenario.Run(inputOf: pid => pid == victim ? other : scenario.Input, keysOf: pid => pid == victim && field == "key" ? one : scenario.Keys);
        // With other parties one is left out by the victim, and waits for ever.
        PartyId leftOut = field == "parties" ? protocol == ProtocolKind.Reshare ? new(9000) : scenario.Terms.NewParties[0].Pid : default;
        Assert.Equal(scenario.Members.Where(pid => pid != leftOut), run.Faults.Keys.Order());
        Assert.All(run.Faults.Values, fault => Assert.Equal((FaultKind.ContextMismatch, 0, 1), (fault.Kind, fault.Accusations.Count, fault.Round.Number)));
        Assert.Empty(run.Results);
        AssertNextWorks(scenario);
    }

    [Theory]
    [InlineData(ProtocolKind.Refresh)]
    [InlineData(ProtocolKind.Reshare)]
    [InlineData(ProtocolKind.Recovery)]
    public void Rejects_nothing_when_a_message_is_lost_but_never_completes(ProtocolKind protocol)
    {
        using var scenario = new MaintenanceScenario(protocol);
        var receiver = scenario.Terms.NewParties[0].Pid == MaintenanceScenario.Cheater ? scenario.Terms.NewParties[1].Pid : scenario.Terms.NewParties[0].Pid;
        using var run = scenario.Run(network: message => message.Round == 3 && message.From == MaintenanceScenario.Cheater && message.To == receiver ? [] : [message]);
        Assert.Empty(run.Faults);
        Assert.DoesNotContain(receiver, run.Results.Keys);
        Assert.Equal(3, run.Parties[receiver].Round);
        Assert.Equal([MaintenanceScenario.Cheater], run.Parties[receiver].Missing);
    }
}
