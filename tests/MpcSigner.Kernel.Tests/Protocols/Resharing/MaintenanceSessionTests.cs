using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Resharing;

/// <summary>What a member brings to a session, and what happens where records or shares do not fit.</summary>
public sealed class MaintenanceSessionTests
{
    public static TheoryData<ProtocolKind> Protocols => [ProtocolKind.Refresh, ProtocolKind.Reshare, ProtocolKind.Recovery];

    [Fact]
    [Trait("row", "E19@reshare")]
    public void Refuses_what_does_not_fit_the_order()
    {
        using var scenario = new MaintenanceScenario(ProtocolKind.Reshare);
        using var stranger = new Committee("strangers", 1, 2);
        var (dealer, newcomer) = (MaintenanceScenario.Cheater, new PartyId(300));
        var records = scenario.Keys.Records;
        SecretScalars? Shares(PartyId pid) => scenario.Terms.IsDealer(pid) ? KeyBatch.Copy(scenario.Keys.Shares[pid]) : null;
        MaintenanceSession Session(PartyId pid, IReadOnlyList<KeyRecord>? held, SecretScalars? shares, PartyId? signer = null, NodeId? self = null)
        {
            using (shares) // refused: still the caller's
                return new(scenario.Input, self ?? scenario.World.Nid(pid), held, shares, scenario.World.Identity(signer ?? pid), scenario.World.Identities,
                    new DeterministicRandom("x", "y"));
        }
        Assert.Throws<ArgumentException>(() => Session(dealer, records, Shares(dealer), self: stranger.Parties[0].Nid));
        Assert.Throws<ArgumentException>(() => Session(dealer, records, Shares(dealer), signer: newcomer));
        Assert.Throws<ArgumentException>(() => Session(dealer, null, Shares(dealer)));
        Assert.Throws<ArgumentException>(() => Session(dealer, records, null));
        Assert.Throws<ArgumentException>(() => Session(newcomer, null, Shares(dealer)));
        Assert.Throws<ArgumentException>(() => Session(dealer, [.. records.Take(1)], Shares(dealer)));
        Assert.Throws<ArgumentException>(() => Session(dealer, [records[1], records[0]], Shares(dealer)));
        Assert.Throws<ArgumentException>(() => Session(dealer, [records[0], records[1] with { Generation = 1 }], Shares(dealer)));
        Assert.Throws<ArgumentException>(() => Session(dealer, records, Shares(MaintenanceScenario.Victim))); // another's: nothing of them may leave
        Assert.Throws<ArgumentException>(() => Session(dealer, records, SecretScalars.Zero(Groups.For(Curve.Edwards25519), 1)));
        Assert.Throws<ArgumentException>(() => Session(dealer, records, SecretScalars.Zero(Groups.For(Curve.Secp256k1), 2)));
        Assert.Throws<ArgumentException>(() => new MaintenanceSession(
            scenario.Input, scenario.World.Nid(newcomer), null, null, scenario.World.Identity(newcomer), stranger.Identities, new DeterministicRandom("x", "y")));
    }

    [Theory]
    [MemberData(nameof(Protocols))]
    [Trait("row", "F-PublicKeySumMismatch")]
    public void Records_whose_shares_do_not_make_their_key_end_without_a_verdict(ProtocolKind protocol)
    {
        // Everybody holds, and the order names, a record in which one share belongs to another polynomial: no dealer is at fault.
        using var scenario = new MaintenanceScenario(protocol);
        using var bent = scenario.Keys.WithOtherShare(scenario.Members[0] == new PartyId(1) ? new(1) : MaintenanceScenario.Cheater);
        var terms = KeyBatch.TermsOf(protocol switch
        {
            ProtocolKind.Refresh => bent.Refresh(),
            ProtocolKind.Reshare => bent.Reshare(scenario.World, [MaintenanceScenario.Cheater, MaintenanceScenario.Victim], 3, [7, 300, 301, 9000, 65535]),
            _ => bent.Recover([new(1), MaintenanceScenario.Cheater, MaintenanceScenario.Victim], bent.Pids[2]),
        });
        using var run = new MaintenanceRun(scenario.World, bent, terms);
        Assert.Equal(terms.Members.Select(member => member.Pid), run.Faults.Keys.Order());
        Assert.All(run.Faults.Values, fault => Assert.Equal((FaultKind.PublicKeySumMismatch, 0), (fault.Kind, fault.Accusations.Count)));
    }

    [Fact]
    public void A_newcomer_that_is_told_another_commitment_stops_before_it_confirms()
    {
        using var scenario = new MaintenanceScenario(ProtocolKind.Reshare);
        var newcomer = new PartyId(300);
        using var cheater = new CheatingMember(scenario.World, scenario.Keys, scenario.Input, MaintenanceScenario.Cheater, newcomer, MaintenanceCheat.Round1OtherCommitmentForVictim);
        using var run = scenario.Run(network: cheater.Network);
        var (found, fault) = Assert.Single(run.Faults);
        Assert.Equal((newcomer, FaultKind.CommitmentEchoMismatch, 0), (found, fault.Kind, fault.Accusations.Count));
        Assert.Single(fault.Differing); // the first that came
        Assert.Equal(scenario.Terms.Dealers.Select(dealer => dealer.Pid), fault.Statements.Select(statement => statement.From));
        Assert.Empty(run.Results);
    }

    [Fact]
    [Trait("row", "F-BadKeyRecord")]
    public void A_newcomer_that_is_offered_the_generation_before_names_who_offers_it()
    {
        using var scenario = new MaintenanceScenario(ProtocolKind.Reshare, count: 1);
        using var refresh = new MaintenanceRun(scenario.World, scenario.Keys, KeyBatch.TermsOf(scenario.Keys.Refresh()));
        using var present = KeyBatch.After(refresh);
        var newcomer = new PartyId(300);
        var terms = KeyBatch.TermsOf(present.Reshare(
            scenario.World, [MaintenanceScenario.Cheater, MaintenanceScenario.Victim], 3, [7, 300, 301, 9000, 65535]));
        var input = MaintenanceRun.InputOf(terms, scenario.World);
        using var cheater = new CheatingMember(
            scenario.World, present, input, MaintenanceScenario.Cheater, newcomer, MaintenanceCheat.Round1OtherRecordForVictim) { OtherRecord = scenario.Keys.Records[0] };
        using var run = new MaintenanceRun(scenario.World, present, terms, network: cheater.Network);
        var (found, fault) = Assert.Single(run.Faults);
        var accusation = Assert.Single(fault.Accusations);
        Assert.Equal((newcomer, FaultKind.BadKeyRecord, cheater.Cheater, (int?)0), (found, accusation.Kind, accusation.Culprit, accusation.Key));
        Assert.True(new MaintenanceEvidence(input, present.Records, scenario.World.Identities).Convicts(accusation));
        Assert.Throws<ArgumentException>(() => new MaintenanceEvidence(input, scenario.Keys.Records, scenario.World.Identities));
    }

    [Theory]
    [InlineData(ProtocolKind.Refresh)]
    [InlineData(ProtocolKind.Reshare)]
    public void A_new_share_that_comes_out_as_zero_is_none(ProtocolKind protocol)
    {
        // Not reachable by a run, since everybody commits before seeing the others: points made to cancel out at pid 1.
        using var scenario = new MaintenanceScenario(protocol, count: 1);
        var group = Groups.For(Curve.Edwards25519);
        var rules = MaintenanceProtocol.Of(scenario.Terms, group);
        var present = PresentKeys.Decode(group, scenario.Terms, scenario.Keys.Records)!;
        var first = scenario.Terms.NewParties[0].Pid;
        var wanted = protocol == ProtocolKind.Refresh ? present.PublicShares(first)[0] : group.MultiplyBasePublic(group.FromUInt64(5));
        var cancelling = group.Negate(group.MultiplyPublic(group.InvertSmallPublic(first.Value), wanted));
        GroupPoint[] points = protocol == ProtocolKind.Refresh ? [cancelling] : [wanted, cancelling, group.Identity];
        var opening = new MaintenanceOpening(rules.Dealers[0], [points], default);
        var neutral = new MaintenanceOpening(rules.Dealers[1], [[.. points.Select(_ => group.Identity)]], default);
        Assert.Null(rules.Derive(scenario.Input, present, default, [opening, neutral]));
        Assert.False(rules.PublicSides(present, [opening, neutral])[scenario.Terms.NewParties[1].Pid][0].IsIdentity);
    }

    [Fact]
    public void A_session_that_ends_wipes_what_it_held()
    {
        using var scenario = new MaintenanceScenario(ProtocolKind.Reshare);
        var pid = MaintenanceScenario.Cheater;
        var shares = KeyBatch.Copy(scenario.Keys.Shares[pid]);
        var session = new MaintenanceSession(
            scenario.Input, scenario.World.Nid(pid), scenario.Keys.Records, shares, scenario.World.Identity(pid), scenario.World.Identities, new DeterministicRandom("x", "y"));
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => shares.MultiplyBase());
        Assert.Throws<InvalidOperationException>(() => MaintenanceParty.Begin(session, out _));
    }
}
