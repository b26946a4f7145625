using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>Spec §18.1 for presigning: every row of its list of (t, n), both curves, all quorums for n ≤ 5, pids with gaps, random order of arrival.</summary>
public sealed class PresignInvariantTests
{
    [Theory]
    [InlineData(Suite.EcdsaSecp256k1, 2, 2)]
    [InlineData(Suite.EcdsaSecp256k1, 2, 3)]
    [InlineData(Suite.EcdsaSecp256k1, 3, 5)]
    [InlineData(Suite.EcdsaSecp256k1, 5, 9)]
    [InlineData(Suite.EcdsaSecp256k1, 16, 16)]
    [InlineData(Suite.EcdsaP256, 2, 2)]
    [InlineData(Suite.EcdsaP256, 2, 3)]
    [InlineData(Suite.EcdsaP256, 3, 5)]
    [InlineData(Suite.EcdsaP256, 5, 9)]
    [InlineData(Suite.EcdsaP256, 16, 16)]
    [Trait("row", "M24")]
    public void Presignatures_hold_shares_of_the_products(Suite suite, int threshold, int parties)
    {
        using var committee = new PresignCommittee(suite, threshold, parties);
        var quorums = parties <= 5 ? committee.Quorums() : [[.. committee.Pids.Take(threshold)]];
        var checkedQuorums = 0;
        foreach (var quorum in quorums)
        {
            using var run = new PresignRun(committee, committee.Input(quorum), order: $"{checkedQuorums}");
            Assert.Empty(run.Faults);
            Assert.Equal(quorum, run.Results.Keys.Order());
            CheckAgreement(run);
            CheckProducts(committee, run);
            checkedQuorums++;
        }
        Assert.Equal(parties switch { 2 => 1, 3 => 3, 5 => 10, _ => 1 }, checkedQuorums);
    }

    [Fact]
    public void A_session_makes_several_presignatures_with_different_everything()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 3);
        using var run = new PresignRun(committee, committee.Input([.. committee.Pids.Take(2)], count: 3));
        Assert.Empty(run.Faults);
        CheckAgreement(run);
        var first = run.Results.Values.First().Presignatures;
        Assert.Equal(3, first.Select(presignature => presignature.Id).Distinct().Count());
        Assert.Equal(3, first.Select(presignature => presignature.Nonce).Distinct().Count());
        CheckProducts(committee, run);
    }

    /// <summary>§16.1, for one presignature and for three.</summary>
    [Fact]
    public void Messages_have_the_sizes_of_the_specification()
    {
        using var committee = new PresignCommittee(Suite.EcdsaP256, 2, 3);
        foreach (var count in (int[])[1, 3])
        {
            using var run = new PresignRun(committee, committee.Input([.. committee.Pids.Take(2)], count));
            Assert.Equal(4, run.Sent.Count);
            Assert.All(run.Sent, message => Assert.Equal(count * (message.Round == 1 ? 4_368 : 40_228), message.Payload.Length));
            Assert.All(run.Results.Values, result => Assert.Equal(count * 65, result.EncodeReady().Length));
        }
    }

    /// <summary>I7: Σ ζ_i = 0; another T1 gives other shares; two parties have z and −z.</summary>
    [Fact]
    [Trait("row", "E42"), Trait("row", "M36")]
    public void Zero_shares_add_up_to_zero()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 3, 5);
        var group = committee.Group;
        foreach (var quorum in (PartyId[][])[[.. committee.Pids.Take(2)], [.. committee.Pids.Take(3)], [.. committee.Pids]])
        {
            Dictionary<PartyId, PublicScalar> SharesUnder(byte t1) => quorum.ToDictionary(pid => pid, pid =>
            {
                var setups = quorum.Where(peer => peer != pid).ToDictionary(peer => peer, peer => committee.Setup(pid, peer));
                using var share = ZeroShares.Compute(group, pid, setups, new([.. Enumerable.Repeat(t1, 32)]));
                return share.ToPublic();
            });
            var shares = SharesUnder(1);
            Assert.Equal(group.Zero, shares.Values.Aggregate(group.Zero, group.AddPublic));
            Assert.Equal(quorum.Length, shares.Values.Distinct().Count());
            Assert.DoesNotContain(group.Zero, shares.Values);
            Assert.Empty(shares.Values.Intersect(SharesUnder(2).Values));
            if (quorum.Length == 2)
                Assert.Equal(shares[quorum[0]], group.NegatePublic(shares[quorum[1]]));
        }
    }

    [Fact]
    [Trait("row", "E17@presign"), Trait("row", "E18@presign"), Trait("row", "E19@presign"), Trait("row", "E21@presign"), Trait("row", "E22@presign")]
    [Trait("row", "E23@presign"), Trait("row", "E24@presign"), Trait("row", "E25@presign"), Trait("row", "E26@presign")]
    public void Input_is_judged_and_read_back()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 3);
        PresignSigner Signer(int i) => new(committee.Pids[i], committee.Nid(committee.Pids[i]), PresignCommittee.Instance(committee.Pids[i]));
        PresignInputFault? Fault(IReadOnlyList<PresignSigner> signers, int count = 1, KeyRecord? record = null)
        {
            PresignInput.TryCreate(record ?? committee.Record, signers, Signer(0).Nid, Signer(0).Instance, new(new byte[32]), count, out _, out var fault);
            return fault;
        }
        Assert.Null(Fault([Signer(0), Signer(1)]));
        Assert.Equal(PresignInputFault.BadSigners, Fault([Signer(0)]));
        Assert.Equal(PresignInputFault.BadSigners, Fault([Signer(0), Signer(1), Signer(2)]));
        Assert.Equal(PresignInputFault.BadSigners, Fault([Signer(1), Signer(0)]));
        Assert.Equal(PresignInputFault.BadSigners, Fault([Signer(0), Signer(0)]));
        Assert.Equal(PresignInputFault.BadSigners, Fault([Signer(0), Signer(1) with { Nid = Signer(2).Nid }]));
        Assert.Equal(PresignInputFault.BadSigners, Fault([Signer(0), Signer(1) with { Pid = new(9) }]));
        Assert.Equal(PresignInputFault.BadCount, Fault([Signer(0), Signer(1)], 0));
        Assert.Equal(PresignInputFault.BadCount, Fault([Signer(0), Signer(1)], PresignInput.MaxCount + 1));
        Assert.Equal(PresignInputFault.NotEcdsa, Fault([Signer(0), Signer(1)], record: committee.Record with { Suite = Suite.FrostSecp256k1 }));

        var input = committee.Input([.. committee.Pids.Take(2)], count: 2);
        var bytes = input.Encode();
        Assert.True(PresignInput.TryDecode(committee.Record, bytes, out var read));
        Assert.Equal(input, read);
        Assert.Equal(2, read.Contexts.Distinct().Count());
        Assert.False(PresignInput.TryDecode(committee.Record, [.. bytes, 0], out _));
        for (var length = 0; length < bytes.Length; length++)
            Assert.False(PresignInput.TryDecode(committee.Record, bytes.AsSpan(0, length), out _));
        Assert.False(PresignInput.TryDecode(committee.Record with { Generation = 1 }, bytes, out _));
        // Every field is bound into ctx, the count too. The session's last two bytes only tell its presignatures apart: what makes sessions differ stands before them.
        foreach (var at in Enumerable.Range(0, bytes.Length - 3).Append(bytes.Length - 1))
        {
            var changed = (byte[])bytes.Clone();
            changed[at] ^= 1;
            if (PresignInput.TryDecode(committee.Record, changed, out var other))
                Assert.Empty(other.Contexts.Intersect(input.Contexts));
        }
    }

    /// <summary>A setup that is not active begins nothing; a session that ended gives its setup's use back.</summary>
    [Fact]
    public void Sessions_hold_setups_only_while_they_live()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 2);
        var (one, other) = (committee.Pids[0], committee.Pids[1]);
        using (var run = new PresignRun(committee, committee.Input(committee.Pids)))
            Assert.Empty(run.Faults);
        committee.Setup(one, other).Retire();
        using (var run = new PresignRun(committee, committee.Input(committee.Pids)))
            Assert.Equal([one], run.Unbegun);
        Assert.Equal(PairSetupState.Active, committee.Setup(other, one).State);
    }

    private static void CheckAgreement(PresignRun run)
    {
        var all = run.Results.Values.ToList();
        Assert.All(all, result => Assert.Equal(all[0].EncodeReady(), result.EncodeReady()));
        Assert.All(all, result => Assert.Equal(all[0].Presignatures.Select(p => (p.Id, p.Nonce, p.RecordHash, p.Initiator)), result.Presignatures.Select(p => (p.Id, p.Nonce, p.RecordHash, p.Initiator))));
    }

    /// <summary>I9: u = r·φ and v = sk·φ, seen in the exponent: u·G = φ·R and v·G = φ·P. Spends the presignatures.</summary>
    private static void CheckProducts(PresignCommittee committee, PresignRun run)
    {
        var group = committee.Group;
        Assert.True(group.TryDecodePoint(committee.Record.PublicKey.Span, out var publicKey));
        for (var k = 0; k < run.Results.Values.First().Presignatures.Count; k++)
        {
            var sums = new[] { group.Zero, group.Zero, group.Zero };
            foreach (var presignature in run.Results.Values.Select(result => result.Presignatures[k]))
            {
                Assert.True(presignature.TrySpend(out var secrets));
                Assert.False(presignature.TrySpend(out _));
                using (secrets)
                {
                    for (var i = 0; i < 3; i++)
                    {
                        using var secret = secrets[i];
                        sums[i] = group.AddPublic(sums[i], secret.ToPublic());
                    }
                }
            }
            Assert.Equal(group.MultiplyPublic(sums[0], run.Results.Values.First().Presignatures[k].Nonce), group.MultiplyBasePublic(sums[1]));
            Assert.Equal(group.MultiplyPublic(sums[0], publicKey), group.MultiplyBasePublic(sums[2]));
        }
    }
}
