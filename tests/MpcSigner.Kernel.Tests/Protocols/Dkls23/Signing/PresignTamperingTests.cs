using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>Rows of spec §18.3 on presigning: outcome, blame, state of the setups, and that nothing is made afterwards.</summary>
public sealed class PresignTamperingTests : PresignTampering
{
    [Theory]
    [InlineData(96)] // ν
    [InlineData(128)] // U_0
    [InlineData(128 + 2175)] // the last byte of U_31
    [InlineData(128 + 2176)] // x̂
    [InlineData(128 + 2192)] // t̂_0
    [InlineData(4367)] // t̂_127
    [Trait("row", "T06a"), Trait("row", "T06b"), Trait("row", "T06c"), Trait("row", "T06d"), Trait("row", "F-BadOtExtension")]
    public void Rejects_a_changed_COT1_and_the_setup_is_dead(int at)
    {
        using var run = Run(1, at);
        AssertCondemned(run, FaultKind.BadOtExtension);
        Assert.DoesNotContain(run.Sent, message => message.From == Victim && message.Round == 2);
    }

    [Theory]
    [InlineData(228 + 31)] // ã_0[0]
    [InlineData(228 + 39_935)] // ã_415[2]
    [InlineData(228 + 39_967)] // η
    [InlineData(228 + 39_968)] // μ
    [Trait("row", "T12a"), Trait("row", "T12b"), Trait("row", "T12c"), Trait("row", "F-BadVectorOle"), Trait("row", "C10")]
    public void Rejects_a_changed_VOLE2_and_the_setup_is_dead(int at)
    {
        using var run = Run(2, at);
        AssertCondemned(run, FaultKind.BadVectorOle);
    }

    [Theory]
    [InlineData(97)] // pk
    [InlineData(130)] // Γ^u
    [InlineData(163)] // Γ^v
    [Trait("row", "T15b"), Trait("row", "T15c"), Trait("row", "F-BadOleInput"), Trait("row", "C10"), Trait("row", "M35")]
    public void Rejects_another_point_than_that_of_the_inputs_and_the_setup_is_dead(int at)
    {
        using var run = Run(2, message => _committee.Group.Generator.CopyTo(message.AsSpan(at)));
        AssertCondemned(run, FaultKind.BadOleInput);
    }

    [Theory]
    [InlineData(1, 0)] // a_0 ≠ r
    [InlineData(0, 1)] // a_1 ≠ sk
    [InlineData(3, 5)]
    [Trait("row", "T14"), Trait("row", "T15a"), Trait("row", "M35")]
    public void Rejects_inputs_that_R_and_pk_do_not_stand_for(int nonceOffset, int keyOffset)
    {
        var fault = RunAgainst(nonceOffset, keyOffset, out var condemned);
        Assert.NotNull(fault);
        Assert.Equal([Cheat], fault.Culprits);
        Assert.Equal(FaultKind.BadOleInput, fault.Kind);
        Assert.Equal([_committee.Setup(Victim, Cheat)], condemned);
        Assert.Equal(PairSetupState.Dead, condemned[0].State);
        _committee.DealSetups("again");
        AssertHonestRun();
    }

    /// <summary>The means of the test above are honest: without an offset the victim finishes.</summary>
    [Fact]
    public void An_honest_run_by_the_same_means_finishes() => Assert.Null(RunAgainst(0, 0, out _));

    [Fact]
    [Trait("row", "T16"), Trait("row", "F-PublicKeySumMismatch"), Trait("row", "C10"), Trait("row", "M35")]
    public void A_consistent_wrong_share_is_nobodys_fault_and_keeps_the_setups()
    {
        using var other = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 3, seed: "another key");
        var input = _committee.Input(Quorum);
        var wrong = new PresignSession(
            input, _committee.Nid(Cheat), other.Share(Cheat), new Dictionary<NodeId, PairSetup> { [_committee.Nid(Victim)] = _committee.Setup(Cheat, Victim) },
            new DeterministicRandom("wrong", "share"));
        Assert.True(PresignParty.TryBegin(wrong, out var cheat, out var first));
        Assert.True(PresignParty.TryBegin(_committee.Session(input, Victim), out var victim, out var own));
        using (cheat)
        using (victim)
        {
            var answer = (PresignStep.Send)cheat.Receive(Victim, 1, new(own.Messages[0].Payload.Span));
            victim.Receive(Cheat, 1, new(first.Messages[0].Payload.Span));
            var abort = Assert.IsType<PresignStep.Abort>(victim.Receive(Cheat, 2, new(answer.Outbox.Messages[0].Payload.Span)));
            Assert.Equal(FaultKind.PublicKeySumMismatch, abort.Fault.Kind);
            Assert.Empty(abort.Fault.Culprits);
            Assert.Empty(abort.Condemned);
        }
        AssertHonestRun();
    }

    [Fact]
    [Trait("row", "T08"), Trait("row", "C01"), Trait("row", "F-SetupIdMismatch")]
    public void Another_setup_id_ends_without_a_verdict()
    {
        using var run = Run(1, 32);
        AssertUnblamed(run, FaultKind.SetupIdMismatch);
        AssertHonestRun();
    }

    /// <summary>A cheat in the last presignature of three: one verdict for all, and none of them comes out.</summary>
    [Theory]
    [InlineData(1, (2 * 4_368) + 128, FaultKind.BadOtExtension)]
    [InlineData(2, (2 * 40_228) + 228 + 31, FaultKind.BadVectorOle)]
    [InlineData(2, (2 * 40_228) + 66, FaultKind.BadOpening)]
    [InlineData(2, (2 * 40_228) + 5, FaultKind.CommitmentEchoMismatch)]
    public void A_cheat_in_one_presignature_of_a_session_spoils_all(byte round, int at, FaultKind kind)
    {
        using var run = new PresignRun(_committee, _committee.Input(Quorum, count: 3), network: message =>
            message.From == Cheat && message.Round == round ? [Changed(message, bytes => bytes[at] ^= 1)] : [message]);
        Assert.DoesNotContain(Victim, run.Results.Keys);
        Assert.Equal(kind, run.Faults[Victim].Kind);
        Assert.Equal(kind.Blames() ? [Cheat] : [], run.Faults[Victim].Culprits);
        Assert.Equal(kind.CondemnsSetup() ? PairSetupState.Dead : PairSetupState.Active, _committee.Setup(Victim, Cheat).State);
    }

    [Theory]
    [InlineData(1, 128, FaultKind.BadOtExtension)]
    [InlineData(2, 228 + 31, FaultKind.BadVectorOle)]
    [InlineData(2, 66, FaultKind.BadOpening)]
    public void Cheats_on_P256_are_told_alike_by_every_honest_party_that_meets_them(byte round, int at, FaultKind kind)
    {
        using var committee = new PresignCommittee(Suite.EcdsaP256, 3, 3);
        var (cheat, victim, bystander) = (committee.Pids[0], committee.Pids[1], committee.Pids[2]);
        using var run = new PresignRun(committee, committee.Input(committee.Pids), network: message =>
            message.From == cheat && message.To == victim && message.Round == round ? [Changed(message, bytes => bytes[at] ^= 1)] : [message]);
        Assert.Equal((kind, 1, cheat), (run.Faults[victim].Kind, run.Faults[victim].Culprits.Count, run.Faults[victim].Culprits[0]));
        Assert.Equal(kind.CondemnsSetup() ? [committee.Setup(victim, cheat)] : [], run.Condemned[victim]);
        Assert.Equal(PairSetupState.Active, committee.Setup(victim, bystander).State);
        Assert.Equal(PairSetupState.Active, committee.Setup(bystander, cheat).State);
        Assert.DoesNotContain(victim, run.Results.Keys);
    }

    [Fact]
    public void The_largest_session_fits_the_envelopes_of_a_channel()
    {
        Assert.True(PresignInput.MaxCount * PresignLayout.Round2 <= MpcSigner.Protocols.Sessions.SessionChannel.MaxPayload);
        Assert.True(OnlineRequest.MaxSize <= MpcSigner.Protocols.Sessions.SessionChannel.MaxPayload);
    }

    [Fact]
    [Trait("row", "T10"), Trait("row", "F-CommitmentEchoMismatch"), Trait("row", "C10")]
    public void A_changed_T1_is_equivocation_of_nobody_and_not_a_failed_check()
    {
        using var run = Run(2, 5);
        AssertUnblamed(run, FaultKind.CommitmentEchoMismatch);
        AssertHonestRun();
    }

    [Fact]
    [Trait("row", "T09@presign")]
    public void Different_commitments_to_different_peers_are_noticed_by_all_that_compare()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 3, 3);
        var (cheat, deceived) = (committee.Pids[0], committee.Pids[2]);
        using var run = new PresignRun(committee, committee.Input(committee.Pids), network: message =>
            message.From == cheat && message.To == deceived && message.Round == 1 ? [Changed(message, bytes => bytes[64] ^= 1)] : [message]);
        Assert.Empty(run.Results);
        Assert.Equal(3, run.Faults.Count);
        Assert.All(run.Faults.Values, fault => Assert.Equal((FaultKind.CommitmentEchoMismatch, 0), (fault.Kind, fault.Culprits.Count)));
        Assert.All(run.Condemned.Values, Assert.Empty);
        using var next = new PresignRun(committee, committee.Input(committee.Pids));
        Assert.Equal(3, next.Results.Count);
    }

    [Theory]
    [InlineData(65)] // salt
    [InlineData(-1)] // another R
    [Trait("row", "T11a"), Trait("row", "T11b"), Trait("row", "F-BadOpening")]
    public void Rejects_another_opening(int at)
    {
        using var run = Run(2, message =>
        {
            if (at < 0)
                _committee.Group.Generator.CopyTo(message.AsSpan(32));
            else
                message[at] ^= 1;
        });
        AssertBlamed(run, FaultKind.BadOpening);
        AssertHonestRun();
    }

    [Theory]
    [InlineData(32, "040000000000000000000000000000000000000000000000000000000000000000ff")] // R with a foreign prefix
    [InlineData(97, "02fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f")] // pk with x = p
    [InlineData(130, "020000000000000000000000000000000000000000000000000000000000000005")] // Γ^u off the curve
    [InlineData(163, "000000000000000000000000000000000000000000000000000000000000000000")] // Γ^v where O would stand
    [InlineData(196, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")] // ψ = q
    [InlineData(228 + 32 * 700, "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")] // ã_233[1] above q
    [InlineData(228 + 39_936, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")] // η = q
    [Trait("row", "C10"), Trait("row", "M42")]
    public void Rejects_what_does_not_decode_and_keeps_the_setup(int at, string hex)
    {
        using var run = Run(2, message => Convert.FromHexString(hex).CopyTo(message, at));
        AssertBlamed(run, FaultKind.MalformedMessage);
        AssertHonestRun();
    }

    [Theory]
    [InlineData(1, -1)]
    [InlineData(1, 1)]
    [InlineData(2, -1)]
    [InlineData(2, 1)]
    [Trait("row", "E27@presign"), Trait("row", "E28@presign")]
    public void Rejects_another_length_before_parsing(byte round, int by)
    {
        using var run = new PresignRun(_committee, _committee.Input(Quorum), network: message =>
            message.From == Cheat && message.Round == round
                ? [message with { Payload = by < 0 ? message.Payload[..^1] : [.. message.Payload, 0] }]
                : [message]);
        AssertBlamed(run, FaultKind.MalformedMessage);
        AssertHonestRun();
    }

    [Fact]
    [Trait("row", "F-ConflictingMessages")]
    public void Rejects_a_second_different_message()
    {
        using var run = new PresignRun(_committee, _committee.Input(Quorum), network: message =>
            message.From == Cheat && message.Round == 1 ? [message, Changed(message, bytes => bytes[70] ^= 1)] : [message]);
        Assert.Equal(FaultKind.ConflictingMessages, run.Faults[Victim].Kind);
        Assert.Equal([Cheat], run.Faults[Victim].Culprits);
        Assert.Empty(run.Condemned[Victim]);
        AssertHonestRun();
    }

    /// <summary>ψ has no check of its own: presigning ends well, and the signature shows it (OnlineTests).</summary>
    [Fact]
    public void A_changed_psi_passes_presigning()
    {
        using var run = Run(2, message => message[227] ^= 1);
        Assert.Empty(run.Faults);
        Assert.Equal(2, run.Results.Count);
    }

    private ProtocolFault? RunAgainst(int nonceOffset, int keyOffset, out IReadOnlyList<PairSetup> condemned)
    {
        condemned = [];
        var input = _committee.Input(Quorum);
        using var cheat = new CheatingPresigner(_committee.Session(input, Cheat));
        Assert.True(PresignParty.TryBegin(_committee.Session(input, Victim), out var victim, out var own));
        using (victim)
        {
            Assert.IsType<PresignStep.Send>(victim.Receive(Cheat, 1, new(cheat.Round1)));
            var round2 = cheat.Round2(own.Messages[0].Payload.Span, nonceOffset, keyOffset);
            var step = victim.Receive(Cheat, 2, new(round2));
            if (step is PresignStep.Complete complete)
            {
                Assert.Single(complete.Result.Presignatures).Dispose();
                return null;
            }
            var abort = Assert.IsType<PresignStep.Abort>(step);
            condemned = abort.Condemned;
            return abort.Fault;
        }
    }
}
