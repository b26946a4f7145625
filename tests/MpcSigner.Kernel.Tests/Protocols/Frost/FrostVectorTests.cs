using System.Text.Json;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.KeyRecords;
using MpcSigner.Cryptography.Secrets.Randomness;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Protocols.Support;
using MpcSigner.Protocols.Frost;
using Xunit;

namespace MpcSigner.Kernel.Tests.Protocols.Frost;

public sealed class FrostEd25519VectorTests() : FrostVectorContract(Suite.FrostEd25519, "rfc9591", "frost-ed25519-sha512.json");

public sealed class FrostSecp256k1VectorTests() : FrostVectorContract(Suite.FrostSecp256k1, "rfc9591", "frost-secp256k1-sha256.json");

public sealed class FrostTaprootVectorTests() : FrostVectorContract(Suite.FrostSecp256k1Taproot, "frost-taproot", "frost-secp256k1-sha256-tr.json");

/// <summary>Published runs (RFC 9591 Appendices E.1 and E.5, and one of Taproot), every intermediate value of them.</summary>
public abstract class FrostVectorContract(Suite suite, string folder, string file)
{
    private IGroup Group { get; } = Groups.For(suite.Curve());

    /// <summary>Hands out given blocks, one a call.</summary>
    private sealed class GivenRandom(params byte[][] blocks) : IRandomSource
    {
        private int _next;

        public void Fill(Span<byte> destination) => blocks[_next++].CopyTo(destination);
    }

    [Fact]
    [Trait("row", "R16")]
    public void The_published_run_is_reproduced()
    {
        using var vectors = VectorFiles.Read(folder, file);
        var root = vectors.RootElement;
        using var committee = new Committee("rfc9591", 1, 2, 3);
        var record = RecordOf(root, committee);
        var message = root.Hex("message");
        var coordinator = committee.Parties[0].Nid;

        List<(PartyId Pid, SecretScalar Share, FrostNonces Nonces, JsonElement Expected)> signers = [];
        foreach (var signer in root.GetProperty("signers").EnumerateArray())
        {
            var pid = new PartyId(signer.GetProperty("identifier").GetUInt16());
            var share = ShareOf(root, pid);
            var random = new GivenRandom(signer.Hex("hidingRandomness"), signer.Hex("bindingRandomness"));
            var nonces = FrostNonces.Generate(record, pid, share, coordinator, random);
            Assert.Equal(signer.Hex("hidingCommitment"), nonces.Commitment.Hiding.Encode());
            Assert.Equal(signer.Hex("bindingCommitment"), nonces.Commitment.Binding.Encode());
            foreach (var (name, which) in new[] { ("hiding", "hidingRandomness"), ("binding", "bindingRandomness") })
            {
                using var nonce = FrostSuite.For(suite).GenerateNonce(share, new GivenRandom(signer.Hex(which)));
                Assert.Equal(signer.Hex($"{name}Nonce"), nonce.ToPublic().Encode());
            }
            signers.Add((pid, share, nonces, signer));
        }

        var request = new FrostRequest(default, KeyRecordHash.Compute(record), message, [], FrostMode.None, default, [.. signers.Select(s => s.Nonces.Commitment)]);
        Assert.True(FrostEquation.TryCreate(record, request, out var equation, out _));
        var sum = Group.Zero;
        var values = 0;
        foreach (var (pid, share, nonces, expected) in signers)
        {
            Assert.Equal(expected.Hex("bindingFactor"), equation.BindingFactorOf(pid).Encode());
            var answer = Assert.IsType<FrostAnswer.Signed>(FrostSigner.Sign(record, request, pid, share, nonces, coordinator, committee.Identity(pid)));
            Assert.Equal(expected.Hex("share"), answer.Share.Share.ToArray());
            Assert.True(Group.TryDecodeScalar(answer.Share.Share.Span, out var z));
            Assert.True(equation.Holds(pid, z));
            sum = Group.AddPublic(sum, z);
            share.Dispose();
            values++;
        }
        Assert.Equal(2, values);
        Assert.Equal(root.Hex("signature"), equation.TryFinish(sum));
        Assert.True(FrostSuite.For(suite).Verify(equation.Key.PublicKey, message, root.Hex("signature")));
    }

    [Fact]
    public void The_published_shares_lie_on_the_published_polynomial()
    {
        using var vectors = VectorFiles.Read(folder, file);
        var root = vectors.RootElement;
        Assert.True(Group.TryDecodeScalar(root.Hex("groupSecretKey"), out var constant));
        Assert.True(Group.TryDecodeScalar(root.Hex("sharePolynomialCoefficient"), out var slope));
        var checkedShares = 0;
        foreach (var share in root.GetProperty("shares").EnumerateArray())
        {
            var x = Group.FromUInt64(share.GetProperty("identifier").GetUInt16());
            Assert.Equal(share.Hex("share"), Group.AddPublic(constant, Group.MultiplyPublic(slope, x)).Encode());
            checkedShares++;
        }
        Assert.Equal(3, checkedShares);
        Assert.Equal(root.Hex("groupPublicKey"), Group.MultiplyBasePublic(constant).Encode());
    }

    private SecretScalar ShareOf(JsonElement root, PartyId pid)
    {
        var entry = root.GetProperty("shares").EnumerateArray().Single(share => share.GetProperty("identifier").GetUInt16() == pid.Value);
        Assert.True(SecretScalar.TryDecode(Group, entry.Hex("share"), out var scalar));
        return scalar;
    }

    private KeyRecord RecordOf(JsonElement root, Committee committee)
    {
        List<KeyParty> parties = [];
        foreach (var (pid, nid) in committee.Parties)
        {
            using var share = ShareOf(root, pid);
            parties.Add(new(pid, nid, share.MultiplyBase().Encode()));
        }
        return new(suite, default, 0, root.GetProperty("threshold").GetByte(), parties, root.Hex("groupPublicKey"), default);
    }
}
