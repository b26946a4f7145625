using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkg;

/// <summary>Invariant I12 of spec §18.1 and the agreement of all parties, at every size the specification names.</summary>
public sealed class DkgInvariantTests
{
    [Theory]
    [InlineData(Suite.FrostEd25519, 2, 2, 1)]
    [InlineData(Suite.FrostEd25519, 2, 3, 3)]
    [InlineData(Suite.FrostEd25519, 3, 5, 2)]
    [InlineData(Suite.FrostEd25519, 5, 9, 1)]
    [InlineData(Suite.FrostEd25519, 16, 16, 1)]
    [InlineData(Suite.EcdsaSecp256k1, 2, 2, 1)]
    [InlineData(Suite.EcdsaSecp256k1, 2, 3, 3)]
    [InlineData(Suite.EcdsaSecp256k1, 3, 5, 2)]
    [InlineData(Suite.EcdsaSecp256k1, 5, 9, 1)]
    [InlineData(Suite.EcdsaSecp256k1, 16, 16, 1)]
    [InlineData(Suite.EcdsaP256, 2, 2, 1)]
    [InlineData(Suite.EcdsaP256, 2, 3, 3)]
    [InlineData(Suite.EcdsaP256, 3, 5, 2)]
    [InlineData(Suite.EcdsaP256, 5, 9, 1)]
    [InlineData(Suite.EcdsaP256, 16, 16, 1)]
    [InlineData(Suite.FrostSecp256k1, 2, 3, 1)]
    [InlineData(Suite.FrostSecp256k1Taproot, 2, 3, 1)]
    [Trait("row", "M24")]
    public void Every_t_shares_give_the_same_secret_and_fewer_do_not(Suite suite, int t, int n, int count)
    {
        using var committee = Committee.OfSize(n);
        var input = committee.Input(t, count, suite: suite);
        using var run = new DkgRun(committee, input, order: $"{t} of {n}");
        Assert.Empty(run.Faults);
        Assert.Equal(n, run.Results.Count);

        var first = run.Results[committee.Pids[0]];
        Assert.Equal(count, first.Records.Count);
        foreach (var result in run.Results.Values)
        {
            Assert.Equal(first.T2, result.T2);
            Assert.Equal(first.RecordHashes, result.RecordHashes);
            Assert.Equal(first.RecordsRoot, result.RecordsRoot);
            Assert.Equal(first.AckDigest, result.AckDigest);
        }
        Assert.Equal(count, first.Records.Select(record => Convert.ToHexString(record.PublicKey.Span)).Distinct().Count());
        for (var k = 0; k < count; k++)
            CheckSharing(run, committee, input, k);
    }

    private static void CheckSharing(DkgRun run, Committee committee, DkgInput input, int k)
    {
        var record = run.Results[committee.Pids[0]].Records[k];
        var group = Groups.For(record.Suite.Curve());
        Assert.Equal(KeyIds.Derive(input.Order, k), record.KeyId);
        Assert.Equal(0u, record.Generation);
        Assert.Equal(input.Threshold, record.Threshold);

        // x_m·G = X_m for every party.
        foreach (var party in record.Parties)
            Assert.Equal(party.PublicShare.ToArray(), run.Results[party.Pid].Shares.MultiplyBase(k).Encode());

        // Every t-subset (all of them up to n = 5) interpolates to one secret whose public key is P; no subset of t − 1 does.
        var subsets = Subsets(committee.Pids, input.Threshold).Take(committee.Pids.Count <= 5 ? int.MaxValue : 12).ToList();
        Assert.NotEmpty(subsets);
        var secrets = subsets.Select(subset => Interpolate(group, run, subset, k)).Distinct().ToList();
        Assert.Single(secrets);
        Assert.Equal(record.PublicKey.ToArray(), group.MultiplyBasePublic(secrets[0]).Encode());
        foreach (var subset in Subsets(committee.Pids, input.Threshold - 1).Take(12))
            Assert.NotEqual(secrets[0], Interpolate(group, run, subset, k));
    }

    private static PublicScalar Interpolate(IGroup group, DkgRun run, PartyId[] subset, int k)
    {
        var lambda = PublicSharing.LagrangeCoefficients(group, subset);
        var sum = group.Zero;
        for (var i = 0; i < subset.Length; i++)
        {
            using var share = run.Results[subset[i]].Shares[k];
            sum = group.AddPublic(sum, group.MultiplyPublic(lambda[i], share.ToPublic()));
        }
        return sum;
    }

    private static IEnumerable<PartyId[]> Subsets(IReadOnlyList<PartyId> from, int size)
    {
        if (size == 0)
            return [[]];
        return Enumerable.Range(0, from.Count)
            .SelectMany(i => Subsets([.. from.Skip(i + 1)], size - 1).Select(rest => (PartyId[])[from[i], .. rest]));
    }
}
