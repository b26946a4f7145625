using MpcSigner.Core.Identities;
using MpcSigner.Cryptography.Secrets.Memory;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Coordination;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>Locked memory of a presign session is counted for the whole process: however a session ends, nothing stays but presignatures, and setups are let go.</summary>
[Collection(nameof(SecretsTests))]
public sealed class PresignMemoryTests : PresignTampering
{
    private readonly SecretScalar _ours, _theirs;

    public PresignMemoryTests()
    {
        (_ours, _theirs) = (_committee.Share(Victim), _committee.Share(Cheat));
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    private static long InUse => SecureSlabs.Shared.BytesInUse;

    /// <summary>Bytes of φ, u, v.</summary>
    private long OfPresignature()
    {
        var before = InUse;
        using var secrets = SecretScalars.Zero(_committee.Group, 3);
        return InUse - before;
    }

    private static PresignSession Session(PresignCommittee committee, PresignInput input, PartyId self, SecretScalar share) => new(
        input, committee.Nid(self), share, input.Signers.Where(signer => signer.Pid != self).ToDictionary(signer => signer.Nid, signer => committee.Setup(self, signer.Pid)),
        committee.RandomOf(input, self));

    /// <summary>The victim alone, with the cheat's honest messages; the cheat's own session is gone before anything is counted.</summary>
    private (PresignParty Victim, byte[] Round1, byte[] Round2, long Before) Begin(int count = 1, PresignInput? with = null)
    {
        var input = with ?? _committee.Input(Quorum, count);
        Assert.True(PresignParty.TryBegin(Session(_committee, input, Cheat, _theirs), out var cheat, out var theirs));
        var before = InUse;
        Assert.True(PresignParty.TryBegin(Session(_committee, input, Victim, _ours), out var victim, out var ours));
        var held = InUse;
        var round2 = Assert.IsType<PresignStep.Send>(cheat.Receive(Victim, 1, new(ours.Messages[0].Payload.Span))).Outbox.Messages[0].Payload.Span.ToArray();
        cheat.Dispose();
        return (victim, theirs.Messages[0].Payload.Span.ToArray(), round2, InUse - (held - before));
    }

    /// <summary>No session holds the setups any more: once they are let go their memory is given back.</summary>
    private void AssertSetupsAreFree()
    {
        var before = InUse;
        _committee.DealSetups("once");
        Assert.Equal(before, InUse);
    }

    [Fact]
    public void A_finished_session_leaves_its_presignatures_and_nothing_else()
    {
        var (victim, round1, round2, before) = Begin(count: 2);
        Assert.IsType<PresignStep.Send>(victim.Receive(Cheat, 1, new(round1)));
        var complete = Assert.IsType<PresignStep.Complete>(victim.Receive(Cheat, 2, new(round2)));
        Assert.Equal(before + 2 * OfPresignature(), InUse);
        foreach (var presignature in complete.Result.Presignatures)
            presignature.Dispose();
        Assert.Equal(before, InUse);
        AssertSetupsAreFree();
    }

    public static TheoryData<byte, string, FaultKind> Faults => new()
    {
        { 1, "length", FaultKind.MalformedMessage },
        { 1, "context", FaultKind.ContextMismatch },
        { 1, "setup", FaultKind.SetupIdMismatch },
        { 1, "extension", FaultKind.BadOtExtension },
        { 2, "length", FaultKind.MalformedMessage },
        { 2, "T1", FaultKind.CommitmentEchoMismatch },
        { 2, "salt", FaultKind.BadOpening },
        { 2, "psi", FaultKind.MalformedMessage },
        { 2, "second salt", FaultKind.BadOpening },
        { 2, "key", FaultKind.BadOleInput },
        { 2, "gamma", FaultKind.BadOleInput },
        { 2, "check", FaultKind.BadVectorOle },
        { 2, "second check", FaultKind.BadVectorOle },
    };

    /// <summary>The victim aborts with two presignatures half made: at that moment, not when it is disposed, all is given back.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public void An_aborted_session_leaves_nothing(byte round, string what, FaultKind kind)
    {
        var (victim, round1, round2, before) = Begin(count: 2);
        if (round == 2)
            Assert.IsType<PresignStep.Send>(victim.Receive(Cheat, 1, new(round1)));
        byte[] bent = [.. round == 1 ? round1 : round2];
        var generator = _committee.Group.Generator.Encode();
        switch (what)
        {
            case "length": bent = bent[..^1]; break;
            case "context": bent[PresignLayout.Context.Start.Value] ^= 1; break;
            case "setup": bent[PresignLayout.SetupId.Start.Value] ^= 1; break;
            case "extension": bent[128] ^= 1; break;
            case "T1": bent[PresignLayout.T1.Start.Value] ^= 1; break;
            case "salt": bent[PresignLayout.Salt.Start.Value] ^= 1; break;
            case "second salt": bent[PresignLayout.Round2 + PresignLayout.Salt.Start.Value] ^= 1; break;
            case "psi": bent.AsSpan(PresignLayout.Psi).Fill(0xff); break;
            case "key": generator.CopyTo(bent, PresignLayout.KeyPoint.Start.Value); break;
            case "gamma": generator.CopyTo(bent, PresignLayout.GammaU.Start.Value); break;
            case "check": bent[PresignLayout.Round2 - 1] ^= 1; break;
            case "second check": bent[^1] ^= 1; break;
        }
        var abort = Assert.IsType<PresignStep.Abort>(victim.Receive(Cheat, round, new(bent)));
        Assert.Equal((kind, before), (abort.Fault.Kind, InUse));
        AssertSetupsAreFree();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_session_that_is_given_up_leaves_nothing(byte round)
    {
        var (victim, round1, _, before) = Begin(count: 2);
        if (round == 2)
            Assert.IsType<PresignStep.Send>(victim.Receive(Cheat, 1, new(round1)));
        Assert.True(InUse > before);
        victim.Dispose();
        Assert.Equal(before, InUse);
        victim.Dispose();
        Assert.Equal(before, InUse);
        AssertSetupsAreFree();
    }

    /// <summary>What was begun over the first setup ends where the second cannot serve.</summary>
    [Fact]
    public void A_session_that_cannot_begin_lets_its_setups_go()
    {
        using var committee = new PresignCommittee(Core.Keys.Suite.EcdsaSecp256k1, 3, 3, "cannot begin");
        var input = committee.Input(committee.Pids);
        committee.Setup(committee.Pids[0], committee.Pids[2]).Retire();
        using var share = committee.Share(committee.Pids[0]);
        var before = InUse;
        Assert.False(PresignParty.TryBegin(Session(committee, input, committee.Pids[0], share), out var party, out var outbox));
        Assert.Equal((null, null), (party, outbox));
        committee.DealSetups("anew");
        Assert.True(PresignParty.TryBegin(Session(committee, input, committee.Pids[0], share), out party, out _));
        party.Dispose();
        committee.DealSetups("once more");
        Assert.Equal(before, InUse);
    }

    [Fact]
    public void A_defect_of_our_own_leaves_nothing()
    {
        var honest = _committee.Input(Quorum);
        Assert.True(PresignInput.TryCreate(
            honest.Record with { PublicKey = new byte[33] }, honest.Signers, honest.Initiator, honest.InitiatorInstance, honest.Session, 2, out var input, out _));
        var (victim, round1, round2, before) = Begin(with: input);
        Assert.IsType<PresignStep.Send>(victim.Receive(Cheat, 1, new(round1)));
        Assert.Throws<InvalidOperationException>(() => victim.Receive(Cheat, 2, new(round2)));
        Assert.Equal(before, InUse);
        AssertSetupsAreFree();
    }

    [Fact]
    public void A_presignature_that_nobody_took_is_given_back()
    {
        var before = InUse;
        var presignature = new Presignature(_committee.Input(Quorum), default, _committee.Group.Generator, SecretScalars.Zero(_committee.Group, 3));
        presignature.Dispose();
        Assert.Equal(before, InUse);
    }
}
