using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>Presigning by three of four: a START that names other signers to one of them, what is for one pair alone, and edge values.</summary>
public sealed class PresignEdgeTests : IDisposable
{
    private readonly PresignCommittee _committee = new(Suite.EcdsaSecp256k1, 3, 4);

    public void Dispose() => _committee.Dispose();

    private PartyId[] Signers(params int[] indices) => [.. indices.Select(i => _committee.Pids[i])];

    [Fact]
    [Trait("row", "T20a@presign"), Trait("row", "C01"), Trait("row", "F-ContextMismatch")]
    public void Other_signers_in_one_partys_START_end_without_a_verdict()
    {
        var input = _committee.Input(Signers(0, 1, 2));
        var victim = _committee.Pids[1];
        Assert.True(PresignInput.TryCreate(
            input.Record, [.. Signers(0, 1, 3).Select(pid => new PresignSigner(pid, _committee.Nid(pid), PresignCommittee.Instance(pid)))],
            input.Initiator, input.InitiatorInstance, input.Session, 1, out var other, out _));
        using var run = new PresignRun(_committee, input, inputOf: pid => pid == victim ? other : input);
        // The victim waits for a signer that was never asked, and the third for the victim; the first sees the ctx of a message that it was sent.
        Assert.Empty(run.Results);
        Assert.Equal(Signers(0), run.Faults.Keys);
        Assert.All(run.Faults.Values, fault => Assert.Equal((FaultKind.ContextMismatch, 0), (fault.Kind, fault.Culprits.Count)));
        Assert.All(run.Condemned.Values, Assert.Empty);
        Assert.DoesNotContain(run.Sent, message => message.Round == 2);
        foreach (var one in _committee.Pids)
            Assert.All(_committee.Pids.Where(pid => pid != one), pid => Assert.Equal(PairSetupState.Active, _committee.Setup(one, pid).State));
        AssertHonestRun();
    }

    /// <summary>Whoever is one of three corrupt peers gets no other pair's Γ, ψ or VOLE2: together they are relations on χ and φ (spec §12).</summary>
    [Fact]
    [Trait("row", "M34")]
    public void What_belongs_to_one_pair_goes_to_no_other()
    {
        using var run = new PresignRun(_committee, _committee.Input(Signers(0, 1, 2)));
        Assert.Empty(run.Faults);
        foreach (var from in Signers(0, 1, 2))
        {
            var (one, other) = run.Sent.Where(message => message.From == from && message.Round == 2).Select(message => message.Payload).ToArray() is [var a, var b] ? (a, b) : default;
            Range[] broadcast = [PresignLayout.T1, PresignLayout.NoncePoint, PresignLayout.Salt, PresignLayout.KeyPoint];
            Range[] pairwise = [PresignLayout.GammaU, PresignLayout.GammaV, PresignLayout.Psi];
            Assert.All(broadcast, part => Assert.Equal(one[part], other[part]));
            Assert.All(pairwise, part => Assert.NotEqual(one[part], other[part]));
            var vole = PresignLayout.Vole.GetOffsetAndLength(one.Length).Offset;
            var equal = Enumerable.Range(0, 1_250).Count(i => one.AsSpan(vole + 32 * i, 32).SequenceEqual(other.AsSpan(vole + 32 * i, 32)));
            Assert.Equal(0, equal);
        }
    }

    /// <summary>COT1 to two peers: fresh ν, fresh β, fresh masks; com alone is the same.</summary>
    [Fact]
    [Trait("row", "M09"), Trait("row", "M11")]
    public void Extensions_to_two_peers_and_in_two_sessions_share_nothing()
    {
        using PresignRun run = new(_committee, _committee.Input(Signers(0, 1, 2))), again = new(_committee, _committee.Input(Signers(0, 1, 2)), order: "again");
        var messages = run.Sent.Concat(again.Sent).Where(message => message.Round == 1).ToArray();
        Assert.Equal(12, messages.Length);
        Assert.Equal(12, messages.Select(message => Convert.ToHexString(message.Payload[PresignLayout.Cot][..32])).Distinct().Count()); // ν
        Assert.Equal(12, messages.Select(message => Convert.ToHexString(message.Payload[PresignLayout.Cot][32..100])).Distinct().Count()); // U_0
        Assert.Equal(6, messages.Select(message => Convert.ToHexString(message.Payload[PresignLayout.Commitment])).Distinct().Count());
    }

    [Fact]
    [Trait("row", "E15@presign"), Trait("row", "M19")]
    public void Rejects_pid_0_and_pids_that_the_record_has_not()
    {
        var honest = _committee.Input(Signers(0, 1, 2));
        foreach (var pid in new PartyId[] { default, new(2), new(65534) })
        {
            var signers = honest.Signers.Select((signer, i) => i == (pid == default ? 0 : 1) ? signer with { Pid = pid } : signer).OrderBy(signer => signer.Pid).ToList();
            Assert.False(PresignInput.TryCreate(honest.Record, signers, honest.Initiator, honest.InitiatorInstance, honest.Session, 1, out _, out var fault));
            Assert.Equal(PresignInputFault.BadSigners, fault);
        }
    }

    /// <summary>Every length of the two rounds that a bound, a part or a neighbour suggests: blamed unparsed, the setup stays.</summary>
    [Theory]
    [InlineData(1, new[] { 0, 1, 31, 32, 33, 64, 96, 4_272, 4_367, 4_369, 2 * 4_368, 3 * 4_368 })]
    [InlineData(2, new[] { 0, 1, 31, 32, 228, 40_000, 40_227, 40_229, 2 * 40_228 })]
    [Trait("row", "E27@presign"), Trait("row", "E28@presign"), Trait("row", "F-MalformedMessage")]
    public void Rejects_every_other_length(byte round, int[] lengths)
    {
        using var committee = new PresignCommittee(Suite.EcdsaP256, 2, 2);
        var (cheat, victim) = (committee.Pids[0], committee.Pids[1]);
        foreach (var length in lengths)
        {
            using var run = new PresignRun(committee, committee.Input(committee.Pids), network: message =>
            {
                if (message.From != cheat || message.Round != round)
                    return [message];
                var payload = message.Payload;
                Array.Resize(ref payload, length);
                return [message with { Payload = payload }];
            });
            Assert.DoesNotContain(victim, run.Results.Keys);
            Assert.Equal(FaultKind.MalformedMessage, run.Faults[victim].Kind);
            Assert.Equal([cheat], run.Faults[victim].Culprits);
            Assert.Empty(run.Condemned[victim]);
            Assert.Equal(PairSetupState.Active, committee.Setup(victim, cheat).State);
        }
        using var next = new PresignRun(committee, committee.Input(committee.Pids));
        Assert.Empty(next.Faults);
    }

    private void AssertHonestRun()
    {
        using var run = new PresignRun(_committee, _committee.Input(Signers(0, 1, 2)), order: "honest");
        Assert.Empty(run.Faults);
        Assert.Equal(3, run.Results.Count);
    }
}
