using System.Numerics;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Interop.Sodium;
using MpcSigner.Cryptography.Secrets.Scalars;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Groups;

/// <summary>Edge values of spec §18.4: what the decoders must refuse.</summary>
public sealed class Ed25519StrictnessTests
{
    private static readonly IGroup Group = MpcSigner.Cryptography.Groups.Groups.For(Curve.Edwards25519);

    [Fact]
    [Trait("row", "R09")]
    public void Rejects_all_points_of_small_order()
    {
        Assert.Equal(8, Ed25519Oracle.Torsion.Distinct().Count());
        foreach (var point in Ed25519Oracle.Torsion)
            Assert.False(Group.TryDecodePoint(Ed25519Oracle.Encode(point), out _), $"({point.X}, {point.Y})");
    }

    [Fact]
    [Trait("row", "R09")]
    public void Rejects_points_of_mixed_order()
    {
        for (var k = 1; k <= 12; k++)
        {
            var prime = Ed25519Oracle.Multiply(k * 7919, Ed25519Oracle.Base);
            Assert.True(Group.TryDecodePoint(Ed25519Oracle.Encode(prime), out _));
            foreach (var torsion in Ed25519Oracle.Torsion.Where(t => t != Ed25519Oracle.Identity))
                Assert.False(Group.TryDecodePoint(Ed25519Oracle.Encode(Ed25519Oracle.Add(prime, torsion)), out _));
        }
    }

    [Fact]
    public void Rejects_every_y_that_is_not_canonical()
    {
        // y + p still fits 255 bits for y = 0..18; both signs.
        for (var y = 0; y < 19; y++)
        {
            var encoded = Ed25519Oracle.Little(Ed25519Oracle.P + y);
            Assert.False(Group.TryDecodePoint(encoded, out _));
            encoded[31] |= 0x80;
            Assert.False(Group.TryDecodePoint(encoded, out _));
        }
    }

    [Fact]
    public void Rejects_y_without_a_point()
    {
        var refused = 0;
        for (BigInteger y = 2; y < 40; y++)
        {
            if (Ed25519Oracle.Decode(y, odd: false) is not null)
                continue;
            Assert.False(Group.TryDecodePoint(Ed25519Oracle.Little(y), out _));
            refused++;
        }
        Assert.True(refused > 10);
    }

    /// <summary>libsodium is the judge: random bytes, and every coset of the subgroup, in every lane and length of a batch.</summary>
    [Fact]
    public void Takes_and_refuses_what_libsodium_does()
    {
        var random = new SeededRandom(77);
        var (taken, refused) = (0, 0);
        for (var round = 0; round < 150; round++)
        {
            var count = round % 9 + 1;
            var encoded = new byte[count * Group.PointSize];
            random.Fill(encoded);
            for (var i = 0; i < count; i++)
            {
                if (encoded[i * 32] % 4 == 0)
                    continue;
                var prime = Ed25519Oracle.Multiply(Ed25519Oracle.FromLittle(encoded.AsSpan(i * 32, 32)), Ed25519Oracle.Base);
                var torsion = encoded[i * 32 + 1] % 2 == 0 ? Ed25519Oracle.Identity : Ed25519Oracle.Torsion[encoded[i * 32 + 2] % 8];
                Ed25519Oracle.Encode(Ed25519Oracle.Add(prime, torsion)).CopyTo(encoded, i * 32);
            }
            var points = new GroupPoint?[count];
            Group.DecodePoints(encoded, points);
            for (var i = 0; i < count; i++)
            {
                var one = encoded.AsSpan(i * 32, 32);
                var judged = Libsodium.crypto_core_ed25519_is_valid_point(one) == 1;
                Assert.Equal(judged, points[i] is not null);
                Assert.Equal(judged, Group.TryDecodePoint(one, out var alone));
                Assert.Equal(alone, points[i]);
                if (points[i] is { } point)
                    Assert.Equal(point, Group.Subtract(Group.Add(point, Group.Generator), Group.Generator)); // its coordinates are those of its bytes
                _ = judged ? taken++ : refused++;
            }
        }
        Assert.True(taken > 200 && refused > 200, $"{taken} taken, {refused} refused");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public void Rejects_points_and_scalars_of_another_length(int length)
    {
        Assert.False(Group.TryDecodePoint(new byte[length], out var point));
        Assert.Null(point);
        Assert.False(Group.TryDecodeScalar(new byte[length], out _));
        Assert.False(SecretScalar.TryDecode(Group, new byte[length], out var secret));
        Assert.Null(secret);
    }

    [Fact]
    public void The_sign_bit_chooses_the_negative_point()
    {
        var encoded = Group.Generator.Encode();
        encoded[31] ^= 0x80;

        Assert.True(Group.TryDecodePoint(encoded, out var negative));
        Assert.Equal(Group.Negate(Group.Generator), negative);
    }

    [Fact]
    public void Rejects_scalars_from_the_order_upwards_and_takes_those_below()
    {
        BigInteger[] bad = [Ed25519Oracle.L, Ed25519Oracle.L + 1, 2 * Ed25519Oracle.L, BigInteger.Pow(2, 253), BigInteger.Pow(2, 255), BigInteger.Pow(2, 256) - 1];
        BigInteger[] good = [0, 1, Ed25519Oracle.L - 1, BigInteger.Pow(2, 252)];
        foreach (var value in bad)
        {
            Assert.False(Group.TryDecodeScalar(Ed25519Oracle.Little(value), out _));
            Assert.False(SecretScalar.TryDecode(Group, Ed25519Oracle.Little(value), out _));
            Assert.False(SecretScalars.TryDecode(Group, [.. new byte[32], .. Ed25519Oracle.Little(value)], out _));
        }
        foreach (var value in good)
        {
            Assert.True(Group.TryDecodeScalar(Ed25519Oracle.Little(value), out var scalar));
            Assert.Equal(Ed25519Oracle.Little(value), scalar.Encode());
            Assert.True(SecretScalar.TryDecode(Group, Ed25519Oracle.Little(value), out var secret));
            using (secret)
                Assert.Equal(scalar, secret.ToPublic());
        }
    }

    [Fact]
    [Trait("row", "E07")]
    public void Rejects_an_encoding_of_the_identity()
    {
        Assert.Throws<InvalidOperationException>(() => Group.Identity.Encode());
        Assert.Equal("O", Group.Identity.ToString());
        Assert.Equal(Group.Identity, Group.Subtract(Group.Generator, Group.Generator));
        Assert.NotEqual(Group.Identity, Group.Generator);
    }
}
