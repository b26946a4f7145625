using System.Numerics;
using System.Security.Cryptography;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Cryptography.Secrets;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Signatures;

public sealed class EcdsaSignatureTests
{
    private static readonly byte[] Digest = SHA256.HashData("message"u8);

    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    public void Signatures_verify_recover_their_key_and_have_one_low_form(Curve curve)
    {
        var random = new SeededRandom(10);
        var (low, ids) = (0, new HashSet<byte>());
        for (var i = 0; i < 40; i++)
        {
            var (key, digest) = (Scalar(curve, random), Bytes(random, 32));
            var publicKey = Group(curve).MultiplyBasePublic(key);
            var signature = Sign(key, Scalar(curve, random), digest);
            var normal = signature.ToLowS();
            low += signature.IsLowS ? 1 : 0;
            ids.Add(signature.RecoveryId);

            Assert.True(normal.IsLowS);
            Assert.Equal(signature.IsLowS, normal == signature);
            Assert.Same(normal, normal.ToLowS());
            Assert.Equal(signature.R, normal.R);
            if (!signature.IsLowS)
                Assert.Equal((Group(curve).NegatePublic(signature.S), signature.RecoveryId ^ 1), (normal.S, normal.RecoveryId));
            foreach (var form in new[] { signature, normal })
            {
                Assert.True(form.Verify(publicKey, digest));
                Assert.True(form.TryRecover(digest, out var recovered));
                Assert.Equal(publicKey, recovered);
                Assert.True(Dotnet(publicKey).VerifyHash(digest, form.EncodeCompact()));
                Assert.True(EcdsaSignature.TryDecode(Group(curve), form.Encode(), out var again));
                Assert.Equal(form, again);
            }
            // The other parity names another key, under which the same r ‖ s is a signature too.
            Assert.True(EcdsaSignature.TryRecover(Group(curve), digest, signature.EncodeCompact(), signature.RecoveryId ^ 1, out var other));
            Assert.NotEqual(publicKey, other);
            Assert.True(signature.Verify(other, digest));
        }
        Assert.InRange(low, 8, 32);
        Assert.True(ids.SetEquals([0, 1]));
    }

    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    public void Signatures_of_dotnet_verify_and_recover_by_one_of_two_ids(Curve curve)
    {
        using var theirs = ECDsa.Create(Parameters(curve));
        var q = theirs.ExportParameters(false).Q;
        Assert.True(Group(curve).TryDecodePoint([(byte)(2 + (q.Y![31] & 1)), .. q.X!], out var publicKey));
        for (var i = 0; i < 20; i++)
        {
            var digest = SHA256.HashData([(byte)i]);
            var signature = theirs.SignHash(digest);
            Assert.True(EcdsaSignature.Verify(publicKey, digest, signature));
            var ids = Enumerable.Range(0, 4).Where(id => EcdsaSignature.TryRecover(Group(curve), digest, signature, id, out var key) && key == publicKey);
            Assert.InRange(Assert.Single(ids), 0, 1);
        }
    }

    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    public void Rejects_every_single_altered_bit(Curve curve)
    {
        var random = new SeededRandom(11);
        var key = Scalar(curve, random);
        var publicKey = Group(curve).MultiplyBasePublic(key);
        var signature = Sign(key, Scalar(curve, random), Digest).EncodeCompact();
        for (var bit = 0; bit < 8 * signature.Length; bit++)
            Assert.False(EcdsaSignature.Verify(publicKey, Digest, Flip(signature, bit)), $"bit {bit} of the signature");
        for (var bit = 0; bit < 8 * Digest.Length; bit++)
            Assert.False(EcdsaSignature.Verify(publicKey, Flip(Digest, bit), signature), $"bit {bit} of the digest");
        Assert.False(EcdsaSignature.Verify(Group(curve).Negate(publicKey), Digest, signature));
    }

    /// <summary>R whose x is not below q: by chance it comes once in 2^32 (P-256) or 2^127 (secp256k1) signatures.</summary>
    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    [Trait("row", "E41"), Trait("row", "M32")]
    public void Recovers_where_x_of_R_is_not_below_q(Curve curve)
    {
        var (oracle, group, found) = (Oracle(curve), Group(curve), 0);
        var s = Scalar(curve, new SeededRandom(12));
        for (var r = 1UL; found < 8; r++)
        {
            if (!oracle.HasPoint(oracle.Q + r))
                continue;
            found++;
            var digest = SHA256.HashData(BitConverter.GetBytes(r));
            for (byte id = 2; id <= 3; id++)
            {
                Assert.True(EcdsaSignature.TryCreate(group.FromUInt64(r), s, id, out var signature));
                Assert.True(signature.TryRecover(digest, out var key));
                Assert.True(signature.Verify(key, digest));
                Assert.True(Dotnet(key).VerifyHash(digest, signature.EncodeCompact()));

                // r·Q = s·R − e·G with R taken from its x by the group's own decoder.
                Assert.True(group.TryDecodePoint([id, .. WeierstrassOracle.Big(oracle.Q + r)], out var nonce));
                var expected = group.Subtract(group.MultiplyPublic(s, nonce), group.MultiplyBasePublic(TaprootKeys.Reduce(group, digest)));
                Assert.Equal(expected, group.MultiplyPublic(signature.R, key));
                Assert.Equal(signature.RecoveryId ^ 1, signature.ToLowS().RecoveryId ^ (signature.IsLowS ? 1 : 0));
                Assert.True(signature.ToLowS().TryRecover(digest, out var again));
                Assert.Equal(key, again);
            }
        }
        // No r at or above p − q has such an R, and the largest r would leave 256 bits.
        foreach (var r in new[] { oracle.P - oracle.Q, oracle.Q - 1 })
            for (var id = 2; id <= 3; id++)
                Assert.False(EcdsaSignature.TryRecover(group, Digest, [.. WeierstrassOracle.Big(r), .. s.Encode()], id, out _));
    }

    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    [Trait("row", "E39"), Trait("row", "E40")]
    public void Low_s_ends_at_half_the_order(Curve curve)
    {
        var (group, q) = (Group(curve), Oracle(curve).Q);
        foreach (var (value, isLow) in new[] { (BigInteger.One, true), ((q - 1) / 2, true), ((q + 1) / 2, false), (q - 1, false) })
        {
            Assert.True(EcdsaSignature.TryDecode(group, [.. group.One.Encode(), .. WeierstrassOracle.Big(value), 1], out var signature));
            Assert.Equal(isLow, signature.IsLowS);
            Assert.Equal(isLow ? value : q - value, new BigInteger(signature.ToLowS().S.Encode(), isUnsigned: true, isBigEndian: true));
            Assert.Equal(isLow ? 1 : 0, signature.ToLowS().RecoveryId);
        }
    }

    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    [Trait("row", "E01"), Trait("row", "E04")]
    public void Rejects_r_and_s_outside_their_range(Curve curve)
    {
        var (group, q) = (Group(curve), Oracle(curve).Q);
        var fine = group.One.Encode();
        foreach (var bad in new[] { BigInteger.Zero, q, q + 1, (BigInteger.One << 256) - 1 })
        {
            foreach (var compact in new byte[][] { [.. WeierstrassOracle.Big(bad), .. fine], [.. fine, .. WeierstrassOracle.Big(bad)] })
            {
                Assert.False(EcdsaSignature.TryDecode(group, [.. compact, 0], out _));
                Assert.False(EcdsaSignature.Verify(group.Generator, Digest, compact));
                for (var id = 0; id <= EcdsaSignature.MaxRecoveryId; id++)
                    Assert.False(EcdsaSignature.TryRecover(group, Digest, compact, id, out _));
            }
        }
        Assert.False(EcdsaSignature.TryCreate(group.Zero, group.One, 0, out _));
        Assert.False(EcdsaSignature.TryCreate(group.One, group.Zero, 0, out _));
        Assert.False(EcdsaSignature.TryDecode(group, [.. fine, .. fine, 4], out _));
        Assert.Throws<ArgumentOutOfRangeException>(() => EcdsaSignature.TryCreate(group.One, group.One, 4, out _));
    }

    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    public void Rejects_other_lengths_and_what_is_no_key(Curve curve)
    {
        var (group, random) = (Group(curve), new SeededRandom(13));
        var key = Scalar(curve, random);
        var publicKey = group.MultiplyBasePublic(key);
        var compact = Sign(key, Scalar(curve, random), Digest).EncodeCompact();
        Assert.True(EcdsaSignature.Verify(publicKey, Digest, compact));

        foreach (var wrong in new byte[][] { [], compact[..63], [.. compact, 0] })
        {
            Assert.False(EcdsaSignature.Verify(publicKey, Digest, wrong));
            Assert.False(EcdsaSignature.TryRecover(group, Digest, wrong, 0, out _));
        }
        foreach (var wrong in new byte[][] { [], Digest[..31], [.. Digest, 0], [.. Digest, .. Digest] })
        {
            Assert.False(EcdsaSignature.Verify(publicKey, wrong, compact));
            Assert.False(EcdsaSignature.TryRecover(group, wrong, compact, 0, out _));
        }
        foreach (var id in new[] { -1, 4, 27 })
            Assert.False(EcdsaSignature.TryRecover(group, Digest, compact, id, out _));
        foreach (var length in new[] { 0, 64, 66 })
            Assert.False(EcdsaSignature.TryDecode(group, new byte[length], out _));
        Assert.False(EcdsaSignature.Verify(group.Identity, Digest, compact));

        // s·R = e·G: the key would be O.
        var e = TaprootKeys.Reduce(group, Digest);
        Assert.False(EcdsaSignature.TryRecover(group, Digest, [.. group.Generator.Encoded[1..], .. e.Encode()], group.Generator.Encoded[0] - 2, out _));
    }

    [Fact]
    public void Curves_are_not_confused_and_edwards25519_has_no_ECDSA()
    {
        var random = new SeededRandom(14);
        var (k1, p256, edwards) = (Group(Curve.Secp256k1), Group(Curve.P256), Group(Curve.Edwards25519));
        var signature = Sign(Scalar(Curve.P256, random), Scalar(Curve.P256, random), Digest);

        Assert.Throws<ArgumentException>(() => signature.Verify(k1.Generator, Digest));
        Assert.Throws<ArgumentException>(() => EcdsaSignature.TryCreate(k1.One, p256.One, 0, out _));
        Assert.Throws<ArgumentException>(() => EcdsaSignature.TryCreate(edwards.One, edwards.One, 0, out _));
        Assert.Throws<ArgumentException>(() => EcdsaSignature.Verify(edwards.Generator, Digest, signature.EncodeCompact()));
        Assert.Throws<ArgumentException>(() => EcdsaSignature.TryRecover(edwards, Digest, signature.EncodeCompact(), 0, out _));
    }

    private static IGroup Group(Curve curve) => MpcSigner.Cryptography.Groups.Groups.For(curve);

    private static WeierstrassOracle Oracle(Curve curve) => curve == Curve.P256 ? WeierstrassOracle.P256 : WeierstrassOracle.Secp256k1;

    private static PublicScalar Scalar(Curve curve, SeededRandom random) => Group(curve).ReduceWideBigEndian(Bytes(random, 64));

    private static byte[] Bytes(SeededRandom random, int count)
    {
        var bytes = new byte[count];
        random.Fill(bytes);
        return bytes;
    }

    /// <summary>The textbook: s = k^−1·(e + r·x).</summary>
    private static EcdsaSignature Sign(PublicScalar key, PublicScalar nonce, byte[] digest)
    {
        var group = key.Group;
        var commitment = group.MultiplyBasePublic(nonce);
        Assert.True(group.TryDecodeScalar(commitment.Encoded[1..], out var r));
        var s = group.MultiplyPublic(group.InvertPublic(nonce), group.AddPublic(TaprootKeys.Reduce(group, digest), group.MultiplyPublic(r, key)));
        Assert.True(EcdsaSignature.TryCreate(r, s, (byte)(commitment.Encoded[0] - 2), out var signature));
        return signature;
    }

    private static byte[] Flip(byte[] bytes, int bit)
    {
        var altered = (byte[])bytes.Clone();
        altered[bit / 8] ^= (byte)(1 << (bit % 8));
        return altered;
    }

    private static ECCurve Parameters(Curve curve) =>
        curve == Curve.P256 ? ECCurve.NamedCurves.nistP256 : ECCurve.CreateFromFriendlyName("secp256k1");

    /// <summary>OpenSSL's verifier by .NET.</summary>
    private static ECDsa Dotnet(GroupPoint key)
    {
        var (curve, x) = (Parameters(key.Group.Curve), key.Encoded[1..].ToArray());
        return ECDsa.Create(new ECParameters { Curve = curve, Q = new() { X = x, Y = Oracle(key.Group.Curve).Ordinate(x, key.Encoded[0] == 3) } });
    }
}
