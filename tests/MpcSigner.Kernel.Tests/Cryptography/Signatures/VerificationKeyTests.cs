using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Core.Requests;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Cryptography.Signatures;
using MpcSigner.Kernel.Tests.Protocols.Support;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Signatures;

public sealed class VerificationKeyTests
{
    private static readonly IGroup Secp256k1 = MpcSigner.Cryptography.Groups.Groups.For(Curve.Secp256k1);

    private static KeyRecord Record(Suite suite, GroupPoint publicKey) =>
        new(suite, default, 0, 2, [], publicKey.Encode(), new(Enumerable.Repeat((byte)7, 32).ToArray()));

    private static VerificationKey Of(KeyRecord record, TaprootOutput taproot, params uint[] path)
    {
        Assert.Equal(DerivationFault.None, VerificationKey.TryCreate(record, path, taproot, out var key));
        return key!;
    }

    [Fact]
    public void Outputs_of_BIP341_from_internal_keys_of_either_parity()
    {
        using var vectors = VectorFiles.Read("bip341", "wallet-vectors.json");
        var counted = 0;
        foreach (var vector in vectors.RootElement.GetProperty("outputKeys").EnumerateArray())
        {
            var root = vector.Hex("merkleRoot");
            var taproot = root.Length == 0 ? TaprootOutput.KeyPath : TaprootOutput.KeyPathWithRoot(root);
            Assert.True(Secp256k1.TryDecodePoint([2, .. vector.Hex("internalKey")], out var even));
            foreach (var key in new[] { even, Secp256k1.Negate(even) })
            {
                Assert.Equal(vector.Hex("outputKey"), Of(Record(Suite.FrostSecp256k1Taproot, key), taproot).XOnly.ToArray());
                var plain = Of(Record(Suite.FrostSecp256k1Taproot, key), TaprootOutput.None);
                Assert.Equal(vector.Hex("internalKey"), plain.XOnly.ToArray());
                Assert.Equal(even, plain.PublicKey);
                Assert.Equal(key, plain.Derived.PublicKey); // the derived key itself keeps its sign
            }
            counted++;
        }
        Assert.Equal(7, counted);
    }

    [Fact]
    public void Signatures_of_BIP341_verify_under_their_own_output_only()
    {
        using var vectors = VectorFiles.Read("bip341", "wallet-vectors.json");
        var counted = 0;
        foreach (var vector in vectors.RootElement.GetProperty("keyPathSpending").EnumerateArray())
        {
            Assert.True(Secp256k1.TryDecodePoint([2, .. vector.Hex("outputKey")], out var output));
            var key = Of(Record(Suite.FrostSecp256k1Taproot, output), TaprootOutput.None);
            Assert.True(key.Verifies(vector.Hex("sigHash"), vector.Hex("signature")));
            Assert.False(Of(Record(Suite.FrostSecp256k1Taproot, output), TaprootOutput.KeyPath).Verifies(vector.Hex("sigHash"), vector.Hex("signature")));
            Assert.False(Of(Record(Suite.FrostSecp256k1Taproot, output), TaprootOutput.None, 0).Verifies(vector.Hex("sigHash"), vector.Hex("signature")));
            Assert.False(Of(Record(Suite.FrostSecp256k1, output), TaprootOutput.None).Verifies(vector.Hex("sigHash"), vector.Hex("signature")));
            counted++;
        }
        Assert.Equal(7, counted);
    }

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.FrostSecp256k1)]
    [InlineData(Suite.FrostSecp256k1Taproot)]
    public void The_key_at_a_path_is_derived_by_its_suite(Suite suite)
    {
        var group = MpcSigner.Cryptography.Groups.Groups.For(suite.Curve());
        var record = Record(suite, group.Generator);
        var key = Of(record, TaprootOutput.None, 0, 5);
        var fault = suite == Suite.FrostEd25519
            ? Ed25519SoftDerivation.TryDerive(group.Generator, record.ChainCode, [0, 5], out var expected)
            : Sec1Derivation.TryDerive(group.Generator, record.ChainCode, [0, 5], out expected);
        Assert.Equal(DerivationFault.None, fault);
        Assert.Equal(expected, key.Derived);
        Assert.Equal(group.Add(group.Generator, group.MultiplyBasePublic(key.Derived.Tweak)), key.Derived.PublicKey);
        Assert.Equal(DerivationFault.HardenedIndex, VerificationKey.TryCreate(record, [0x8000_0000], TaprootOutput.None, out var none));
        Assert.Null(none);
        Assert.Equal(DerivationFault.PathTooLong, VerificationKey.TryCreate(record, new uint[11], TaprootOutput.None, out _));
    }

    [Theory]
    [InlineData(Suite.EcdsaSecp256k1)]
    [InlineData(Suite.EcdsaP256)]
    [InlineData(Suite.FrostEd25519)]
    [InlineData(Suite.FrostSecp256k1)]
    public void Only_Taproot_keys_have_outputs(Suite suite)
    {
        Assert.False(VerificationKey.Allows(suite, TaprootOutput.KeyPath));
        Assert.True(VerificationKey.Allows(suite, TaprootOutput.None));
        var record = Record(suite, MpcSigner.Cryptography.Groups.Groups.For(suite.Curve()).Generator);
        Assert.Throws<ArgumentException>(() => VerificationKey.TryCreate(record, [], TaprootOutput.KeyPath, out _));
        Assert.Throws<InvalidOperationException>(() => Of(record, TaprootOutput.None).XOnly.Length);
    }

    [Fact]
    public void Rejects_a_record_whose_key_is_no_point() => Assert.Throws<ArgumentException>(() =>
        VerificationKey.TryCreate(new(Suite.FrostEd25519, default, 0, 2, [], new byte[32], default), [], TaprootOutput.None, out _));
}
