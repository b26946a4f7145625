using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkg;
using MpcSigner.Protocols.Resharing;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Resharing;

/// <summary>Invariants I12 and I13 of spec §18.1 and the sizes of §16.1, on honest runs.</summary>
public sealed class MaintenanceInvariantTests
{
    public static TheoryData<Suite, int, int, int> Shapes()
    {
        var shapes = new TheoryData<Suite, int, int, int>();
        foreach (var suite in (Suite[])[Suite.EcdsaSecp256k1, Suite.EcdsaP256, Suite.FrostEd25519])
        {
            foreach (var (t, n) in ((int, int)[])[(2, 2), (2, 3), (3, 5), (5, 9)])
            {
                shapes.Add(suite, t, n, 1);
                shapes.Add(suite, t, n, 3);
            }
        }
        shapes.Add(Suite.FrostSecp256k1, 2, 3, 1);
        shapes.Add(Suite.FrostSecp256k1Taproot, 2, 3, 2);
        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_refresh_changes_every_share_and_no_key(Suite suite, int t, int n, int count)
    {
        var seed = $"refresh {suite} {t} {n} {count}";
        using var world = new Committee(seed, Committee.PidsOf(n));
        using var before = KeyBatch.Generate(suite, t, Committee.PidsOf(n), count, seed);
        var terms = KeyBatch.TermsOf(before.Refresh());
        using var run = new MaintenanceRun(world, before, terms, seed);
        AssertCompleted(run, terms, generation: 1);
        using var after = KeyBatch.After(run);
        AssertSharesOf(before, after, t, terms.NewParties.Count);
        AssertNoMixture(before, after);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_reshare_gives_the_same_keys_to_other_parties(Suite suite, int t, int n, int count)
    {
        var seed = $"reshare {suite} {t} {n} {count}";
        using var before = KeyBatch.Generate(suite, t, Committee.PidsOf(n), count, seed);
        var (newThreshold, newPids) = (t == 2 ? 3 : t - 1, (int[])[7, 300, 301, 9000, 65535]);
        newThreshold = Math.Min(newThreshold, newPids.Length);
        using var world = new Committee(seed, [.. Committee.PidsOf(n).Union(newPids).Order()]);
        var terms = KeyBatch.TermsOf(before.Reshare(world, [.. before.Pids.TakeLast(t)], newThreshold, newPids));
        using var run = new MaintenanceRun(world, before, terms, seed);
        AssertCompleted(run, terms, generation: 1);
        foreach (var pid in terms.Members.Select(member => member.Pid))
            Assert.Equal(terms.IsNewParty(pid), run.Results[pid].Shares is not null);
        using var after = KeyBatch.After(run);
        AssertSharesOf(before, after, newThreshold, newPids.Length);
        AssertNoMixture(before, after);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_recovery_returns_exactly_the_lost_shares(Suite suite, int t, int n, int count)
    {
        if (t == n)
            return; // nobody is left to help
        var seed = $"recovery {suite} {t} {n} {count}";
        using var world = new Committee(seed, Committee.PidsOf(n));
        using var before = KeyBatch.Generate(suite, t, Committee.PidsOf(n), count, seed);
        var recovered = before.Pids[n / 2];
        var terms = KeyBatch.TermsOf(before.Recover([.. before.Pids.Where(pid => pid != recovered).TakeLast(t)], recovered));
        using var run = new MaintenanceRun(world, before, terms, seed);
        AssertCompleted(run, terms, generation: 0);
        Assert.Equal(before.Records.Select(KeyRecordHash.Compute), run.Results[recovered].Records.Select(KeyRecordHash.Compute));
        foreach (var (pid, result) in run.Results)
            Assert.Equal(pid == recovered, result.Shares is not null);
        for (var k = 0; k < count; k++)
        {
            using var lost = before.Shares[recovered][k];
            using var found = run.Results[recovered].Shares![k];
            Assert.True(lost.FixedTimeEquals(found));
        }
    }

    private static void AssertCompleted(MaintenanceRun run, MaintenanceTerms terms, uint generation)
    {
        Assert.Empty(run.Faults);
        Assert.Equal(terms.Members.Select(member => member.Pid), run.Results.Keys.Order());
        var first = run.Results.Values.First();
        Assert.All(run.Results.Values, result =>
        {
            Assert.Equal(first.T2, result.T2);
            Assert.Equal(first.RecordHashes, result.RecordHashes);
            Assert.Equal(first.RecordsRoot, KeyRecordTree.Root([.. result.Records.Select(KeyRecordHash.Compute)]));
            Assert.All(result.Records, record => Assert.Equal(generation, record.Generation));
        });
        Assert.All(run.Parties.Values, party => Assert.Equal((0, 0), (party.Round, party.Missing.Count)));
    }

    /// <summary>I12.</summary>
    private static void AssertSharesOf(KeyBatch before, KeyBatch after, int t, int n)
    {
        var group = Groups.For(after.Suite.Curve());
        Assert.Equal(n, after.Shares.Count);
        for (var k = 0; k < after.Records.Count; k++)
        {
            var record = after.Records[k];
            Assert.Equal((before.Records[k].KeyId, before.Records[k].ChainCode), (record.KeyId, record.ChainCode));
            Assert.True(before.Records[k].PublicKey.Span.SequenceEqual(record.PublicKey.Span));
            Assert.Equal((t, n), (record.Threshold, record.Parties.Count));
            foreach (var (pid, shares) in after.Shares)
                Assert.True(shares.MultiplyBase(k).Encoded.SequenceEqual(record.Find(pid)!.PublicShare.Span));
            for (var from = 0; from + t <= n; from++)
            {
                Assert.Equal(record.PublicKey.ToArray(), Interpolate(group, after, after.Pids[from..(from + t)], k));
                Assert.NotEqual(record.PublicKey.ToArray(), Interpolate(group, after, after.Pids[from..(from + t - 1)], k));
            }
            foreach (var pid in before.Pids.Intersect(after.Pids))
                Assert.False(before.Records[k].Find(pid)!.PublicShare.Span.SequenceEqual(record.Find(pid)!.PublicShare.Span), $"share {k} of {pid} stayed");
        }
    }

    /// <summary>Old and new shares together are shares of nothing.</summary>
    private static void AssertNoMixture(KeyBatch before, KeyBatch after)
    {
        var group = Groups.For(after.Suite.Curve());
        foreach (var old in before.Pids)
        {
            var others = after.Pids.Where(pid => pid != old).Take(after.Threshold - 1);
            PartyId[] set = [.. others.Append(old).Order()];
            GroupPoint[] shares = [.. set.Select(pid => (pid == old ? before : after).Shares[pid].MultiplyBase(0))];
            Assert.NotEqual(after.Records[0].PublicKey.ToArray(), group.LinearCombinationPublic(PublicSharing.LagrangeCoefficients(group, set), shares).Encode());
        }
    }

    private static byte[] Interpolate(IGroup group, KeyBatch keys, PartyId[] set, int k)
    {
        var lambda = PublicSharing.LagrangeCoefficients(group, set);
        var terms = set.Select((pid, i) =>
        {
            using var share = keys.Shares[pid][k];
            return share.Multiply(lambda[i]);
        }).ToArray();
        using var sum = SecretScalar.Sum(group, terms);
        foreach (var term in terms)
            term.Dispose();
        return sum.MultiplyBase().Encode();
    }
}
