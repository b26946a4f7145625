using MpcSigner.Chains.Encoding;
using MpcSigner.Core.Identities;
using MpcSigner.Core.Keys;
using MpcSigner.Cryptography.Derivation;
using MpcSigner.Cryptography.Groups;
using MpcSigner.Kernel.Tests.Protocols.Support;
using Xunit;

namespace MpcSigner.Kernel.Tests.Cryptography.Derivation;

/// <summary>BIP-32 and SLIP-0010: every published step that is not hardened.</summary>
public sealed class Sec1DerivationTests
{
    /// <summary>version(4) ‖ depth(1) ‖ fingerprint(4) ‖ index(4) ‖ chain code(32) ‖ key(33) ‖ checksum(4).</summary>
    private const int ExtendedKeySize = 82;

    [Fact]
    public void Steps_of_BIP32()
    {
        using var vectors = VectorFiles.Read("bip32", "public-steps.json");
        var counted = 0;
        foreach (var vector in vectors.RootElement.EnumerateArray())
        {
            var (parent, parentCode) = Read(vector.GetProperty("parent").GetString()!);
            var (child, childCode) = Read(vector.GetProperty("child").GetString()!);
            Check(Curve.Secp256k1, parent, parentCode, vector.GetProperty("index").GetUInt32(), child, childCode);
            counted++;
        }
        Assert.Equal(6, counted);
    }

    [Fact]
    public void Steps_of_SLIP0010()
    {
        using var vectors = VectorFiles.Read("slip0010", "public-steps.json");
        var (p256, secp256k1) = (0, 0);
        foreach (var vector in vectors.RootElement.EnumerateArray())
        {
            var curve = Enum.Parse<Curve>(vector.GetProperty("curve").GetString()!);
            Check(curve, vector.Hex("parent"), vector.Hex("parentChainCode"), vector.GetProperty("index").GetUInt32(), vector.Hex("child"), vector.Hex("childChainCode"));
            _ = curve == Curve.P256 ? p256++ : secp256k1++;
        }
        Assert.Equal((6, 3), (p256, secp256k1));
    }

    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    public void A_path_is_its_steps_and_its_tweak_their_sum(Curve curve)
    {
        var group = MpcSigner.Cryptography.Groups.Groups.For(curve);
        var code = new Digest32(new byte[32]);
        Assert.Equal(DerivationFault.None, Sec1Derivation.TryDerive(group.Generator, code, [44, 60, 0], out var child));
        Assert.Equal(group.Add(group.Generator, group.MultiplyBasePublic(child!.Tweak)), child.PublicKey);
        var (point, current) = (group.Generator, code);
        foreach (var index in new uint[] { 44, 60, 0 })
        {
            Assert.Equal(DerivationFault.None, Sec1Derivation.TryDerive(point, current, [index], out var step));
            (point, current) = (step!.PublicKey, step.ChainCode);
        }
        Assert.Equal((child.PublicKey, child.ChainCode), (point, current));

        Assert.Equal(DerivationFault.None, Sec1Derivation.TryDerive(group.Generator, code, [], out var self));
        Assert.Equal((group.Zero, group.Generator, code), (self!.Tweak, self.PublicKey, self.ChainCode));
    }

    [Theory]
    [InlineData(Curve.Secp256k1)]
    [InlineData(Curve.P256)]
    public void Rejects_hardened_and_long_paths_and_keys_that_are_none(Curve curve)
    {
        var group = MpcSigner.Cryptography.Groups.Groups.For(curve);
        Assert.Equal(DerivationFault.HardenedIndex, Sec1Derivation.TryDerive(group.Generator, default, [0, 0x8000_0000], out var child));
        Assert.Null(child);
        Assert.Equal(DerivationFault.PathTooLong, Sec1Derivation.TryDerive(group.Generator, default, new uint[SoftDerivation.MaxPathLength + 1], out _));
        Assert.Throws<ArgumentException>(() => Sec1Derivation.TryDerive(group.Identity, default, [0], out _));
        Assert.Throws<ArgumentException>(() => Sec1Derivation.TryDerive(MpcSigner.Cryptography.Groups.Groups.For(Curve.Edwards25519).Generator, default, [0], out _));
    }

    private static void Check(Curve curve, byte[] parent, byte[] parentCode, uint index, byte[] child, byte[] childCode)
    {
        var group = MpcSigner.Cryptography.Groups.Groups.For(curve);
        Assert.True(group.TryDecodePoint(parent, out var point));
        Assert.Equal(DerivationFault.None, Sec1Derivation.TryDerive(point, new(parentCode), [index], out var derived));
        Assert.Equal(child, derived!.PublicKey.Encode());
        Assert.Equal(childCode, derived.ChainCode.ToArray());
        Assert.Equal(derived.PublicKey, group.Add(point, group.MultiplyBasePublic(derived.Tweak)));
    }

    private static (byte[] Key, byte[] ChainCode) Read(string extended)
    {
        Assert.True(Base58.TryDecode(extended, ExtendedKeySize, out var bytes));
        Assert.Equal(ExtendedKeySize, bytes.Length);
        return (bytes[45..78], bytes[13..45]);
    }
}
