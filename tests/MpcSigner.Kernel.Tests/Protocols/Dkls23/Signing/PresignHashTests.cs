using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Secrets.Transcripts;
using MpcSigner.Cryptography.Transcripts;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Dkls23.Setup;
using MpcSigner.Protocols.Dkls23.Signing;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Dkls23.Signing;

/// <summary>What presigning hashes (spec §8.6, §12), field by field, and the bounds of a START.</summary>
public sealed class PresignHashTests
{
    private static readonly Digest32 One = Filled(1), Two = Filled(2);

    private static readonly IGroup Group = Groups.For(Curve.Secp256k1);

    private static Digest32 Filled(byte value) => new([.. Enumerable.Repeat(value, 32)]);

    private static GroupPoint Point(ulong x) => Group.MultiplyBasePublic(Group.FromUInt64(x));

    private static PresignSigner Signer(int pid) =>
        new(new((ushort)pid), new(new Bytes32([.. Enumerable.Repeat((byte)(pid + 100), 32)])), new([.. Enumerable.Repeat((byte)pid, 16)]));

    private static KeyRecord Record(int parties, int threshold) => new(
        Suite.EcdsaSecp256k1, new(Filled(9).Value), 3, (byte)threshold, [.. Enumerable.Range(1, parties).Select(i => new KeyParty(new((ushort)i), Signer(i).Nid, Point((ulong)i).Encode()))],
        Point(77).Encode(), default);

    private static PresignInput Input(int signers = 2, int count = 1, byte session = 0xff, int parties = 3)
    {
        Assert.True(PresignInput.TryCreate(
            Record(parties, signers), [.. Enumerable.Range(1, signers).Select(Signer)], Signer(1).Nid, Signer(1).Instance, new(Filled(session).Value), count, out var input, out var fault), $"{fault}");
        return input;
    }

    [Fact]
    public void A_context_is_the_hash_of_the_specification()
    {
        var (input, second) = (Input(), Input(count: 3));
        Digest32 Expected(byte[] psid)
        {
            var hash = new TranscriptHash(Tags.PresignContext).Version().Text("ecdsa").Text("secp256k1").Digest(input.RecordHash).Count(2);
            foreach (var signer in input.Signers)
                hash.Joined(signer.Pid.Value, [.. signer.Nid.ToArray(), .. signer.Instance.ToArray()]);
            return hash.Bytes32(input.Initiator.Value).Bytes(input.InitiatorInstance.ToArray()).Bytes(psid).ToDigest();
        }
        byte[] session = [.. Enumerable.Repeat((byte)0xff, 30)];
        Assert.Equal([Expected([.. session, 0xff, 0xff])], input.Contexts); // a single one has the session's own id
        Assert.Equal([Expected([.. session, 0xfd, 0xff]), Expected([.. session, 0xfd, 0xfe]), Expected([.. session, 0xfd, 0xfd])], second.Contexts);
    }

    [Fact]
    public void No_two_presignatures_of_any_number_share_a_context()
    {
        foreach (byte session in (byte[])[0, 0x0f, 0xff])
        {
            var contexts = Enumerable.Range(1, PresignInput.MaxCount).SelectMany(count => Input(count: count, session: session).Contexts).ToList();
            Assert.Equal(PresignInput.MaxCount * (PresignInput.MaxCount + 1) / 2, contexts.Count);
            Assert.Equal(contexts.Count, contexts.Distinct().Count());
        }
    }

    [Fact]
    public void The_longest_START_is_as_long_as_its_bound_and_16_presignatures_are_the_most()
    {
        var input = Input(signers: 16, count: PresignInput.MaxCount, parties: 16);
        var bytes = input.Encode();
        Assert.Equal(PresignInput.MaxSize, bytes.Length);
        Assert.True(PresignInput.TryDecode(input.Record, bytes, out var read));
        Assert.Equal((input, input.GetHashCode()), (read, read.GetHashCode()));
        Assert.False(input.Equals(null));
        Assert.False(input.Equals(Input(signers: 16, count: 15, parties: 16)));
        foreach (byte count in (byte[])[0, PresignInput.MaxCount + 1, 255])
            Assert.False(PresignInput.TryDecode(input.Record, [.. bytes[..^1], count], out _));
        Assert.False(PresignInput.TryDecode(input.Record, [.. bytes, 0], out _));
        Assert.Equal(input.Signers[3].Pid, input.PidOf(input.Signers[3].Nid));
        Assert.Null(input.PidOf(Signer(17).Nid));
    }

    [Fact]
    public void Everything_that_is_opened_is_in_commitment_and_transcripts()
    {
        var (pid, other) = (new PartyId(1), new PartyId(7));
        byte[] salt = [.. Enumerable.Repeat((byte)5, 32)], otherSalt = [.. salt[..^1], 6];
        Digest32[] commitments =
        [
            PresignHashes.Commitment(One, pid, Point(3), salt), PresignHashes.Commitment(Two, pid, Point(3), salt), PresignHashes.Commitment(One, other, Point(3), salt),
            PresignHashes.Commitment(One, pid, Point(4), salt), PresignHashes.Commitment(One, pid, Point(3), otherSalt),
        ];
        Assert.Equal(commitments.Length, commitments.Distinct().Count());
        Digest32[] t1 =
        [
            PresignHashes.T1(One, [(pid, One), (other, Two)]), PresignHashes.T1(Two, [(pid, One), (other, Two)]), PresignHashes.T1(One, [(pid, Two), (other, Two)]),
            PresignHashes.T1(One, [(pid, One), (other, One)]), PresignHashes.T1(One, [(pid, One), (new(8), Two)]), PresignHashes.T1(One, [(pid, One)]),
        ];
        Assert.Equal(t1.Length, t1.Distinct().Count());
        Digest32[] t2 =
        [
            PresignHashes.T2(One, [(pid, Point(3), Point(4)), (other, Point(5), Point(6))]), PresignHashes.T2(Two, [(pid, Point(3), Point(4)), (other, Point(5), Point(6))]),
            PresignHashes.T2(One, [(pid, Point(3), Point(4)), (other, Point(5), Point(7))]), PresignHashes.T2(One, [(pid, Point(2), Point(4)), (other, Point(5), Point(6))]),
            PresignHashes.T2(One, [(pid, Point(3), Point(4)), (new(8), Point(5), Point(6))]), PresignHashes.T2(One, [(pid, Point(3), Point(4))]),
        ];
        Assert.Equal(t2.Length, t2.Distinct().Count());
    }

    [Fact]
    public void A_nonce_is_opened_with_a_salt_of_its_own_and_wiped_with_all_that_hangs_on_it()
    {
        var random = new DeterministicRandom("nonce", "salt");
        PresignNonce one = new(Group, One, new(1), random), other = new(Group, One, new(1), random);
        Assert.NotEqual(one.Salt.ToArray(), other.Salt.ToArray());
        Assert.True(one.Salt.ContainsAnyExcept((byte)0));
        Assert.Equal(PresignHashes.Commitment(One, new(1), one.Point, one.Salt), one.Commitment);
        one.Dispose();
        Assert.Throws<ObjectDisposedException>(() => one.Nonce.MultiplyBase());
        Assert.Throws<ObjectDisposedException>(() => one.Mask.MultiplyBase());
        other.Dispose();
    }

    /// <summary>ζ_i = Σ_{j&gt;i} z_ij − Σ_{j&lt;i} z_ji, written out, for each of three.</summary>
    [Fact]
    public void Shares_of_zero_are_those_of_the_specification_and_add_up_to_zero()
    {
        using var committee = new PresignCommittee(Suite.EcdsaSecp256k1, 2, 3);
        PublicScalar Pairwise(PartyId low, PartyId high)
        {
            using var hash = new SecretTranscriptHash(Tags.ZeroShare, Group);
            byte[] pids = [(byte)(low.Value >> 8), (byte)(low.Value & 0xff), (byte)(high.Value >> 8), (byte)(high.Value & 0xff)];
            using var share = hash.Secret(committee.Setup(low, high).ZeroSeed).Digest(One).Bytes(pids).ToScalar();
            return share.ToPublic();
        }
        PublicScalar Share(PartyId self, Digest32 t1)
        {
            var setups = committee.Pids.Where(pid => pid != self).ToDictionary(pid => pid, pid => committee.Setup(self, pid));
            using var share = ZeroShares.Compute(Group, self, setups, t1);
            return share.ToPublic();
        }
        var (a, b, c) = (committee.Pids[0], committee.Pids[1], committee.Pids[2]);
        Assert.Equal(Group.AddPublic(Pairwise(a, b), Pairwise(a, c)), Share(a, One));
        Assert.Equal(Group.SubtractPublic(Pairwise(b, c), Pairwise(a, b)), Share(b, One));
        Assert.Equal(Group.NegatePublic(Group.AddPublic(Pairwise(a, c), Pairwise(b, c))), Share(c, One));
        Assert.NotEqual(Share(a, One), Share(a, Two));
    }
}
