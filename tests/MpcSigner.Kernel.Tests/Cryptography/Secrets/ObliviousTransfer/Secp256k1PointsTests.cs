using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Interop;
using MpcSigner.Cryptography.Secrets.ObliviousTransfer;
using MpcSigner.Cryptography.Secrets.Scalars;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Secrets.ObliviousTransfer;

/// <summary>Raw points against the group's own operations.</summary>
public sealed class Secp256k1PointsTests
{
    private static readonly IGroup Group = MpcSigner.Cryptography.Groups.Groups.For(Curve.Secp256k1);

    [Fact]
    public void Products_sums_and_encodings_are_the_groups()
    {
        var random = new SeededRandom(11);
        for (var i = 0; i < 64; i++)
        {
            using var scalars = SecretScalars.Random(Group, 2, random);
            using var first = scalars[0];
            var (a, b) = (first.ToPublic(), scalars.MultiplyBase(1));
            byte[] point = new byte[64], other = new byte[64], encoded = new byte[33];

            Secp256k1Points.MultiplyBase(point, scalars.Slot(0));
            Secp256k1Points.Encode(encoded, point);
            Assert.Equal(Group.MultiplyBasePublic(a).Encode(), encoded);

            Assert.True(Secp256k1Points.TryDecodePublic(other, b.Encoded));
            Secp256k1Points.Multiply(encoded, other, scalars.Slot(0));
            Assert.Equal(Group.MultiplyPublic(a, b).Encode(), encoded);

            Assert.True(Secp256k1Points.TryAdd(point, other));
            Secp256k1Points.Encode(encoded, point);
            Assert.Equal(Group.Add(Group.MultiplyBasePublic(a), b).Encode(), encoded);

            Secp256k1Points.Negate(point);
            Secp256k1Points.Encode(encoded, point);
            Assert.Equal(Group.Negate(Group.Add(Group.MultiplyBasePublic(a), b)).Encode(), encoded);
        }
    }

    [Fact]
    public void A_sum_that_is_the_identity_is_refused_and_changes_nothing()
    {
        byte[] point = new byte[64], opposite = new byte[64];
        Assert.True(Secp256k1Points.TryDecodePublic(point, Group.Generator.Encoded));
        Assert.True(Secp256k1Points.TryDecodePublic(opposite, Group.Negate(Group.Generator).Encoded));
        var before = point.ToArray();
        Assert.False(Secp256k1Points.TryAdd(point, opposite));
        Assert.Equal(before, point);
    }

    [Fact]
    public void Rejects_scalars_that_have_no_product()
    {
        byte[] point = new byte[64], product = new byte[33];
        Assert.True(Secp256k1Points.TryDecodePublic(point, Group.Generator.Encoded));
        byte[] order = Convert.FromHexString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
        Assert.Throws<NativeFailureException>(() => Secp256k1Points.Multiply(product, point, new byte[32]));
        Assert.Throws<NativeFailureException>(() => Secp256k1Points.Multiply(product, point, order));
        Assert.Throws<NativeFailureException>(() => Secp256k1Points.MultiplyBase(point, new byte[32]));
    }

    [Fact]
    public void Rejects_spans_of_another_length()
    {
        Assert.Throws<ArgumentException>(() => Secp256k1Points.TryDecodePublic(new byte[64], new byte[32]));
        Assert.Throws<ArgumentException>(() => Secp256k1Points.TryDecodePublic(new byte[63], new byte[33]));
        Assert.Throws<ArgumentException>(() => Secp256k1Points.Encode(new byte[33], new byte[65]));
    }
}
