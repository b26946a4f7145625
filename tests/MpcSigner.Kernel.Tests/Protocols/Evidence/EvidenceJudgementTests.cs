using MpcSigner.Core.Identities;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Evidence;

/// <summary>In what order a court looks, and what it says of a file that is wrong in one place: one session of every kind.</summary>
[Trait("row", "X-evidence")]
public sealed class EvidenceJudgementTests
{
    private static EvidenceScene Scene(ProtocolKind protocol) => protocol switch
    {
        ProtocolKind.Dkg => EvidenceScene.KeyGeneration(DkgCheat.Round2WrongShareForVictim, parties: 3),
        ProtocolKind.Recovery => EvidenceScene.Maintenance(protocol, MaintenanceCheat.Round3WrongSum),
        _ => EvidenceScene.Maintenance(protocol, MaintenanceCheat.Round2WrongShareForVictim),
    };

    [Theory]
    [InlineData(ProtocolKind.Dkg)]
    [InlineData(ProtocolKind.Refresh)]
    [InlineData(ProtocolKind.Reshare)]
    [InlineData(ProtocolKind.Recovery)]
    public void A_file_convicts_its_culprit_and_wrong_in_one_place_nobody(ProtocolKind protocol)
    {
        using var scene = Scene(protocol);
        var file = scene.Files.First();
        var verdict = scene.Court.Judge(file);
        Assert.Equal((EvidenceFinding.Convicts, EvidenceScene.Cheater, scene.Committee.Nid(EvidenceScene.Cheater)), (verdict.Finding, verdict.Culprit!.Value, verdict.Node!.Value));
        Assert.Equal(scene.Committee.Identity(EvidenceScene.Cheater).PublicKey, verdict.Identity!.Key);
        void Fails(EvidenceFinding finding, EvidenceFile bent)
        {
            var judged = scene.Court.Judge(bent);
            Assert.Equal((finding, null, null, null), (judged.Finding, judged.Culprit, judged.Node, judged.Identity));
        }
        SignedStatement last = (SignedStatement)file.Statements[^1], stranger = last with { From = new(12_345) };
        Fails(EvidenceFinding.OtherCluster, file with { Cluster = new(default(Bytes32)) });
        Fails(EvidenceFinding.OtherOrder, file with { Subject = OtherOrder(file.Subject) });
        Fails(EvidenceFinding.NamesNobody, file with { Culprit = null });
        Fails(EvidenceFinding.UnknownParty, file with { Culprit = new(12_345) });
        Fails(EvidenceFinding.UnknownParty, file with { Statements = [.. file.Statements, stranger] });
        Fails(EvidenceFinding.OtherSession, file with { Statements = [.. file.Statements, last with { Context = default }] });
        Fails(EvidenceFinding.OtherSession, file with { Subject = OtherSession(file.Subject) });
        Fails(EvidenceFinding.BadSignature, file with { Statements = [.. file.Statements.SkipLast(1), last with { Signature = new byte[64] }] });
        Fails(EvidenceFinding.NotShown, file with { Kind = FaultKind.ConflictingMessages });
        Fails(EvidenceFinding.NotShown, file with { Kind = FaultKind.BadSignatureShare });
        Fails(EvidenceFinding.NotShown, file with { Key = 100 });
        Fails(EvidenceFinding.NotShown, file with { Key = null });
        Fails(EvidenceFinding.NotShown, file with { Statements = [] });
        foreach (var (pid, _) in file.Subject.Parties.Where(party => party.Pid != EvidenceScene.Cheater))
            Fails(EvidenceFinding.NotShown, file with { Culprit = pid });
    }

    [Fact]
    public void Two_files_of_one_session_convict_who_told_two_stories_and_other_files_nobody()
    {
        using var scene = EvidenceScene.KeyGeneration(DkgCheat.Round1OtherCommitmentForVictim, parties: 3);
        var (ours, theirs) = (scene.ViewOf(new(1)), scene.ViewOf(EvidenceScene.Victim));
        var verdict = Assert.Single(scene.Court.Compare(ours, theirs));
        Assert.Equal((true, EvidenceScene.Cheater, FaultKind.Equivocation), (verdict.Convicts, verdict.Culprit!.Value, verdict.Kind));
        Assert.Equal(scene.Committee.Identity(EvidenceScene.Cheater).PublicKey, verdict.Identity!.Key);
        Assert.Equal(EvidenceFinding.NoContradiction, Assert.Single(scene.Court.Compare(ours, ours)).Finding);
        foreach (var (one, other) in new[] { (ours, theirs with { Cluster = new(default(Bytes32)) }), (ours with { Cluster = new(default(Bytes32)) }, theirs) })
            Assert.Equal(EvidenceFinding.OtherCluster, Assert.Single(scene.Court.Compare(one, other)).Finding);
        Assert.Equal(EvidenceFinding.OtherSessionThanFirst, Assert.Single(scene.Court.Compare(ours, theirs with { Subject = OtherSession(theirs.Subject) })).Finding);
    }

    private static EvidenceSubject OtherOrder(EvidenceSubject subject) => subject switch
    {
        EvidenceSubject.KeyGeneration made => made with { Order = made.Order with { Body = "another"u8.ToArray() } },
        EvidenceSubject.Maintenance maintained => maintained with { Order = maintained.Order with { Body = "another"u8.ToArray() } },
        _ => throw new InvalidOperationException(),
    };

    /// <summary>The same order, run again.</summary>
    private static EvidenceSubject OtherSession(EvidenceSubject subject)
    {
        switch (subject)
        {
            case EvidenceSubject.KeyGeneration made:
                Assert.True(DkgInput.TryCreate(
                    made.Input.Suite, made.Input.Order, made.Input.Count, made.Input.Threshold, made.Input.Parties, made.Input.Initiator, new(default(Bytes32)), out var input, out _));
                return made with { Input = input };
            case EvidenceSubject.Maintenance maintained:
                return maintained with { Input = MaintenanceInput.Create(maintained.Input.Terms, maintained.Input.Initiator, new(default(Bytes32))) };
            default:
                throw new InvalidOperationException();
        }
    }
}
