using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Broadcast;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
using MpcSigner.Protocols.Rounds;
using MpcSigner.Protocols.Sessions;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Faults;

public sealed class FaultKindTests
{
    [Fact]
    public void Only_faults_without_a_verdict_may_be_retried_with_everybody()
    {
        FaultKind[] nobody =
        [
            FaultKind.ContextMismatch, FaultKind.CommitmentEchoMismatch, FaultKind.TranscriptEchoMismatch, FaultKind.DegenerateSum,
            FaultKind.SetupSessionMismatch, FaultKind.EpochGap, FaultKind.SetupIdMismatch, FaultKind.SetupUnusable, FaultKind.PublicKeySumMismatch,
            FaultKind.InvalidSignature,
        ];
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            Assert.Equal(nobody.Contains(kind), kind.Consequence() == Consequence.RetryFresh);
            Assert.Equal(!nobody.Contains(kind), kind.Blames());
            Assert.Equal(kind is FaultKind.BadOtExtension or FaultKind.BadVectorOle or FaultKind.BadOleInput, kind.CondemnsSetup());
        }
        Assert.Equal(30, Enum.GetValues<FaultKind>().Length);
    }

    /// <summary>What was judged first is not told first, and the gravest consequence of each is what follows for it.</summary>
    [Fact]
    public void A_fault_tells_its_accusations_in_order_of_parties_and_what_follows_for_each()
    {
        var round = RoundId.Numbered(ProtocolKind.Dkg, 2);
        Accusation Of(ushort pid, FaultKind kind, int? key = null) => new(new(pid), kind, key, default, []);
        var fault = ProtocolFault.Blaming(round, [Of(9, FaultKind.MalformedMessage), Of(7, FaultKind.BadIdentitySignature), Of(9, FaultKind.BadOpening), Of(7, FaultKind.MalformedMessage, 1)]);
        Assert.Equal(
            [(7, FaultKind.BadIdentitySignature), (7, FaultKind.MalformedMessage), (9, FaultKind.MalformedMessage), (9, FaultKind.BadOpening)],
            fault.Accusations.Select(accusation => ((int)accusation.Culprit.Value, accusation.Kind)));
        Assert.Equal((FaultKind.BadIdentitySignature, 0, 0), (fault.Kind, fault.Differing.Count, fault.Statements.Count));
        Assert.Equal([7, 9], fault.Culprits.Select(pid => (int)pid.Value));
        Assert.Equal(
            [Consequence.RetryFresh, Consequence.RetryWithout, Consequence.ExcludeForever], new ushort[] { 1, 7, 9 }.Select(pid => fault.ConsequenceFor(new(pid))));
        Assert.StartsWith("Dkg round 2: BadIdentitySignature by party 7; ", $"{fault}", StringComparison.Ordinal);

        var statement = new SignedStatement(default, 1, new(7), 0, null, default, default);
        var split = ProtocolFault.WithoutVerdict(round, FaultKind.CommitmentEchoMismatch, [new(7)], [statement]);
        Assert.Equal([statement], split.Statements);
        Assert.Equal("Dkg round 2: CommitmentEchoMismatch, nobody blamed", $"{split}");
        Assert.Empty(ProtocolFault.WithoutVerdict(round, FaultKind.DegenerateSum, []).Statements);
        Assert.Empty(split.Culprits);
    }

    [Fact]
    [Trait("row", "F-DegenerateSum"), Trait("row", "M26")]
    public void A_public_key_that_comes_out_as_the_identity_is_no_key()
    {
        // Not reachable by a run, since everybody commits before seeing the others: two openings made to cancel out.
        using var committee = Committee.OfSize(2);
        var input = committee.Input(2);
        var group = Groups.For(Curve.Edwards25519);
        using var dealing = DkgDealing.Draw(committee.Session(input, committee.Pids[0]));
        var one = dealing.Open(committee.Session(input, committee.Pids[0]), default);
        var other = one with { Dealer = committee.Pids[1], Points = [[group.Negate(one.Points[0][0]), group.Generator]] };
        Assert.Null(DkgPublicKeys.Derive(group, input, default, [one, other]));
        Assert.NotNull(DkgPublicKeys.Derive(group, input, default, [one, one with { Dealer = committee.Pids[1] }]));
    }
}
