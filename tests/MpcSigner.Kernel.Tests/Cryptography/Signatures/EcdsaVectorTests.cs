using System.Security.Cryptography;
using System.Text.Json;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Protocols.Support;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Signatures;

/// <summary>Vectors of others: tests/Vectors/ecdsa/ORIGIN.md says whose.</summary>
public sealed class EcdsaVectorTests
{
    [Theory]
    [InlineData(Curve.Secp256k1, 133, 97)]
    [InlineData(Curve.P256, 133, 97)]
    public void Edge_cases_verify_and_recover_as_noble_says(Curve curve, int valid, int invalid)
    {
        var (group, ran) = (MpcSigner.Cryptography.Groups.Groups.For(curve), new int[2]);
        using var file = VectorFiles.Read("ecdsa", "edges.json");
        foreach (var vector in file.RootElement.GetProperty(curve.HashName()).EnumerateArray())
        {
            var (digest, signature, what) = (vector.Hex("digest"), vector.Hex("sig"), vector.GetRawText());
            Assert.True(group.TryDecodePoint(vector.Hex("key"), out var key), what);
            var expected = vector.GetProperty("valid").GetBoolean();
            Assert.True(expected == EcdsaSignature.Verify(key, digest, signature), what);
            var ids = Enumerable.Range(0, 4).Where(id => EcdsaSignature.TryRecover(group, digest, signature, id, out var recovered) && recovered == key);
            Assert.Equal(vector.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()), ids);
            ran[expected ? 1 : 0]++;
        }
        Assert.Equal([invalid, valid], ran);
    }

    [Theory]
    [InlineData(Curve.Secp256k1, 7, 3)]
    [InlineData(Curve.P256, 9, 0)]
    public void Wycheproof_agrees(Curve curve, int valid, int invalid)
    {
        var (group, ran) = (MpcSigner.Cryptography.Groups.Groups.For(curve), new int[2]);
        var digest = SHA256.HashData("123400"u8);
        using var file = VectorFiles.Read("ecdsa", "wycheproof.json");
        foreach (var vector in file.RootElement.GetProperty(curve.HashName()).EnumerateArray())
        {
            Assert.True(group.TryDecodePoint([(byte)(2 + (vector.Hex("y")[^1] & 1)), .. vector.Hex("x")], out var key));
            var expected = vector.GetProperty("result").GetString() == "valid";
            Assert.True(expected == EcdsaSignature.Verify(key, digest, vector.Hex("sig")), vector.GetRawText());
            ran[expected ? 1 : 0]++;
        }
        Assert.Equal([invalid, valid], ran);
    }
}
