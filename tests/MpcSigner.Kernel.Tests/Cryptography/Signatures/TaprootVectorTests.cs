using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Protocols.Support;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Signatures;

/// <summary>The published vectors of BIP-340 and BIP-341.</summary>
public sealed class TaprootVectorTests
{
    private static readonly IGroup Group = MpcSigner.Cryptography.Groups.Groups.For(Curve.Secp256k1);

    [Fact]
    [Trait("row", "R17")]
    public void BIP340_vectors_verify_or_are_refused_as_published()
    {
        var (good, bad) = (0, 0);
        foreach (var line in File.ReadLines(VectorFiles.PathOf("bip340", "test-vectors.csv")).Skip(1))
        {
            var fields = line.Split(',', 8);
            var (key, message, signature) = (Convert.FromHexString(fields[2]), Convert.FromHexString(fields[4]), Convert.FromHexString(fields[5]));
            var expected = fields[6] == "TRUE";
            Assert.Equal(expected, Bip340Signature.Verify(key, message, signature));
            if (fields[1].Length > 0)
            {
                Assert.True(Group.TryDecodeScalar(Convert.FromHexString(fields[1]), out var secret));
                Assert.Equal(key, Group.MultiplyBasePublic(secret).Encode()[1..]);
            }
            if (!expected)
            {
                bad++;
                continue;
            }
            good++;
            foreach (var length in new[] { 0, 63 })
                Assert.False(Bip340Signature.Verify(key, message, signature.AsSpan(0, length)));
            Assert.False(Bip340Signature.Verify(key, message, [.. signature, 0]));
            Assert.False(Bip340Signature.Verify(key[1..], message, signature));
            Assert.False(Bip340Signature.Verify([2, .. key], message, signature));
        }
        Assert.Equal((5, 10), (good, bad));
    }

    [Fact]
    [Trait("row", "R17")]
    public void BIP341_output_keys_are_those_published()
    {
        using var vectors = VectorFiles.Read("bip341", "wallet-vectors.json");
        var counted = 0;
        foreach (var vector in vectors.RootElement.GetProperty("outputKeys").EnumerateArray())
        {
            Assert.True(Group.TryDecodePoint([2, .. vector.Hex("internalKey")], out var internalKey));
            Assert.True(TaprootKeys.TryTweak(internalKey, vector.Hex("merkleRoot"), out var tweak, out var output));
            Assert.Equal(vector.Hex("tweak"), tweak.Encode());
            Assert.Equal(vector.Hex("outputKey"), output.Encode()[1..]);
            Assert.Throws<ArgumentException>(() => TaprootKeys.TryTweak(Group.Negate(internalKey), [], out _, out _));
            counted++;
        }
        Assert.Equal(7, counted);
    }

    [Fact]
    [Trait("row", "R17")]
    public void BIP341_key_path_signatures_verify()
    {
        using var vectors = VectorFiles.Read("bip341", "wallet-vectors.json");
        var counted = 0;
        foreach (var vector in vectors.RootElement.GetProperty("keyPathSpending").EnumerateArray())
        {
            Assert.True(Bip340Signature.Verify(vector.Hex("outputKey"), vector.Hex("sigHash"), vector.Hex("signature")));
            counted++;
        }
        Assert.Equal(7, counted);
    }
}
