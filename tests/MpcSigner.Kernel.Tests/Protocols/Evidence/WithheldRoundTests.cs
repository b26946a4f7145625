using MpcSigner.Core.Identities;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Evidence;

/// <summary>
/// Spec §15, T1 and T2 mismatch: whoever tells two stories in a round and then says nothing more, so that the round in which they are compared never completes, is convicted all the same.
/// Every honest party ends with the first echo that differs from its own, with all that it received, in whatever order messages come.
/// </summary>
[Trait("row", "X-evidence")]
[Trait("row", "F-Equivocation")]
public sealed class WithheldRoundTests
{
    private const int Arrivals = 12;

    public static TheoryData<ProtocolKind, bool> Sessions => new()
    {
        { ProtocolKind.Dkg, false }, { ProtocolKind.Refresh, false }, { ProtocolKind.Recovery, false },
        { ProtocolKind.Dkg, true }, { ProtocolKind.Refresh, true }, { ProtocolKind.Recovery, true },
    };

    /// <summary>Messages that arrive late, too: a party that hears the others' round 2 before the last commitment still says its own T1, by which they learn of the split.</summary>
    [Theory]
    [MemberData(nameof(Sessions))]
    public void A_dealer_of_two_commitments_that_opens_neither_is_convicted(ProtocolKind protocol, bool silentToAll)
    {
        bool Withholds(Travelling message) => message.Round >= 2 && (silentToAll || message.To == EvidenceScene.Victim);
        for (var arrival = 0; arrival < Arrivals; arrival++)
        {
            using var scene = protocol == ProtocolKind.Dkg
                ? EvidenceScene.KeyGeneration(DkgCheat.Round1OtherCommitmentForVictim, withholds: Withholds, arrival: arrival)
                : EvidenceScene.Maintenance(protocol, MaintenanceCheat.Round1OtherCommitmentForVictim, withholds: Withholds, arrival: arrival);
            CheckConvicted(scene, FaultKind.CommitmentEchoMismatch);
        }
    }

    /// <summary>The victim is dealt by nobody but the cheater, and no newcomer owes it an echo: the others' views are all alike, and convict nobody without its own.</summary>
    [Fact]
    public void In_a_reshare_a_victim_with_no_honest_dealer_beside_it_keeps_no_view()
    {
        using var scene = EvidenceScene.Maintenance(ProtocolKind.Reshare, MaintenanceCheat.Round1OtherCommitmentForVictim, withholds: message => message.Round >= 2);
        PartyId[] newcomers = [.. scene.Subject.Parties.Select(party => party.Pid).Where(pid => pid != EvidenceScene.Cheater && pid != EvidenceScene.Victim)];
        Assert.Equal(newcomers, scene.Faults.Keys.Where(pid => pid != EvidenceScene.Cheater).Order());
        Assert.All(newcomers, pid => Assert.Equal((FaultKind.CommitmentEchoMismatch, 0), (scene.Faults[pid].Kind, scene.Faults[pid].Accusations.Count)));
        foreach (var one in newcomers)
            Assert.All(newcomers, other => Assert.Equal(EvidenceFinding.NoContradiction, Assert.Single(scene.Court.Compare(scene.ViewOf(one), scene.ViewOf(other))).Finding));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_dealer_of_two_openings_that_confirms_neither_is_convicted(bool silentToAll)
    {
        for (var arrival = 0; arrival < Arrivals; arrival++)
        {
            using var scene = EvidenceScene.KeyGeneration(
                DkgCheat.Round2OtherValidProofForVictim, withholds: message => message.Round == 3 && (silentToAll || message.To == EvidenceScene.Victim), arrival: arrival);
            CheckConvicted(scene, FaultKind.TranscriptEchoMismatch);
        }
    }

    /// <summary>Every honest party's view, held against the victim's, convicts the cheater alone.</summary>
    private static void CheckConvicted(EvidenceScene scene, FaultKind kind)
    {
        PartyId[] honest = [.. scene.Subject.Parties.Select(party => party.Pid).Where(pid => pid != EvidenceScene.Cheater)];
        Assert.Equal(honest, scene.Faults.Keys.Where(pid => pid != EvidenceScene.Cheater).Order());
        foreach (var pid in honest)
        {
            var fault = scene.Faults[pid];
            Assert.Equal((kind, 0), (fault.Kind, fault.Accusations.Count));
            Assert.NotEmpty(fault.Differing);
            Assert.Equal(EvidenceFinding.NamesNobody, scene.Court.Judge(scene.ViewOf(pid)).Finding);
            if (pid == EvidenceScene.Victim)
                continue;
            var verdict = Assert.Single(scene.Court.Compare(scene.ViewOf(pid), scene.ViewOf(EvidenceScene.Victim)));
            Assert.Equal((true, EvidenceScene.Cheater, scene.Committee.Nid(EvidenceScene.Cheater)), (verdict.Convicts, verdict.Culprit, verdict.Node));
        }
    }

    /// <summary>The statements are those that the complete round would have kept: the commitments of all, with the own.</summary>
    [Fact]
    public void What_is_kept_of_a_round_that_ends_early_is_the_whole_round_before()
    {
        using var scene = EvidenceScene.KeyGeneration(DkgCheat.Round1OtherCommitmentForVictim, withholds: message => message.Round >= 2);
        foreach (var (_, fault) in scene.Faults.Where(pair => pair.Key != EvidenceScene.Cheater))
        {
            Assert.Equal(scene.Subject.Parties.Select(party => party.Pid), fault.Statements.Select(statement => statement.From));
            Assert.All(fault.Statements, statement => Assert.Equal(((byte)1, (Digest32?)null), (statement.Round, statement.T1)));
        }
    }

    /// <summary>A false echo blames nobody, early or late.</summary>
    [Theory]
    [InlineData(nameof(DkgCheat.Round2OtherT1), FaultKind.CommitmentEchoMismatch)]
    [InlineData(nameof(DkgCheat.Round3OtherT2), FaultKind.TranscriptEchoMismatch)]
    [InlineData(nameof(DkgCheat.Round3OtherRoot), FaultKind.TranscriptEchoMismatch)]
    public void A_liar_about_an_echo_convicts_nobody(string cheat, FaultKind kind)
    {
        for (var arrival = 0; arrival < Arrivals; arrival++)
        {
            using var scene = EvidenceScene.KeyGeneration(Enum.Parse<DkgCheat>(cheat), arrival: arrival);
            PartyId[] honest = [.. scene.Subject.Parties.Select(party => party.Pid).Where(pid => pid != EvidenceScene.Cheater)];
            foreach (var pid in honest)
            {
                Assert.Equal((kind, 0), (scene.Faults[pid].Kind, scene.Faults[pid].Accusations.Count));
                Assert.Equal([EvidenceScene.Cheater], scene.Faults[pid].Differing);
                foreach (var other in honest)
                    Assert.Equal(EvidenceFinding.NoContradiction, Assert.Single(scene.Court.Compare(scene.ViewOf(pid), scene.ViewOf(other))).Finding);
            }
        }
    }

    /// <summary>Whoever helps another cheat by a false echo hides only what has not come yet; it could as well have said nothing.</summary>
    [Theory]
    [InlineData(nameof(DkgCheat.Round2OtherT1), nameof(DkgCheat.Round2TooLong), FaultKind.MalformedMessage, false)]
    [InlineData(nameof(DkgCheat.Round3OtherT2), nameof(DkgCheat.Round3TooLong), FaultKind.MalformedMessage, false)]
    [InlineData(nameof(DkgCheat.Round3OtherT2), nameof(DkgCheat.Round3BadSignature), FaultKind.BadIdentitySignature, false)]
    [InlineData(nameof(DkgCheat.Round3OtherT2), nameof(DkgCheat.Round3BadProof), FaultKind.BadShareProof, true)]
    public void What_has_come_before_a_false_echo_is_judged_with_it(string lie, string cheat, FaultKind kind, bool provable)
    {
        using var committee = Committee.OfSize(4);
        var input = committee.Input(threshold: 3, count: 2);
        var (liar, second, last) = (committee.Pids[1], committee.Pids[2], committee.Pids[3]);
        int judged = 0, hidden = 0;
        for (var arrival = 0; arrival < Arrivals; arrival++)
        {
            var lying = new CheatingDkgPeer(committee, input, liar, last, Enum.Parse<DkgCheat>(lie));
            var cheating = new CheatingDkgPeer(committee, input, second, last, Enum.Parse<DkgCheat>(cheat));
            using var run = new DkgRun(committee, input, order: $"{arrival}", network: message => message.From == liar ? lying.Network(message) : cheating.Network(message));
            foreach (var pid in committee.Pids.Except([liar, second]))
            {
                var fault = run.Faults[pid];
                Assert.Equal([liar], fault.Differing);
                Assert.All(fault.Accusations, accusation => Assert.Equal((second, kind), (accusation.Culprit, accusation.Kind)));
                if (provable)
                    Assert.All(fault.Accusations, accusation => Assert.True(new DkgEvidence(input, committee.Identities).Convicts(accusation)));
                _ = fault.Accusations.Count > 0 ? judged++ : hidden++;
            }
        }
        Assert.True(judged > 0 && hidden > 0, $"{judged} and {hidden}: the order of arrival makes no difference");
    }

    /// <summary>An echo that differs and is not signed blames its sender as soon as it comes.</summary>
    [Fact]
    public void A_false_echo_that_is_not_signed_blames_its_sender()
    {
        using var committee = Committee.OfSize(4);
        var input = committee.Input(threshold: 3, count: 2);
        var (liar, silent) = (committee.Pids[1], committee.Pids[2]);
        using var run = new DkgRun(committee, input, network: message => message switch
        {
            { Round: 3 } when message.From == silent => [],
            { Round: 3 } when message.From == liar => [message with { Payload = [(byte)(message.Payload[0] ^ 1), .. message.Payload[1..]] }],
            _ => [message],
        });
        foreach (var pid in committee.Pids.Except([liar]))
        {
            var accusation = Assert.Single(run.Faults[pid].Accusations);
            Assert.Equal((liar, FaultKind.BadIdentitySignature), (accusation.Culprit, accusation.Kind));
            Assert.Empty(run.Faults[pid].Differing);
        }
    }
}
