using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Kernel.Tests.Protocols.Cheating;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Evidence;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Resharing;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Evidence;

/// <summary>Spec §15, "provable": from the file's bytes and the roster alone the cheater is convicted, and no file that anybody makes of it convicts anybody of anything else.</summary>
[Trait("row", "X-evidence")]
public sealed class EvidenceCourtTests
{
    public static TheoryData<string, FaultKind> KeyGenerations => new()
    {
        { nameof(DkgCheat.Round2OtherSalt), FaultKind.BadOpening },
        { nameof(DkgCheat.Round2OtherConstantPoint), FaultKind.BadOpening },
        { nameof(DkgCheat.Round2IdentityPoint), FaultKind.MalformedMessage },
        { nameof(DkgCheat.Round2ProofForOtherSession), FaultKind.BadProofOfKnowledge },
        { nameof(DkgCheat.Round2ProofsSwappedBetweenKeys), FaultKind.BadProofOfKnowledge },
        { nameof(DkgCheat.Round2CopyOfAnotherParty), FaultKind.BadOpening },
        { nameof(DkgCheat.Round2WrongShareForVictim), FaultKind.BadDealtShare },
        { nameof(DkgCheat.Round2ZeroShareForVictim), FaultKind.BadDealtShare },
        { nameof(DkgCheat.Round2ShareAboveOrderForVictim), FaultKind.MalformedMessage },
        { nameof(DkgCheat.Round3BadProof), FaultKind.BadShareProof },
        { nameof(DkgCheat.Round3ProofNotCanonical), FaultKind.MalformedMessage },
    };

    [Theory]
    [MemberData(nameof(KeyGenerations))]
    [Trait("row", "F-BadOpening")]
    [Trait("row", "F-BadProofOfKnowledge")]
    [Trait("row", "F-BadDealtShare")]
    [Trait("row", "F-BadShareProof")]
    [Trait("row", "F-MalformedMessage")]
    public void Convicts_a_cheater_of_a_key_generation_and_nobody_by_a_fabrication(string cheat, FaultKind kind)
    {
        using var scene = EvidenceScene.KeyGeneration(Enum.Parse<DkgCheat>(cheat));
        using var elsewhere = EvidenceScene.KeyGeneration(cheat: null, session: 2);
        CheckAll(scene, elsewhere, kind);
    }

    public static TheoryData<ProtocolKind, string, FaultKind> Maintenances
    {
        get
        {
            var rows = new TheoryData<ProtocolKind, string, FaultKind>();
            foreach (var protocol in (ProtocolKind[])[ProtocolKind.Refresh, ProtocolKind.Reshare, ProtocolKind.Recovery])
            {
                rows.Add(protocol, nameof(MaintenanceCheat.Round2OtherSalt), FaultKind.BadOpening);
                rows.Add(protocol, nameof(MaintenanceCheat.Round2OtherLastPoint), FaultKind.BadOpening);
                rows.Add(protocol, nameof(MaintenanceCheat.Round2IdentityPoint), FaultKind.MalformedMessage);
                rows.Add(protocol, nameof(MaintenanceCheat.Round2WrongShareForVictim), FaultKind.BadDealtShare);
                rows.Add(protocol, nameof(MaintenanceCheat.Round2AllOnesShareForVictim), FaultKind.MalformedMessage);
                if (protocol != ProtocolKind.Refresh)
                {
                    rows.Add(protocol, nameof(MaintenanceCheat.Round1OtherLastRecord), FaultKind.BadKeyRecord);
                    rows.Add(protocol, nameof(MaintenanceCheat.OtherSecret), FaultKind.ForeignShareDealt);
                }
                if (protocol == ProtocolKind.Recovery)
                {
                    rows.Add(protocol, nameof(MaintenanceCheat.Round3WrongSum), FaultKind.BadRecoverySum);
                    rows.Add(protocol, nameof(MaintenanceCheat.Round3SumNotCanonical), FaultKind.MalformedMessage);
                }
                else
                {
                    rows.Add(protocol, nameof(MaintenanceCheat.Round3BadProof), FaultKind.BadShareProof);
                    rows.Add(protocol, nameof(MaintenanceCheat.Round3ProofNotCanonical), FaultKind.MalformedMessage);
                }
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Maintenances))]
    [Trait("row", "F-BadKeyRecord")]
    [Trait("row", "F-ForeignShareDealt")]
    [Trait("row", "F-BadRecoverySum")]
    public void Convicts_a_cheater_of_maintenance_and_nobody_by_a_fabrication(ProtocolKind protocol, string cheat, FaultKind kind)
    {
        using var scene = EvidenceScene.Maintenance(protocol, Enum.Parse<MaintenanceCheat>(cheat));
        using var elsewhere = EvidenceScene.Maintenance(protocol == ProtocolKind.Refresh ? ProtocolKind.Reshare : ProtocolKind.Refresh, cheat: null);
        CheckAll(scene, elsewhere, kind);
    }

    [Fact]
    public void Convicts_a_cheater_on_another_curve()
    {
        using var scene = EvidenceScene.Maintenance(ProtocolKind.Reshare, MaintenanceCheat.Round2WrongShareForVictim, Suite.EcdsaSecp256k1);
        using var elsewhere = EvidenceScene.Maintenance(ProtocolKind.Refresh, cheat: null, Suite.EcdsaSecp256k1);
        CheckAll(scene, elsewhere, FaultKind.BadDealtShare);
    }

    /// <summary>An order that rests on a schedule has no signer: its hash holds the roster of the schedule.</summary>
    [Fact]
    public void Convicts_a_cheater_of_a_scheduled_refresh_under_its_roster_only()
    {
        using var scene = EvidenceScene.Maintenance(ProtocolKind.Refresh, MaintenanceCheat.Round2WrongShareForVictim, scheduled: true);
        var file = Assert.Single(scene.Files.DistinctBy(one => one.Finder));
        Assert.True(scene.Court.Judge(file).Convicts);
        Assert.Equal(EvidenceFinding.OtherOrder, scene.Court.Judge(file with { Roster = default }).Finding);
    }

    /// <summary>Every file of the scene convicts the cheater after a journey through its bytes; every fabrication of it convicts nobody, with a reason.</summary>
    private static void CheckAll(EvidenceScene scene, EvidenceScene elsewhere, FaultKind kind)
    {
        var checkedFiles = 0;
        foreach (var written in scene.Files)
        {
            var bytes = EvidenceFileEncoding.Encode(written);
            Assert.True(EvidenceFileEncoding.TryDecode(bytes, out var file, out var fault), fault);
            Assert.Equal(bytes, EvidenceFileEncoding.Encode(file));
            var verdict = scene.Court.Judge(file);
            Assert.True(verdict.Convicts, $"{verdict}");
            Assert.Equal((EvidenceScene.Cheater, scene.Committee.Nid(EvidenceScene.Cheater), file.Kind), (verdict.Culprit, verdict.Node, verdict.Kind));
            Assert.Equal(scene.Committee.Identity(EvidenceScene.Cheater).PublicKey, verdict.Identity!.Key);
            Assert.True(verdict.Identity.IsPresent);
            CheckFabrications(scene, elsewhere, file);
            checkedFiles++;
        }
        Assert.True(checkedFiles > 0, "the cheat was not found: nothing was judged");
        Assert.Contains(scene.Files, file => file.Kind == kind);
    }

    private static void CheckFabrications(EvidenceScene scene, EvidenceScene elsewhere, EvidenceFile file)
    {
        void Fails(EvidenceFile fabricated, EvidenceFinding? finding = null)
        {
            var verdict = scene.Court.Judge(fabricated);
            Assert.False(verdict.Convicts, $"{verdict}");
            Assert.Null(verdict.Culprit);
            Assert.NotEmpty(verdict.Detail);
            if (finding is { } expected)
                Assert.Equal(expected, verdict.Finding);
        }
        // Another culprit, nobody, a stranger.
        foreach (var (pid, _) in scene.Subject.Parties.Where(party => party.Pid != EvidenceScene.Cheater))
            Fails(file with { Culprit = pid }, EvidenceFinding.NotShown);
        Fails(file with { Culprit = null }, EvidenceFinding.NamesNobody);
        Fails(file with { Culprit = new(12_345) }, EvidenceFinding.UnknownParty);
        // Another kind of fault.
        foreach (var other in Enum.GetValues<FaultKind>().Where(other => other != file.Kind))
            Fails(file with { Kind = other }, EvidenceFinding.NotShown);
        // Another key than those of which the cheater is accused.
        var accused = scene.Files.Where(one => one.Kind == file.Kind).Select(one => one.Key).ToHashSet();
        foreach (var key in (int?[])[null, 0, 1, 2, 65_535])
        {
            if (!accused.Contains(key) && file.Key is not null)
                Fails(file with { Key = key }, EvidenceFinding.NotShown);
        }
        // Another session, another cluster.
        Fails(file with { Subject = InOtherSession(file.Subject) }, EvidenceFinding.OtherSession);
        Fails(file with { Subject = elsewhere.Subject });
        Fails(file with { Cluster = new(new Bytes32(new byte[32])) }, EvidenceFinding.OtherCluster);
        Fails(file with { Subject = WithOtherOrder(file.Subject) }, EvidenceFinding.OtherOrder);
        // Statements missing, unsigned, signed by another, changed.
        Fails(file with { Statements = [] }, EvidenceFinding.NotShown);
        Fails(file with { Statements = [.. file.Statements.Skip(1)] }, EvidenceFinding.NotShown);
        for (var i = 0; i < file.Statements.Count; i++)
        {
            var statement = (SignedStatement)file.Statements[i];
            Fails(Replaced(file, i, statement with { Signature = new byte[64] }), EvidenceFinding.BadSignature);
            byte[] payload = [.. statement.Payload.Span];
            payload[^1] ^= 1;
            Fails(Replaced(file, i, statement with { Payload = payload }), EvidenceFinding.BadSignature);
            Fails(Replaced(file, i, Signed(scene, statement with { Payload = payload }, by: EvidenceScene.Victim)), EvidenceFinding.BadSignature);
            if (statement.From != EvidenceScene.Victim)
                Fails(Replaced(file, i, statement with { From = EvidenceScene.Victim }));
        }
    }

    private static EvidenceFile Replaced(EvidenceFile file, int at, SignedStatement statement) =>
        file with { Statements = [.. file.Statements.Take(at), statement, .. file.Statements.Skip(at + 1)] };

    private static SignedStatement Signed(EvidenceScene scene, SignedStatement statement, PartyId by) =>
        statement with { Signature = scene.Committee.Identity(statement.From == by ? EvidenceScene.Cheater : by).Sign(statement.Digest()) };

    private static EvidenceSubject WithOtherOrder(EvidenceSubject subject) => subject switch
    {
        EvidenceSubject.KeyGeneration made => made with { Order = made.Order with { Body = "another order"u8.ToArray() } },
        EvidenceSubject.Maintenance maintained => maintained with { Order = maintained.Order with { Body = "another order"u8.ToArray() } },
        _ => throw new InvalidOperationException(),
    };

    [Theory]
    [InlineData(nameof(DkgCheat.Round1OtherCommitmentForVictim))]
    [InlineData(nameof(DkgCheat.Round2OtherValidProofForVictim))]
    [Trait("row", "F-Equivocation")]
    public void Two_nodes_files_together_convict_who_told_two_stories(string cheat)
    {
        using var scene = EvidenceScene.KeyGeneration(Enum.Parse<DkgCheat>(cheat));
        CheckTwoStories(scene);
    }

    [Theory]
    [InlineData(ProtocolKind.Refresh)]
    [InlineData(ProtocolKind.Reshare)]
    [InlineData(ProtocolKind.Recovery)]
    public void Two_nodes_files_together_convict_who_told_two_stories_in_maintenance(ProtocolKind protocol)
    {
        using var scene = EvidenceScene.Maintenance(protocol, MaintenanceCheat.Round1OtherCommitmentForVictim);
        CheckTwoStories(scene);
    }

    private static void CheckTwoStories(EvidenceScene scene)
    {
        var other = scene.Faults.Keys.First(pid => pid != EvidenceScene.Victim && pid != EvidenceScene.Cheater);
        var (ours, theirs) = (scene.ViewOf(other), scene.ViewOf(EvidenceScene.Victim));
        Assert.True(EvidenceFileEncoding.TryDecode(EvidenceFileEncoding.Encode(ours), out var read, out var fault), fault);
        Assert.Equal(EvidenceFinding.NamesNobody, scene.Court.Judge(read).Finding);
        foreach (var found in (IReadOnlyList<EvidenceVerdict>[])[scene.Court.Compare(read, theirs), scene.Court.Compare(theirs, read)])
        {
            var verdict = Assert.Single(found);
            Assert.Equal((true, EvidenceScene.Cheater, FaultKind.Equivocation), (verdict.Convicts, verdict.Culprit, verdict.Kind));
        }
        // One view twice, two honest views, a view that somebody has changed, a view of another session: nobody.
        Assert.Equal(EvidenceFinding.NoContradiction, Assert.Single(scene.Court.Compare(ours, ours)).Finding);
        // The cheater's own machine was honest but for its mouth: it has the view that the others have.
        var honest = scene.Faults.Keys.First(pid => pid != EvidenceScene.Victim && pid != other);
        Assert.Equal(EvidenceFinding.NoContradiction, Assert.Single(scene.Court.Compare(ours, scene.ViewOf(honest))).Finding);
        var forged = ours with { Statements = [.. ours.Statements.Cast<SignedStatement>().Select(statement => Changed(statement))] };
        Assert.Equal(EvidenceFinding.NoContradiction, Assert.Single(scene.Court.Compare(ours, forged)).Finding);
        Assert.Equal(EvidenceFinding.OtherSessionThanFirst, Assert.Single(scene.Court.Compare(ours, theirs with { Subject = InOtherSession(scene.Subject) })).Finding);
    }

    /// <summary>Two files of a session in which nobody told two stories, with statements of another in which somebody did: what is compared is one session.</summary>
    [Fact]
    public void A_statement_of_another_session_is_compared_with_nothing()
    {
        using var scene = EvidenceScene.KeyGeneration(DkgCheat.Round2OtherT1);
        using var elsewhere = EvidenceScene.KeyGeneration(DkgCheat.Round1OtherCommitmentForVictim, session: 2);
        var other = scene.Subject.Parties.Select(party => party.Pid).First(pid => pid != EvidenceScene.Victim && pid != EvidenceScene.Cheater);
        var (ours, theirs) = (scene.ViewOf(other), scene.ViewOf(EvidenceScene.Victim));
        Assert.Equal(EvidenceFinding.NoContradiction, Assert.Single(scene.Court.Compare(ours, theirs)).Finding);
        Assert.True(Assert.Single(scene.Court.Compare(elsewhere.ViewOf(other), elsewhere.ViewOf(EvidenceScene.Victim))).Convicts);
        var mixed = ours with { Statements = [.. ours.Statements, .. elsewhere.ViewOf(other).Statements] };
        var alsoMixed = theirs with { Statements = [.. theirs.Statements, .. elsewhere.ViewOf(EvidenceScene.Victim).Statements] };
        foreach (var (one, two) in ((EvidenceFile, EvidenceFile)[])[(mixed, alsoMixed), (alsoMixed, mixed), (ours, alsoMixed), (mixed, theirs)])
        {
            var verdict = Assert.Single(scene.Court.Compare(one, two));
            Assert.Equal((EvidenceFinding.OtherSession, false), (verdict.Finding, verdict.Convicts));
            Assert.Null(verdict.Culprit);
        }
        // Nor one of nobody who took part.
        var stranger = ours with { Statements = [.. ours.Statements, ((SignedStatement)ours.Statements[0]) with { From = new(12_345) }] };
        Assert.Equal(EvidenceFinding.UnknownParty, Assert.Single(scene.Court.Compare(stranger, theirs)).Finding);
    }

    /// <summary>The same order, run again.</summary>
    private static EvidenceSubject InOtherSession(EvidenceSubject subject)
    {
        var sid = new SessionId(new Bytes32([.. Enumerable.Repeat((byte)0x77, 32)]));
        switch (subject)
        {
            case EvidenceSubject.KeyGeneration made:
                Assert.True(DkgInput.TryCreate(made.Input.Suite, made.Input.Order, made.Input.Count, made.Input.Threshold, made.Input.Parties, made.Input.Initiator, sid, out var input, out _));
                return made with { Input = input };
            case EvidenceSubject.Maintenance maintained:
                return maintained with { Input = MaintenanceInput.Create(maintained.Input.Terms, maintained.Input.Initiator, sid) };
            default:
                throw new InvalidOperationException();
        }
    }

    private static SignedStatement Changed(SignedStatement statement)
    {
        byte[] payload = [.. statement.Payload.Span];
        payload[^1] ^= 1;
        return statement with { Payload = payload };
    }
}
