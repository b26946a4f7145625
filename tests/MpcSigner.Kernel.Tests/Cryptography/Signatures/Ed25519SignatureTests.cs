using System.Numerics;
using System.Security.Cryptography;
using System.Text.Json;
using MpcSigner.Cryptography.Secrets.Identities;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Signatures;

public sealed class Ed25519SignatureTests
{
    private sealed record Vector(string Name, string Seed, string PublicKey, string Message, string Signature);

    [Fact]
    public void Vectors_of_RFC_8032_sign_and_verify()
    {
        using var stream = typeof(Ed25519SignatureTests).Assembly.GetManifestResourceStream("rfc8032/ed25519.json")!;
        var vectors = JsonSerializer.Deserialize<Vector[]>(stream, JsonSerializerOptions.Web)!;
        var ran = 0;
        foreach (var vector in vectors)
        {
            using var key = IdentityKey.FromSeed(Convert.FromHexString(vector.Seed));
            var message = Convert.FromHexString(vector.Message);
            Assert.Equal(vector.PublicKey, key.PublicKey.ToString());
            Assert.Equal(vector.Signature, Convert.ToHexStringLower(key.Sign(message)));
            Assert.True(Ed25519Signature.Verify(key.PublicKey.Bytes, message, Convert.FromHexString(vector.Signature)));
            ran++;
        }
        Assert.Equal(4, ran);
    }

    [Fact]
    public void Rejects_every_single_altered_bit()
    {
        using var key = IdentityKey.Generate(new SeededRandom(1));
        var signature = key.Sign("message"u8);
        Assert.True(key.PublicKey.Verify("message"u8, signature));
        for (var bit = 0; bit < 8 * signature.Length; bit++)
        {
            var altered = (byte[])signature.Clone();
            altered[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(key.PublicKey.Verify("message"u8, altered), $"bit {bit}");
        }
        Assert.False(key.PublicKey.Verify("massage"u8, signature));
    }

    [Fact]
    public void Rejects_s_that_is_not_reduced()
    {
        using var key = IdentityKey.Generate(new SeededRandom(2));
        var signature = key.Sign("message"u8);
        var s = Ed25519Oracle.FromLittle(signature.AsSpan(32)) + Ed25519Oracle.L;

        Assert.False(key.PublicKey.Verify("message"u8, [.. signature[..32], .. Ed25519Oracle.Little(s)]));
    }

    /// <summary>The cofactored equation accepts R plus a torsion point; ours must not.</summary>
    [Fact]
    public void Rejects_R_with_a_torsion_part_and_public_keys_with_one()
    {
        var a = new BigInteger(123456789);
        var honest = Ed25519Oracle.Multiply(a, Ed25519Oracle.Base);
        foreach (var torsion in Ed25519Oracle.Torsion)
        {
            var clean = torsion == Ed25519Oracle.Identity;
            Assert.Equal(clean, Ed25519Signature.Verify(Ed25519Oracle.Encode(honest), "m"u8, Forge(a, honest, torsion)));
            var mixed = Ed25519Oracle.Add(honest, torsion);
            Assert.Equal(clean, Ed25519Signature.Verify(Ed25519Oracle.Encode(mixed), "m"u8, Forge(a, mixed, Ed25519Oracle.Identity)));
        }

        static byte[] Forge(BigInteger secret, (BigInteger X, BigInteger Y) publicKey, (BigInteger X, BigInteger Y) torsion)
        {
            var r = new BigInteger(987654321);
            var bytesR = Ed25519Oracle.Encode(Ed25519Oracle.Add(Ed25519Oracle.Multiply(r, Ed25519Oracle.Base), torsion));
            var c = Ed25519Oracle.ModL(Ed25519Oracle.FromLittle(SHA512.HashData([.. bytesR, .. Ed25519Oracle.Encode(publicKey), (byte)'m'])));
            return [.. bytesR, .. Ed25519Oracle.Little(Ed25519Oracle.ModL(r + c * secret))];
        }
    }

    /// <summary>A = O, R = s·B verifies for every message where small orders are let in.</summary>
    [Fact]
    public void Rejects_a_public_key_of_small_order()
    {
        foreach (var torsion in Ed25519Oracle.Torsion)
        {
            byte[] signature = [.. Ed25519Oracle.Encode(Ed25519Oracle.Base), 1, .. new byte[31]];
            Assert.False(Ed25519Signature.Verify(Ed25519Oracle.Encode(torsion), "any"u8, signature));
            Assert.False(Ed25519PublicKey.TryDecode(Ed25519Oracle.Encode(torsion), out _));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(63)]
    [InlineData(65)]
    public void Rejects_signatures_of_another_length(int length)
    {
        using var key = IdentityKey.Generate(new SeededRandom(3));
        Assert.False(key.PublicKey.Verify("m"u8, new byte[length]));
        Assert.False(Ed25519Signature.Verify(new byte[length], "m"u8, key.Sign("m"u8)));
    }

    [Fact]
    public void The_node_id_is_the_hash_of_the_key()
    {
        using var key = IdentityKey.Generate(new SeededRandom(4));
        Assert.Equal(SHA256.HashData(key.PublicKey.Bytes), key.PublicKey.ToNodeId().ToArray());
    }
}
