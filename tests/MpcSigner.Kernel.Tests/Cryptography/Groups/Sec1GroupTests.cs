using System.Numerics;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Groups;

public sealed class Secp256k1GroupTests() : Sec1Contract(Curve.Secp256k1, WeierstrassOracle.Secp256k1);

public sealed class P256GroupTests() : Sec1Contract(Curve.P256, WeierstrassOracle.P256);

/// <summary>Edge values of spec §18.4 for compressed points.</summary>
public abstract class Sec1Contract : GroupContract
{
    private readonly WeierstrassOracle _oracle;
    private readonly IGroup _group;

    internal Sec1Contract(Curve curve, WeierstrassOracle oracle)
        : base(curve) => (_oracle, _group) = (oracle, MpcSigner.Cryptography.Groups.Groups.For(curve));

    [Fact]
    public void Rejects_every_prefix_but_02_and_03()
    {
        var encoded = _group.Generator.Encode();
        for (var prefix = 0; prefix < 256; prefix++)
        {
            encoded[0] = (byte)prefix;
            Assert.Equal(prefix is 2 or 3, _group.TryDecodePoint(encoded, out _));
        }
    }

    [Fact]
    [Trait("row", "E12"), Trait("row", "E13")]
    public void Rejects_uncompressed_and_hybrid_points()
    {
        foreach (byte prefix in new byte[] { 4, 6, 7 })
        {
            byte[] full = [prefix, .. _group.Generator.Encode()[1..], .. new byte[32]];
            Assert.False(_group.TryDecodePoint(full, out _));
            Assert.False(_group.TryDecodePoint(full.AsSpan(0, 33), out _));
        }
        Assert.False(_group.TryDecodePoint([0], out _));
    }

    [Fact]
    [Trait("row", "E10")]
    public void Rejects_x_from_the_prime_upwards()
    {
        // x + p for the smallest x that have points: a lax decoder would reduce it and accept.
        var tried = 0;
        for (BigInteger x = 0; x < 200; x++)
        {
            if (!_oracle.HasPoint(x))
                continue;
            Assert.True(_group.TryDecodePoint([2, .. WeierstrassOracle.Big(x)], out _));
            Assert.False(_group.TryDecodePoint([2, .. WeierstrassOracle.Big(x + _oracle.P)], out _));
            Assert.False(_group.TryDecodePoint([3, .. WeierstrassOracle.Big(x + _oracle.P)], out _));
            tried++;
        }
        Assert.True(tried > 50);
        Assert.False(_group.TryDecodePoint([2, .. WeierstrassOracle.Big(BigInteger.Pow(2, 256) - 1)], out _));
    }

    [Fact]
    [Trait("row", "E14")]
    public void Rejects_x_without_a_point()
    {
        var refused = 0;
        for (BigInteger x = 0; x < 60; x++)
        {
            Assert.Equal(_oracle.HasPoint(x), _group.TryDecodePoint([3, .. WeierstrassOracle.Big(x)], out _));
            refused += _oracle.HasPoint(x) ? 0 : 1;
        }
        Assert.True(refused > 20);
    }

    [Fact]
    [Trait("row", "E09"), Trait("row", "E11")]
    public void The_prefix_chooses_the_negative_point()
    {
        var encoded = _group.Generator.Encode();
        encoded[0] ^= 1;

        Assert.True(_group.TryDecodePoint(encoded, out var negative));
        Assert.Equal(_group.Negate(_group.Generator), negative);
        Assert.True(_group.Add(_group.Generator, negative).IsIdentity);
    }

    [Fact]
    public void Threads_share_the_library()
    {
        var points = new GroupPoint[64];
        Parallel.For(0, points.Length, i =>
        {
            var k = _group.FromUInt64((ulong)i + 1);
            points[i] = _group.Add(_group.MultiplyPublic(k, _group.Generator), _group.MultiplyBasePublic(k));
        });
        for (var i = 0; i < points.Length; i++)
            Assert.Equal(_oracle.Multiple(2 * (i + 1)), points[i].ToString());
    }
}
