using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Faults;
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
