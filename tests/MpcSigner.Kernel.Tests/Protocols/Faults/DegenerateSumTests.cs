using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using MpcSigner.Protocols.Faults;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Faults;

/// <summary>Sums that come out as the identity. Commitments keep them out of a cheat's reach; here it foresees what the other will draw.</summary>
public sealed class DegenerateSumTests
{
    /// <summary>The constant of the second dealer is minus the first's: P = O.</summary>
    [Theory]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [Trait("row", "F-DegenerateSum"), Trait("row", "M26")]
    public void A_generated_key_that_is_the_identity_is_nobodys_and_the_next_one_is_made(Suite suite)
    {
        using var committee = Committee.OfSize(2);
        var input = committee.Input(2, suite: suite);
        var (first, second) = (committee.Pids[0], committee.Pids[1]);
        using var foreseen = DkgDealing.Draw(committee.Session(input, first));
        using var constant = foreseen.Constant(0);
        var opposite = Groups.For(suite.Curve()).NegatePublic(constant.ToPublic()).Encode();
        using var run = new DkgRun(committee, input, randomOf: pid => pid == second ? new Chosen(opposite, new("opposite", "rest")) : null);
        Assert.Empty(run.Results);
        Assert.Equal(committee.Pids, run.Faults.Keys.Order());
        Assert.All(run.Faults.Values, fault => Assert.Equal((FaultKind.DegenerateSum, 0, 2), (fault.Kind, fault.Accusations.Count, fault.Round.Number)));
        Assert.DoesNotContain(run.Sent, message => message.Round == 3);
        using var next = new DkgRun(committee, committee.Input(2, session: 2, order: 10, suite: suite));
        Assert.Equal(committee.Pids, next.Results.Keys.Order());
    }

    /// <summary>The second signer's nonce is minus the first's, and its vector OLE is made with it: R = O.</summary>
    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [Trait("row", "F-DegenerateSum"), Trait("row", "M26"), Trait("row", "C10")]
    public void A_presignature_whose_nonce_is_the_identity_is_none_and_setups_stay(Suite suite)
    {
        using var committee = new PresignCommittee(suite, 2, 2);
        var input = committee.Input(committee.Pids);
        var (first, second) = (committee.Pids[0], committee.Pids[1]);
        using var foreseen = new PresignNonce(committee.Group, input.Contexts[0], first, committee.RandomOf(input, first));
        var opposite = committee.Group.NegatePublic(foreseen.Nonce.ToPublic()).Encode();
        using var run = new PresignRun(committee, input, randomOf: pid => pid == second ? new Chosen(opposite, new("opposite", "rest")) : null);
        Assert.Empty(run.Results);
        Assert.Equal(committee.Pids, run.Faults.Keys.Order());
        Assert.All(run.Faults.Values, fault => Assert.Equal((FaultKind.DegenerateSum, 0), (fault.Kind, fault.Accusations.Count)));
        Assert.All(run.Condemned.Values, Assert.Empty);
        Assert.Equal((PairSetupState.Active, PairSetupState.Active), (committee.Setup(first, second).State, committee.Setup(second, first).State));
        using var next = new PresignRun(committee, committee.Input(committee.Pids));
        Assert.Equal(2, next.Results.Count);
    }

    /// <summary>The first 32 bytes drawn are given; the rest comes as it comes.</summary>
    private sealed class Chosen(byte[] first, DeterministicRandom rest) : IRandomSource
    {
        private bool _given;

        public void Fill(Span<byte> destination)
        {
            rest.Fill(destination);
            if (!_given)
                first.CopyTo(destination);
            _given = true;
        }
    }
}
