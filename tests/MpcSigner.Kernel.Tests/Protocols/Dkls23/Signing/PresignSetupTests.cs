using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>Presigning and its pair setups (spec §8.4): what ends them, what must not, and what follows for other sessions.</summary>
public sealed class PresignSetupTests : PresignTampering
{
    [Fact]
    [Trait("row", "T20c@presign"), Trait("row", "C01"), Trait("row", "F-ContextMismatch")]
    public void A_split_START_ends_without_a_verdict()
    {
        var input = _committee.Input(Quorum);
        // The initiator tells the victim of another initiator: other inputs, hence another ctx, under one session.
        Assert.True(PresignInput.TryCreate(
            input.Record, input.Signers, _committee.Nid(Victim), PresignCommittee.Instance(Victim), input.Session, 1, out var other, out _));
        using var run = new PresignRun(_committee, input, inputOf: pid => pid == Victim ? other : input);
        Assert.Empty(run.Results);
        Assert.Equal(2, run.Faults.Count);
        Assert.All(run.Faults.Values, fault => Assert.Equal((FaultKind.ContextMismatch, 0), (fault.Kind, fault.Culprits.Count)));
        Assert.All(run.Condemned.Values, Assert.Empty);
        AssertHonestRun();
    }

    /// <summary>Another number of presignatures, another quorum or another generation of the key in one party's START: a split, which blames nobody.</summary>
    [Theory]
    [InlineData("count")]
    [InlineData("most")]
    [InlineData("generation")]
    [Trait("row", "T20b@presign")]
    public void A_START_split_by_any_of_its_inputs_ends_without_a_verdict(string by)
    {
        var input = _committee.Input(Quorum);
        Assert.True(PresignInput.TryCreate(
            by == "generation" ? input.Record with { Generation = 1 } : input.Record, input.Signers, input.Initiator, input.InitiatorInstance, input.Session,
            by == "count" ? 3 : by == "most" ? PresignInput.MaxCount : 1, out var other, out _));
        using var run = new PresignRun(_committee, input, inputOf: pid => pid == Victim ? other : input);
        Assert.Empty(run.Results);
        Assert.Equal(2, run.Faults.Count);
        Assert.All(run.Faults.Values, fault => Assert.Equal((FaultKind.ContextMismatch, 0), (fault.Kind, fault.Culprits.Count)));
        Assert.All(run.Condemned.Values, Assert.Empty);
        AssertHonestRun();
    }

    /// <summary>C4: after a failed check no session over the setup gets a verdict or sends round 2, also one that had begun before.</summary>
    [Fact]
    [Trait("row", "C04"), Trait("row", "X-dead-no-round2"), Trait("row", "F-SetupUnusable"), Trait("row", "M10")]
    public void A_dead_setup_ends_every_session_without_a_verdict()
    {
        var earlyInput = _committee.Input(Quorum);
        Assert.True(PresignParty.TryBegin(_committee.Session(earlyInput, Victim, "early"), out var early, out var ownEarly));
        var input = _committee.Input(Quorum);
        Assert.True(PresignParty.TryBegin(_committee.Session(input, Cheat, "waiting"), out var peer, out var first));
        Assert.True(PresignParty.TryBegin(_committee.Session(input, Victim, "waiting"), out var waiting, out var own));
        using (early)
        using (peer)
        using (waiting)
        {
            var answer = (PresignStep.Send)peer.Receive(Victim, 1, new(own.Messages[0].Payload.Span));
            Assert.IsType<PresignStep.Send>(waiting.Receive(Cheat, 1, new(first.Messages[0].Payload.Span)));
            using (var run = Run(1, 128))
                AssertCondemned(run, FaultKind.BadOtExtension, redeal: false);

            // Waiting for round 1: its COT1 is not evaluated. Waiting for round 2: nor is its VOLE2.
            var honest = Assert.IsType<PresignStep.Abort>(waiting.Receive(Cheat, 2, new(answer.Outbox.Messages[0].Payload.Span)));
            Assert.Equal((FaultKind.SetupUnusable, 0, 0), (honest.Fault.Kind, honest.Fault.Culprits.Count, honest.Condemned.Count));
            Assert.Equal([_committee.Setup(Victim, Cheat)], honest.FoundDead);
            var unjudged = Assert.IsType<PresignStep.Abort>(early.Receive(Cheat, 1, new(EarlyFrom(earlyInput))));
            Assert.Equal((FaultKind.SetupUnusable, 0, 0, 1), (unjudged.Fault.Kind, unjudged.Fault.Culprits.Count, unjudged.Condemned.Count, unjudged.FoundDead.Count));
            Assert.False(PresignParty.TryBegin(_committee.Session(_committee.Input(Quorum), Victim, "late"), out _, out _));
        }
        ownEarly.Dispose();
        _committee.DealSetups("after");
        AssertHonestRun();
    }

    /// <summary>Two sessions race into failing checks: the setup gives one verdict, and the other session none.</summary>
    [Fact]
    [Trait("row", "X-two-sessions-cot1"), Trait("row", "C02")]
    public void Two_racing_failures_give_one_verdict()
    {
        for (var attempt = 0; attempt < 10; attempt++)
        {
            _committee.DealSetups($"race {attempt}");
            List<PresignParty> victims = [];
            List<byte[]> messages = [];
            for (var i = 0; i < 2; i++)
            {
                var input = _committee.Input(Quorum);
                Assert.True(PresignParty.TryBegin(_committee.Session(input, Cheat, $"{attempt}/{i}"), out var cheat, out var sent));
                Assert.True(PresignParty.TryBegin(_committee.Session(input, Victim, $"{attempt}/{i}"), out var victim, out _));
                cheat.Dispose();
                victims.Add(victim);
                var bytes = sent.Messages[0].Payload.Span.ToArray();
                bytes[128] ^= 1;
                messages.Add(bytes);
            }
            var steps = new PresignStep[2];
            Parallel.For(0, 2, i => steps[i] = victims[i].Receive(Cheat, 1, new(messages[i])));
            var aborts = steps.Cast<PresignStep.Abort>().ToList();
            Assert.Equal([FaultKind.SetupUnusable, FaultKind.BadOtExtension], aborts.Select(abort => abort.Fault.Kind).Order());
            Assert.Single(aborts, abort => abort.Condemned.Count == 1);
        }
    }

    /// <summary>The cheat's honest round 1 of a session.</summary>
    private byte[] EarlyFrom(PresignInput input)
    {
        Assert.True(PresignParty.TryBegin(_committee.Session(input, Cheat, "early"), out var party, out var outbox));
        party.Dispose();
        return outbox.Messages[0].Payload.Span.ToArray();
    }
}
